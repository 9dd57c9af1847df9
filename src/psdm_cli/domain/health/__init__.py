"""The health of one engagement: a colour suggested per dimension with reasons and numbers (domain.md 3.8)."""
