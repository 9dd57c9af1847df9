"""The adapter for Kantata OX (contracts: kantata.md)."""
