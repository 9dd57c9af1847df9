"""The holidays that were mirrored, for what needs nothing else of Kantata; light where no database is there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, cast

from psdm_cli.errors import NotFound, StoreProblem

if TYPE_CHECKING:
    from psdm_cli.domain.records import Holiday
    from psdm_cli.store.database import Store

FILE = "psdm.db"


def known_holidays(
    open_store: Callable[[], Store], folder: Path | None, account_scope: str, calendars: Sequence[str] | None
) -> frozenset[date] | None:
    """The holidays that were mirrored; None where nothing was, or cannot be read now.

    `folder`: where the database is, if it is a file; none is made for the question. `calendars`: the names of those
    that count, None: all.
    """
    if folder is not None and not (folder / FILE).exists():
        return None
    from psdm_cli.domain.capacity import holiday_dates
    from psdm_cli.domain.records import Kind
    from psdm_cli.workflows.forecasting import account_key
    from psdm_cli.workflows.identity import remembered_owner

    try:
        store = open_store()
        mirror = store.mirror(account_key(account_scope, remembered_owner(store)))
        rows = cast("list[Holiday]", mirror.load(Kind.HOLIDAYS))
    except (NotFound, StoreProblem):  # the schedule is the same without; a server that is away must not hide it
        return None
    return holiday_dates(rows, calendars)
