"""What the local database offers to completion in the shell: engagements, their leads, checklists; light to import."""

from __future__ import annotations

from pathlib import Path

from psdm_cli.domain.engagements import FieldNames
from psdm_cli.store import glance
from psdm_cli.store.glance import Glimpse

__all__ = ["Glimpse", "begun_checklists", "known_engagements"]


def known_engagements(file: Path, sow_field: str | None = None) -> tuple[Glimpse, ...]:
    """The projects that were mirrored, by whomever; `sow_field` is the account's name of the field with the number."""
    return glance.engagements(file, FieldNames(sow=sow_field) if sow_field else None)


def begun_checklists(file: Path) -> tuple[str, ...]:
    """The ids of checklists with a run."""
    return glance.checklists(file)
