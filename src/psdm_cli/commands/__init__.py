"""One room per command or command group: options in, one workflow called, result handed to output."""
