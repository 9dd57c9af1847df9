"""JSON of `psdm top-customer` and its schema (interface.md 4)."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field

from psdm_cli.domain import top_customer as domain
from psdm_cli.output.json_shapes import Amount, Foreign, Month, PlanItem, Shape, plain
from psdm_cli.output.plan_document import plan_items

if TYPE_CHECKING:
    from psdm_cli.output.top_customer_document import TopCustomerDocument

Letter = Literal["R", "Y", "G"]


class Window(Shape):
    """When PS Ops' list is there, and when the notes are due."""

    opens: datetime
    due: datetime


class Temperature(Shape):
    """Two moods, independent of each other; null: not given, or no letter."""

    internal: Letter | None
    customer: Letter | None


class Links(Shape):
    """Mandatory with any yellow or red."""

    raid: Foreign | None
    epic: Foreign | None


class Push(Shape):
    """Forecast that moved to a later month since the last frozen week."""

    month_from: Month
    month_to: Month
    amount: Amount
    currency: Foreign
    needs_reason: bool = Field(description="Whether it is above policy.push_reason_above.")
    reason: Foreign | None


class Linked(Shape):
    """Something that stands behind the entry."""

    kind: Foreign
    title: Foreign
    url: Foreign | None


class Suggested(Shape):
    """A colour that the figures suggest; never set by psdm."""

    color: Letter
    reasons: list[Foreign]


class Changed(Shape):
    """A field that says something else than in the earlier week."""

    field: str
    before: Foreign
    after: Foreign


class Earlier(Shape):
    """What was noted in an earlier week, and what changed since."""

    week: str
    text: Foreign
    who: Foreign
    at: datetime
    changed: list[Changed]


class Entry(Shape):
    """One engagement. `text` is the cell of the sheet; `problems` say why it is not valid."""

    project: str = Field(description="Kantata's id of the project.")
    customer: Foreign
    sow: Foreign | None
    title: Foreign
    progress: Foreign
    issue: Foreign | None
    action: Foreign | None
    fix_by: date | None
    assistance: Foreign | None
    dri: Foreign
    contributors: list[Foreign]
    temperature: Temperature
    links: Links
    pushes: list[Push]
    upside: list[Foreign]
    scope_changes: list[Linked] | None = Field(description="Open CO, WaR, WE and DoW; null: could not be looked at.")
    escalated: list[Linked]
    suggested: Suggested | None
    drafted: list[str] = Field(description="Fields that psdm drafted and nobody wrote.")
    valid: bool
    problems: list[Foreign]
    unseen: list[Foreign]
    before: Earlier | None
    text: Foreign


class Noted(Shape):
    """Notes of the past: `--history`."""

    project: str
    sow: Foreign | None
    customer: Foreign
    week: str
    who: Foreign
    at: datetime
    text: Foreign


class TopCustomerResult(Shape):
    """`psdm top-customer`: the entries in the list's order, and the plan where they were posted."""

    week: str
    window: Window
    list_from: Foreign
    left_out: list[Foreign] = Field(description="What the list names and is not here, or was not posted, and why.")
    entries: list[Entry]
    history: list[Noted]
    plan: list[PlanItem]
    message: Foreign | None = Field(description="The Slack message to paste, where no webhook is configured.")
    run: str | None = Field(description="The run's number in the journal; null when nothing was sent.")


def result_of(document: TopCustomerDocument) -> dict[str, Any]:
    """The `result` of the JSON document."""
    return plain(
        TopCustomerResult(
            week=document.week,
            window=Window(opens=document.opens, due=document.due),
            list_from=document.origin,
            left_out=list(document.left_out),
            entries=[_entry(each) for each in document.entries],
            history=[
                Noted(
                    project=each.project,
                    sow=each.sow,
                    customer=each.customer,
                    week=each.week,
                    who=each.who,
                    at=each.at,
                    text=each.text,
                )
                for each in document.history
            ],
            plan=[PlanItem(**item) for item in plan_items(document.plan)] if document.plan is not None else [],
            message=document.message,
            run=document.run,
        )
    )


def _entry(entry: domain.Entry) -> Entry:
    notes = entry.notes
    return Entry(
        project=entry.project,
        customer=entry.customer,
        sow=entry.sow,
        title=entry.title,
        progress=notes.progress,
        issue=notes.issue or None,
        action=notes.action or None,
        fix_by=notes.fix_by,
        assistance=notes.assistance or None,
        dri=notes.dri,
        contributors=list(notes.contributors),
        temperature=Temperature.model_validate(
            {"internal": domain.letter(notes.internal), "customer": domain.letter(notes.customer)}
        ),
        links=Links(raid=notes.raid or None, epic=notes.epic or None),
        pushes=[Push.model_validate(each) for each in entry.pushes],
        upside=list(entry.upside),
        scope_changes=None if entry.scope_changes is None else [Linked.model_validate(e) for e in entry.scope_changes],
        escalated=[Linked.model_validate(each) for each in entry.escalated],
        suggested=None
        if entry.suggested is None
        else Suggested.model_validate({"color": entry.suggested[0], "reasons": list(entry.suggested[1])}),
        drafted=sorted(entry.drafted),
        valid=entry.is_valid,
        problems=list(entry.problems),
        unseen=list(entry.unseen),
        before=_earlier(entry),
        text=entry.text,
    )


def _earlier(entry: domain.Entry) -> Earlier | None:
    kept = entry.before
    if kept is None:
        return None
    changed = [Changed(field=label, before=was, after=now) for label, was, now in entry.changed]
    return Earlier(week=kept.week, text=kept.text, who=kept.who, at=kept.at, changed=changed)
