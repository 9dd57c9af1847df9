"""The configuration file as it is read: YAML with line numbers."""

from __future__ import annotations

from pathlib import Path

from psdm_cli.yamlfile import Document, Place, load

__all__ = ["Document", "Place", "read"]


def read(path: Path) -> Document:
    """The settings in a file. Raises `WrongConfiguration` with file, line and key."""
    return load(path, "configuration file", way_out=f"Write one: psdm config init --config {path}")
