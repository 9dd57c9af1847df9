"""The checks behind the kickoff checklist (INIT-01 to INIT-24): pure, one room for each side of an engagement."""
