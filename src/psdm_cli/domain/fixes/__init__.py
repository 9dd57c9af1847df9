"""Repairs proposed for findings: pure values; workflows make changes of them."""
