"""The JSON of `psdm state` and its commands."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from psdm_cli.output.json_shapes import Foreign, Shape


class StateScope(Shape):
    """A selection of engagements that was read."""

    key: Foreign
    synced_at: datetime
    engagements: int


class StateAccount(Shape):
    """The mirror of one account: Kantata as one user sees it."""

    key: Foreign
    current: bool = Field(description="Whether this version of psdm can use it; if not it is read anew.")
    rows: int
    scopes: list[StateScope]


class StateSnapshots(Shape):
    """The frozen forecasts of one selection."""

    site: Foreign
    scope: Foreign
    count: int
    first_week: str
    last_week: str


class StateResult(Shape):
    """`state`."""

    place: str
    system: str = Field(description="sqlite or postgresql.")
    size: int | None = Field(description="Bytes; null on a server.")
    revision: str
    changed_at: datetime | None
    sites: list[Foreign]
    accounts: list[StateAccount]
    snapshots: list[StateSnapshots]
    tables: dict[str, int] = Field(description="Rows by table.")


class ExportedTable(Shape):
    """One table of a state file."""

    name: str
    rows: int
    sha256: str


class ExportResult(Shape):
    """`state export`."""

    file: str
    written: bool
    mirror: bool
    exported_at: datetime
    size: int | None
    tables: list[ExportedTable]


class ImportedTable(Shape):
    """What an import means for a table. `kept`: rows where what is here stays."""

    table: str
    new: int
    changed: int
    same: int
    kept: int


class ImportResult(Shape):
    """`state import`. Conflicts are refused (exit 6) unless --keep says whose row stays."""

    file: str
    exported_at: datetime
    applied: bool
    writes: int
    tables: list[ImportedTable]
    skipped: list[Foreign]


class CheckResult(Shape):
    """`state check`."""

    place: str
    revision: str
    rows: int
    problems: list[Foreign]
