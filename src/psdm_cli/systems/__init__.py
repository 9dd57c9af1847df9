"""One adapter per outside system; ports.py says what workflows may ask."""
