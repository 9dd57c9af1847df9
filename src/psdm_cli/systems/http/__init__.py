"""What the adapters share: one origin, timeouts, pacing, waiting, foreign words on one line."""
