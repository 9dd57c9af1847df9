"""The names by which what was imported is known; apart, as every command that answers offline asks for them."""

from __future__ import annotations

from psdm_cli.domain.records import IMPORT

#: the site's fact that names the lead whose imported files answer offline, until Kantata is read again
IMPORTED_AS = "imported as"


def lead_id(name: str) -> str:
    """The id of a person who is known by name alone; never one of Kantata's own."""
    return f"{IMPORT}:{' '.join(name.split()).casefold()}"
