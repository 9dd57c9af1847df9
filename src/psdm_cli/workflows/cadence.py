"""The clocks of engagements far ahead, for `psdm cadence`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from psdm_cli.domain.agenda import Item
from psdm_cli.domain.cadence import Cadence
from psdm_cli.domain.calendar_events import is_clock
from psdm_cli.workflows.forecasting import Selection, Sources
from psdm_cli.workflows.today import look

if TYPE_CHECKING:
    from psdm_cli.domain.contract_clocks import RiskWatch

DAYS_AHEAD = 400


@dataclass(frozen=True, slots=True)
class Clocks:
    """The clocks of these engagements, the next first, and what is to be said about them.

    Not `complete`: something could not be looked at, so that a clock that is missing may still run.
    """

    items: tuple[Item, ...]
    notes: tuple[str, ...]
    complete: bool


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
