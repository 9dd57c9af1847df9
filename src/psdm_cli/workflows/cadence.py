"""What `psdm cadence` takes from the local database: the holidays, and the clocks of engagements far ahead."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, cast

from psdm_cli.domain.agenda import Item
from psdm_cli.domain.cadence import Cadence
from psdm_cli.domain.calendar_events import is_clock
from psdm_cli.domain.capacity import holiday_dates
from psdm_cli.domain.records import Holiday, Kind
from psdm_cli.errors import NotFound
from psdm_cli.store.opening import FILE
from psdm_cli.workflows.forecasting import Selection, Sources, account_key
from psdm_cli.workflows.identity import remembered_owner
from psdm_cli.workflows.today import look

if TYPE_CHECKING:
    from psdm_cli.domain.assessment import Rules
    from psdm_cli.domain.contract_clocks import RiskWatch
    from psdm_cli.store.database import Store

DAYS_AHEAD = 400


@dataclass(frozen=True, slots=True)
class Clocks:
    """The clocks of these engagements, the next first, and what is to be said about them.

    Not `complete`: something could not be looked at, so that a clock that is missing may still run.
    """

    items: tuple[Item, ...]
    notes: tuple[str, ...]
    complete: bool


def known_holidays(
    open_store: Callable[[], Store], folder: Path | None, account_scope: str, rules: Rules
) -> frozenset[date] | None:
    """The holidays that were mirrored; None where nothing was. `folder`: where the database is, if it is a file.

    No database is made for the question.
    """
    if folder is not None and not (folder / FILE).exists():
        return None
    try:
        store = open_store()
        mirror = store.mirror(account_key(account_scope, remembered_owner(store)))
        rows = cast("list[Holiday]", mirror.load(Kind.HOLIDAYS))
    except NotFound:
        return None
    return holiday_dates(rows, rules.holiday_calendars)


def clocks(
    sources: Sources, selection: Selection, cadence: Cadence, now: datetime, risks: Callable[[], RiskWatch]
) -> Clocks:
    """The clocks of a year and more, not only of the days that `psdm today` looks ahead. Raises what `look` raises.

    Hours that run out stay with the days that `psdm today` looks ahead: the pace of four weeks tells nothing beyond.
    """
    policy = replace(
        sources.rules.policy,
        today_milestone_days=DAYS_AHEAD,
        today_expiry_days=DAYS_AHEAD,
        today_gap_days=DAYS_AHEAD,
    )
    wide = replace(sources, rules=replace(sources.rules, policy=policy))
    agenda = look(wide, selection, cadence, now, risks=risks).agenda
    found = sorted((item for item in agenda.items if is_clock(item)), key=lambda item: (str(item.due), item.id))
    notes = (*agenda.warnings, *agenda.unverified, *agenda.unasked)
    return Clocks(tuple(found), notes, complete=not agenda.unverified)
