"""psdm: the command line for project managers in GitLab Professional Services."""
