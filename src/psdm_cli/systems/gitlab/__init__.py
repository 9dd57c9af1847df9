"""GitLab: so far only whose token it is."""
