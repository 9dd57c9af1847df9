"""Benchmarks: start-up, cold and warm runs against a Kantata with latency. Run with `python -m bench`; never a test."""
