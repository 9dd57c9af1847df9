"""The JSON of `psdm upside` (interface.md 4)."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field

from psdm_cli.changes.plan import Item, Plan
from psdm_cli.output.json_shapes import Amount, Foreign, Hours, Month, PlanItem, Ratio, Shape

if TYPE_CHECKING:
    from psdm_cli.domain.upside import UpsideEntry
    from psdm_cli.domain.upside_totals import Totals

Scenario = Literal["soft-booking", "pending-co", "milestone", "other"]
Status = Literal["open", "converted", "pushed", "lost"]
Verdict = Literal["convert", "push", "lost", "keep"]


class Entry(Shape):
    """An entry of the upside ledger. `id` null: not stored (dry run). Amount null: not known."""

    id: str | None
    sow: Foreign | None
    project: str | None = Field(description="Kantata's id of the project.")
    engagement: Foreign = Field(description="The SOW number, else the project's title.")
    scenario: Scenario
    what: Foreign = Field(description="What it stands for, in words.")
    source: Foreign = Field(description="What it stands for: one entry a fiscal quarter.")
    hours: Hours | None
    amount: Amount | None
    currency: Foreign | None
    weighted: Amount | None = Field(description="Amount times probability.")
    quarter: str
    month: Month
    probability: Ratio
    reason: Foreign
    links: dict[Foreign, Foreign]
    status: Status
    who: Foreign
    at: datetime.datetime | None
    reviewed_at: datetime.datetime | None


class Sum(Shape):
    """A total in one currency; null where the amount of an entry is not known."""

    amount: Amount | None
    weighted: Amount | None


TotalsShape = dict[Foreign, dict[str, dict[Scenario, Sum]]]


class Changed(Shape):
    """`upside add`, `edit`, `convert`, `push` and `close`. `following`: the open entry that a pushed one became."""

    entry: Entry
    following: Entry | None
    plan: list[PlanItem]


class Listed(Shape):
    """`upside list`. `totals`: the open ones of these entries, by currency, fiscal quarter and scenario."""

    entries: list[Entry]
    totals: TotalsShape


class Was(Shape):
    """A field before and after."""

    before: Foreign | None
    after: Foreign | None


class Change(Shape):
    """One line of an entry's history; the first one made it."""

    at: datetime.datetime
    who: Foreign
    note: Foreign
    changes: dict[str, Was]


class Shown(Shape):
    """`upside show`."""

    entry: Entry
    history: list[Change]


class Proposal(Shape):
    """What a review proposes about an entry, and what else may be answered; `key` is what --accept takes."""

    key: str
    id: str
    sow: Foreign | None
    engagement: Foreign
    review: Literal["itself", "weekly", "monthly", "quarterly"]
    verdict: Verdict
    reason: Foreign
    choices: list[str] = Field(description="Every key that --accept takes for this entry.")
    entry: Entry


class ReviewResult(Shape):
    """`upside review`: what still waits for an answer, what was done, what could not be looked at."""

    proposals: list[Proposal]
    plan: list[PlanItem]
    unseen: list[Foreign]


class Exported(Shape):
    """`upside export`. `file` null: printed."""

    file: Foreign | None
    rows: int
    columns: list[Foreign]
    totals: TotalsShape


class Imported(Shape):
    """`upside import`. `unchanged` counts rows; `absent` are open entries that the sheet does not have."""

    file: Foreign
    plan: list[PlanItem]
    unchanged: int
    absent: list[str]


def entry_of(entry: UpsideEntry) -> Entry:
    """An entry as JSON has it."""
    return Entry.model_validate(entry)


def totals_shape(totals: Totals) -> dict[str, dict[str, dict[Any, Sum]]]:
    """Totals as JSON has them."""
    return {
        currency: {
            quarter: {scenario.value: Sum.model_validate(total) for scenario, total in scenarios.items()}
            for quarter, scenarios in quarters.items()
        }
        for currency, quarters in totals.items()
    }


def plan_shape(items: Iterable[Item]) -> list[PlanItem]:
    """A plan's items as JSON has them."""
    from psdm_cli.output.plan_document import plan_items

    made = Plan("psdm upside", datetime.datetime.fromtimestamp(0, datetime.UTC), tuple(items))
    return [PlanItem(**each) for each in plan_items(made)]
