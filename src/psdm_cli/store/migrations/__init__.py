"""Migrations of the local database, run by Alembic only when the stored revision differs."""
