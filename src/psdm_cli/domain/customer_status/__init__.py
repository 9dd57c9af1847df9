"""The weekly status that the customer reads: what it says, and what never gets into it (domain.md 4.1)."""
