"""One room per job: asks the systems, decides with the domain, returns a result or a plan."""
