"""Taking a revenue tracking sheet back: a plan of what differs, whole or not at all; one error for each wrong row."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC
from typing import TYPE_CHECKING, Any

from psdm_cli.domain import upside_sheet as sheet
from psdm_cli.domain.upside import Scenario, UpsideEntry, UpsideStatus
from psdm_cli.domain.upside_changes import converted, edited, lost, must_be_open
from psdm_cli.domain.upside_sheet import Layout, Line
from psdm_cli.domain.upside_sources import NotUpsideError, issue_address
from psdm_cli.errors import NotFound, RefusedByRule, WrongUsage
from psdm_cli.store.upside import Altered, TakenError
from psdm_cli.workflows.upside_adding import Adding, Made
from psdm_cli.workflows.upside_ledger import Hand, Wish, created, plan_of, pusher
from psdm_cli.workflows.upside_told import Maker, Told

if TYPE_CHECKING:
    from psdm_cli.changes.plan import Item

NOTE = "from a sheet"
#: the engagement that a row without an id is about, ready to be added to; reads Kantata when first asked
AddingOf = Callable[[str], Adding]


@dataclass(frozen=True, slots=True)
class Differences:
    """What a sheet would change of the ledger. `unchanged` counts rows; `absent` are open entries without a row."""

    wishes: tuple[Wish, ...]
    new: tuple[UpsideEntry, ...]
    items: tuple[Item, ...]
    unchanged: int
    absent: tuple[str, ...]
    warnings: tuple[str, ...]


def read_lines(
    layout: Layout, titles: Sequence[str], rows: Sequence[tuple[int, Sequence[sheet.Value]]]
) -> tuple[Line, ...]:
    """The sheet's rows by field. Raises `WrongUsage` for a header that cannot be used."""
    try:
        return sheet.lines(layout, titles, rows)
    except ValueError as error:
        raise WrongUsage(
            f"The sheet cannot be taken: {error}.", hint="psdm upside export writes one that can."
        ) from None


def differences(hand: Hand, found: Sequence[Line], adding_of: AddingOf, instance: str) -> Differences:
    """Hold the sheet against the ledger. Raises `WrongRowsError` (exit 2)."""
    known = {entry.id: entry for entry in hand.store.upside.list()}
    wishes: list[Wish] = []
    altered: list[Altered] = []
    new: list[UpsideEntry] = []
    warnings: list[str] = []
    wrong: list[str] = []
    rows: dict[str, int] = {}
    same = 0
    for line in found:
        number = line.text("id").removesuffix(".0")
        try:
            if not number:
                made = _new(line, adding_of, instance, Maker(hand.who, hand.at))
                _must_be_alone(made.entry, (*known.values(), *new))
                new.append(made.entry)
                warnings += [f"Row {line.number}: {text}" for text in made.warnings]
                continue
            if number in rows:
                raise ValueError(f"entry {number} stands in row {rows[number]} already")
            rows[number] = line.number
            entry = known.get(number)
            if entry is None:
                raise ValueError(f"the ledger has no entry {number}; a new one has an empty ID")
            values = sheet.changes(entry, line)
            if not values:
                same += 1
                continue
            wish = _wish(hand, entry, values)
            after, following = wish.alter(entry)
            altered.append(Altered(entry, after, following))
            wishes.append(wish)
            warnings += _older(entry, line)
        except (ValueError, NotUpsideError) as error:
            wrong.append(f"row {line.number}: {error}")
        except (NotFound, RefusedByRule, WrongUsage) as error:
            wrong.append(f"row {line.number}: {error.message.rstrip('.')}")
    if wrong:
        raise WrongRowsError(wrong)
    items: list[Item] = []
    for each in altered:
        items.extend(plan_of(each, len(items) + 1, kept=False))
    for entry in new:
        items.append(created(len(items) + 1, entry, kept=False))
    absent = tuple(e.id or "" for e in known.values() if e.status is UpsideStatus.OPEN and e.id not in rows)
    return Differences(tuple(wishes), tuple(new), tuple(items), same, absent, tuple(warnings))


class WrongRowsError(WrongUsage):
    """Rows of a sheet that are wrong (exit 2); `rows` has a sentence for each."""

    def __init__(self, rows: Sequence[str]) -> None:
        many = "1 row is wrong" if len(rows) == 1 else f"{len(rows)} rows are wrong"
        self.summary = f"{many}; nothing was taken over."
        super().__init__(f"{self.summary} {'; '.join(rows)}.", hint="Correct the sheet, and take it again.")
        self.rows = tuple(rows)


def _older(entry: UpsideEntry, line: Line) -> list[str]:
    """A warning where the entry was changed after the sheet was written."""
    if entry.reviewed_at is None or not line.text("reviewed"):
        return []
    wrote = line.text("reviewed")[:19].replace("T", " ")
    now = f"{entry.reviewed_at.astimezone(UTC):%Y-%m-%d %H:%M:%S}"
    if wrote >= now:
        return []
    return [f"Row {line.number}: entry {entry.id} was changed or reviewed after this sheet was written ({now} UTC)."]


def _wish(hand: Hand, entry: UpsideEntry, values: dict[str, Any]) -> Wish:
    status = values.pop("status", None)

    def alter(stored: UpsideEntry) -> tuple[UpsideEntry, UpsideEntry | None]:
        if stored != entry:
            raise NotUpsideError(
                f"Entry {entry.id} was changed while the sheet was looked at.", "Take the sheet again."
            )
        changed = edited(stored, values, hand.today) if values else stored
        if status is None or status is entry.status:
            return changed, None
        must_be_open(entry)
        if status is UpsideStatus.PUSHED:
            return pusher(hand)(changed)
        return (converted(changed) if status is UpsideStatus.CONVERTED else lost(changed)), None

    return Wish(entry.id or "", alter, NOTE)


def _new(line: Line, adding_of: AddingOf, instance: str, maker: Maker) -> Made:
    """The entry of a row without an id, held against the same rules as psdm upside add."""
    word = line.text("sow") or line.text("engagement")
    if not word:
        raise ValueError("a new entry needs its SOW")
    name = line.text("scenario").casefold()
    if name not in set(Scenario):
        raise ValueError(f"scenario: expected one of {', '.join(Scenario)}, not {name!r}")
    if line.text("status") not in ("", UpsideStatus.OPEN.value):
        raise ValueError("status: a new entry is open")
    scenario, link = Scenario(name), line.text("link") or None
    values = {}
    for field in ("hours", "amount", "currency", "probability", "quarter", "month", "reason"):
        try:
            values[field] = sheet.read_cell(line, field) if field in line.cells else None
        except ValueError as error:
            raise ValueError(f"{field}: {error}") from None
    if values["amount"] is not None and values["currency"] is None:
        raise ValueError("currency: an amount needs its currency")
    if values["hours"] is not None and values["amount"] is None:
        raise ValueError("amount: hours alone say nothing about what it is worth")
    told = Told(
        scenario=scenario,
        allocation=link if scenario is Scenario.SOFT_BOOKING else None,
        milestone=link if scenario is Scenario.MILESTONE else None,
        change_order=issue_address(link, instance) if link and scenario is Scenario.PENDING_CO else None,
        **values,
    )
    return adding_of(word).make(told, maker)


def _must_be_alone(entry: UpsideEntry, known: Sequence[UpsideEntry]) -> None:
    for other in known:
        if other.source == entry.source and (other.quarter == entry.quarter or other.status is UpsideStatus.OPEN):
            where = f"entry {other.id}" if other.id else "another row"
            raise ValueError(f"{entry.what} is in the ledger already: {where}")


def take(hand: Hand, found: Differences) -> tuple[Item, ...]:
    """Make the differences true, all or none; the items as they ended. Raises `RefusedByRule` when the ledger moved."""
    if not hand.keep:
        return found.items
    changes = [(wish.number, wish.alter, wish.note) for wish in found.wishes]
    try:
        altered, new = hand.store.upside.take(changes, found.new, NOTE, who=hand.who, at=hand.at)
    except TakenError as taken:
        entry = taken.entry
        message = (
            f"The {entry.what} of {entry.engagement} is in the ledger since: entry {entry.id}. Nothing was taken over."
        )
        raise RefusedByRule(message, hint="Take the sheet again.") from None
    except NotUpsideError as error:
        raise RefusedByRule(f"{error} Nothing was taken over.", hint=error.hint) from None
    items: list[Item] = []
    for each in altered:
        items.extend(plan_of(each, len(items) + 1, kept=True))
    for entry in new:
        items.append(created(len(items) + 1, entry, kept=True))
    return tuple(items)
