"""The hand-over as tables: one source for its screen, Markdown and HTML."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from psdm_cli.domain.agenda import Item
from psdm_cli.domain.handover import HandedOver, Handover, expires
from psdm_cli.domain.upside import percent
from psdm_cli.output.week_cells import Head, Table, Value, day, money, text
from psdm_cli.output.wording import UNKNOWN, counted, short_type
from psdm_cli.output.wording import amount as amount_text


def state_table(page: Handover) -> Table:
    """Every engagement at a glance, as the portfolio has it; its lead where there are several."""
    several = len(page.leads) > 1
    columns = (
        Head("engagement", prose=True),
        *((Head("lead"),) if several else ()),
        *(Head(title) for title in ("type", "status", "end")),
        *(Head(title, "right") for title in ("burn", "EAC", "to forecast")),
        *(Head(title) for title in ("in", "runway to", "health")),
        Head("open steps", "right"),
    )
    return Table(
        "Engagements", columns, tuple(_state(each, several) for each in page.engagements), empty="No engagement."
    )


def _state(each: HandedOver, several: bool) -> tuple[Value, ...]:
    row, health = each.row, each.row.health
    colour = health.color if health is not None else None
    customer = f" · {each.customer}" if each.customer and each.customer not in row.title else ""
    return (
        text(row.sow or row.title, f"{row.title}{customer}" if row.sow else customer.removeprefix(" · ")),
        *((text(row.lead),) if several else ()),
        text(short_type(row.type)),
        text(row.status or UNKNOWN),
        day(row.end),
        _share(row.burn),
        money(row.eac),
        money(row.to_forecast),
        text(row.currency),
        day(row.runway),
        text("none") if health is None else Value(colour or UNKNOWN, colour, colour=(colour or "").casefold() or None),
        text(str(len(each.steps))),
    )


def wait_table(page: Handover) -> Table:
    """Who waits for what, over all engagements."""
    rows = [
        (text(e.row.sow or e.row.title), text(w.waiting), text(w.on), text(w.what), day(w.since), day(w.until))
        for e in page.engagements
        for w in e.waits
    ]
    columns = (Head("engagement"), Head("waits"), Head("for"), Head("what", prose=True), Head("since"), Head("until"))
    return Table("Who waits for what", columns, tuple(rows), empty="Nobody waits for anybody, as far as psdm sees.")


def deadline_table(page: Handover) -> Table:
    """What the week asks, whatever the engagement."""
    return _items("Deadlines of the week", page, page.deadlines)


def tables_of(page: Handover, each: HandedOver) -> Sequence[Table]:
    """The tables of one engagement."""
    return (
        _items("Clocks", page, each.clocks),
        _steps(each),
        _checklists(each),
        _requests(each),
        _changes(each),
        _upside(each),
        _waivers(each),
    )


def _items(caption: str, page: Handover, items: Iterable[Item]) -> Table:
    rows = [
        (
            text(item.what),
            Value(_due(item), item.due.date() if item.due is not None else None),
            text(item.urgency(page.now).value),
            text(item.command),
        )
        for item in items
    ]
    columns = (Head("what", prose=True), Head("due"), Head("urgency"), Head("command"))
    return Table(caption, columns, tuple(rows), empty=f"{caption}: none.")


def _due(item: Item) -> str:
    return "" if item.due is None else f"{item.due:%Y-%m-%d %H:%M %Z}"


def _steps(each: HandedOver) -> Table:
    rows = []
    for step in each.steps:
        finding = step.finding
        worth = f"{amount_text(finding.amount)} {finding.currency or ''}".strip() if finding.amount is not None else ""
        rows.append(
            (
                text(finding.step),
                text(finding.message, finding.fix or ""),
                text(step.owner),
                text(worth),
                day(finding.due),
            )
        )
    columns = (Head("step"), Head("open", prose=True), Head("answers for it"), Head("at stake", "right"), Head("due"))
    return Table("Open steps of the forecast", columns, tuple(rows), empty="Open steps of the forecast: none.")


def _checklists(each: HandedOver) -> Table:
    rows = []
    for run in each.checklists:
        far = UNKNOWN if run.done is None or run.total is None else f"{run.done} of {run.total}"
        rows.append((text(run.title), text(far), text("; ".join(run.open) or "only what psdm checks itself")))
    columns = (Head("checklist"), Head("finished"), Head("waits for a person", prose=True))
    return Table("Checklists", columns, tuple(rows), empty="Checklists: none is open.")


def _requests(each: HandedOver) -> Table:
    columns = (Head("request"), Head("role"), Head("since"))
    if each.requests is None:
        return Table(
            "Pending resource requests", columns, (), empty="Pending resource requests: could not be looked at."
        )
    rows = tuple((text(r.id), text(r.role or UNKNOWN), day(r.since)) for r in each.requests)
    return Table("Pending resource requests", columns, rows, empty="Pending resource requests: none.")


def _changes(each: HandedOver) -> Table:
    columns = (Head("kind"), Head("issue", prose=True), Head("labels"))
    if each.scope_changes is None:
        return Table("Open scope changes", columns, (), empty="Open scope changes: could not be looked at.")
    rows = tuple((text(c.kind), text(c.title, c.url or ""), text(", ".join(c.labels))) for c in each.scope_changes)
    return Table("Open scope changes", columns, rows, empty="Open scope changes: none.")


def _upside(each: HandedOver) -> Table:
    rows = tuple(
        (
            text(entry.id),
            text(entry.what, entry.reason),
            text(entry.scenario.value),
            money(entry.amount),
            text(entry.currency),
            text(percent(entry.probability)),
            text(entry.month),
        )
        for entry in each.upside
    )
    columns = (
        Head("entry"), Head("what", prose=True), Head("scenario"), Head("amount", "right"), Head("in"),
        Head("probability", "right"), Head("month"),
    )  # fmt: skip
    return Table("Upside", columns, rows, empty="Upside: none.")


def _waivers(each: HandedOver) -> Table:
    rows = tuple(
        (text(one.finding, expires(one.waiver)), text(one.waiver.reason), text(one.waiver.who), day(one.waiver.until))
        for one in each.waivers
    )
    columns = (Head("finding", prose=True), Head("because", prose=True), Head("by"), Head("until"))
    return Table("Waivers", columns, rows, empty="Waivers: none.")


def _share(value: Decimal | None) -> Value:
    return Value(UNKNOWN if value is None else f"{value * 100:.0f} %", value)


def summary(each: HandedOver) -> str:
    """One engagement in a sentence."""
    parts = [
        counted(len(each.steps), "open step"),
        counted(len(each.clocks), "clock"),
        counted(len(each.waits), "wait"),
    ]
    return ", ".join(parts)
