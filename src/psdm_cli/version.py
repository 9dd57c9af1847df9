"""The version, alone in its module so that `psdm --version` imports nothing else."""

VERSION = "0.1.0"
