"""Pages that stand alone: one file, no network, readable on paper, on a phone, light and dark."""
