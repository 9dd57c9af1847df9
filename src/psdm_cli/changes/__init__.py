"""Plan, Change, apply, journal: the only door through which outside systems are written."""
