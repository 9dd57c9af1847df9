"""A Kantata in memory that answers as the port promises, counts what it is asked and fails when told to."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from psdm_cli.domain.records import (
    AccountingRecord,
    Allocation,
    AllocationElsewhere,
    BillingMilestone,
    Holiday,
    Kind,
    Malformed,
    Membership,
    Record,
    Refusal,
    Resource,
    ResourceRequest,
    Role,
    StatusReport,
    Story,
    TimeEntry,
    TimeOff,
    Workspace,
    Workweek,
)
from psdm_cli.errors import Unavailable
from psdm_cli.systems.ports import Batch, Me, Person, Progress, Read

START = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)
WITHOUT_UPDATED_AFTER = {Kind.BILLING_MILESTONES, Kind.HOLIDAYS, Kind.WORKWEEKS, Kind.ACCOUNTING}


class FakeKantata:
    """Rows by kind and id, each with the instant it changed; `asked` and `counted` remember the questions."""

    def __init__(self) -> None:
        self.time = START
        self.rows: dict[Kind, dict[str, tuple[Record, datetime]]] = {kind: {} for kind in Kind}
        self.malformed: dict[Kind, dict[str, tuple[Malformed, datetime]]] = {kind: {} for kind in Kind}
        self.refused: dict[Kind, Refusal] = {}
        self.invisible: dict[Kind, int] = {}  # rows that only a count without filter sees
        self.reports_with_projects = True
        self.asked: list[Read] = []
        self.counted: list[Read] = []
        self.drained: Callable[[Batch], None] | None = None  # called before each batch is yielded
        self.while_reading: Callable[[Read], None] | None = None  # called after a read's rows were collected
        self.fail_after: int | None = None  # batches until `Unavailable`

    # its content

    def put(self, *records: Record, kind: Kind | None = None) -> None:
        """Create or change records now."""
        for record in records:
            what = kind or next(each for each, cls in KINDS.items() if isinstance(record, cls))
            self.rows[what][record.id] = (record, self.time)
            self.malformed[what].pop(record.id, None)

    def break_row(self, kind: Kind, id_: str, workspace_id: str | None = None) -> None:
        """From now on the record cannot be understood."""
        self.rows[kind].pop(id_, None)
        self.malformed[kind][id_] = (Malformed(kind, id_, "minutes is not a number", workspace_id), self.time)

    def delete(self, kind: Kind, *ids: str) -> None:
        """Remove records without a trace, as Kantata does."""
        for id_ in ids:
            del self.rows[kind][id_]

    def later(self, **by: float) -> None:
        """Let time pass on the server."""
        self.time += timedelta(**by)

    def refuse(self, kind: Kind) -> Refusal:
        """Take a permission away."""
        self.refused[kind] = Refusal(kind, f"GET /{kind.value}", "to see it", "You may not")
        return self.refused[kind]

    def forget_questions(self) -> None:
        """Count from here."""
        self.asked.clear()
        self.counted.clear()

    def asked_of(self, kind: Kind) -> list[Read]:
        """The reads of one kind."""
        return [read for read in self.asked if read.kind is kind]

    # the port

    def me(self) -> Me:
        """The token's owner."""
        return Me("1", "Pat Lead")

    def server_time(self) -> datetime | None:
        """The server's clock."""
        return self.time

    def leads(self) -> Sequence[Person]:
        """Nobody asks here."""
        return [Person("1", "Pat Lead")]

    def workspace(self, workspace_id: str) -> Workspace | None:
        """One project."""
        found = self.rows[Kind.WORKSPACES].get(workspace_id)
        return found[0] if found and isinstance(found[0], Workspace) else None

    def read_all(self, reads: Sequence[Read], progress: Callable[[Progress], None] | None = None) -> Iterator[Batch]:
        """Each read in turn; fails when told to."""
        assert len(set(reads)) == len(reads), "the same question twice"
        self.asked += reads
        for n, read in enumerate(reads, 1):
            if self.fail_after is not None:
                if self.fail_after == 0:
                    raise Unavailable("Kantata is down.")
                self.fail_after -= 1
            batch = self._answer(read)
            if self.while_reading is not None:
                self.while_reading(read)
            if progress is not None:
                progress(Progress(n, len(reads), read.kind.value))
            if self.drained is not None:
                self.drained(batch)
            yield batch

    def count(self, reads: Sequence[Read]) -> Sequence[int | None]:
        """What the reads would give."""
        self.counted += reads
        found: list[int | None] = []
        for read in reads:
            assert read.updated_after is None
            rows = len(self._select(read, self._rows(read.kind))) + len(self._select(read, self.malformed[read.kind]))
            extra = 0 if read.workspace_ids or read.user_ids else self.invisible.get(read.kind, 0)
            found.append(None if read.kind in self.refused else rows + extra)
        return found

    def _answer(self, read: Read) -> Batch:
        if read.kind in self.refused:
            return Batch(read, refusal=self.refused[read.kind])
        records = tuple(self._select(read, self._rows(read.kind)))
        side: tuple[tuple[Kind, tuple[Record, ...]], ...] = ()
        if read.kind is Kind.WORKSPACES and self.reports_with_projects:
            inside = tuple(record.id for record in records)
            reports = self._select(Read(Kind.STATUS_REPORTS, inside), self.rows[Kind.STATUS_REPORTS]) if inside else []
            side = ((Kind.STATUS_REPORTS, tuple(reports)),)
        return Batch(read, records, tuple(self._select(read, self.malformed[read.kind])), side=side)

    def _by_person(self) -> dict[str, tuple[Record, datetime]]:
        """People's bookings: those on the projects as well as those that are only known as somebody's."""
        found = dict(self.rows[Kind.ALLOCATIONS_ELSEWHERE])
        for id_, (row, at) in self.rows[Kind.ALLOCATIONS].items():
            assert isinstance(row, Allocation)
            resource = self.rows[Kind.RESOURCES].get(row.resource_id or "", (None, at))[0]
            project = self.rows[Kind.WORKSPACES].get(row.workspace_id or "", (None, at))[0]
            if isinstance(resource, Resource) and resource.user_id is not None:
                title = project.title if isinstance(project, Workspace) else None
                days = row.start_date, row.end_date
                booked = AllocationElsewhere(
                    id_, resource.user_id, *days, row.minutes, row.hard, row.workspace_id, title
                )
                found[id_] = (booked, at)
        return found

    def _rows(self, kind: Kind) -> dict[str, tuple[Record, datetime]]:
        return self._by_person() if kind is Kind.ALLOCATIONS_ELSEWHERE else self.rows[kind]

    def _select(self, read: Read, rows: dict[str, tuple[Any, datetime]]) -> list[Any]:
        found = []
        for record, changed in sorted(rows.values(), key=lambda row: row[0].id):
            if read.updated_after and read.kind not in WITHOUT_UPDATED_AFTER and changed < read.updated_after:
                continue
            if isinstance(record, Workspace):
                if record.archived or (read.lead_ids and record.lead_id not in read.lead_ids):
                    continue
            elif read.workspace_ids and record.workspace_id not in read.workspace_ids:
                continue
            if read.user_ids and getattr(record, "user_id", None) not in read.user_ids:
                continue
            if read.window and not (record.start_date < read.window[1] and record.end_date >= read.window[0]):
                continue
            found.append(record)
        return found


KINDS: dict[Kind, type[Record]] = {
    Kind.WORKSPACES: Workspace,
    Kind.RESOURCES: Resource,
    Kind.ALLOCATIONS: Allocation,
    Kind.ALLOCATIONS_ELSEWHERE: AllocationElsewhere,
    Kind.STORIES: Story,
    Kind.BILLING_MILESTONES: BillingMilestone,
    Kind.TIME_ENTRIES: TimeEntry,
    Kind.STATUS_REPORTS: StatusReport,
    Kind.PEOPLE: Membership,
    Kind.WORKWEEKS: Workweek,
    Kind.ROLES: Role,
    Kind.HOLIDAYS: Holiday,
    Kind.TIME_OFF: TimeOff,
    Kind.RESOURCE_REQUESTS: ResourceRequest,
    Kind.ACCOUNTING: AccountingRecord,
}

DAY = date(2026, 11, 23)
WEEK = (8 * 60,) * 5 + (0, 0)


def small_account(projects: int = 3, *, bookings: int = 4) -> FakeKantata:
    """Projects `w1`.. led by user 1, with two people and one unnamed resource each, and rows of every kind."""
    kantata = FakeKantata()
    kantata.put(
        Holiday("h1", DAY, "Thanksgiving"),
        Workweek("k1", (480, 480, 480, 480, 480, 0, 0), True),
        Role("r1", "Project Manager"),
        ResourceRequest("q1", "new", "w1-r3", "w1"),
    )
    for n in range(1, projects + 1):
        add_project(kantata, f"w{n}", bookings=bookings)
    return kantata


def add_project(kantata: FakeKantata, w: str, *, lead: str = "1", bookings: int = 4) -> None:
    """One project with all that belongs to it."""
    kantata.put(Workspace(w, f"SOW {w}", "Active", False, lead_id=lead, price_in_cents=100_000))
    for slot in (1, 2, 3):
        user = None if slot == 3 else f"{w}-u{slot}"
        kantata.put(Resource(f"{w}-r{slot}", w, user, "Ada", "r1", "Project Manager", 20_000))
        if user:
            kantata.put(
                Membership(f"m-{user}", user, "Ada", None, workweek_minutes=(480, 480, 480, 480, 480, 0, 0)),
                TimeOff(f"o-{user}", user, DAY, Decimal("8")),
                AllocationElsewhere(f"e-{user}", user, DAY, DAY, 480, True, "far", "Far"),
            )
    for n in range(bookings):
        kantata.put(
            Allocation(f"{w}-a{n}", DAY, DAY + timedelta(days=n), 480, True, w, f"{w}-r1"),
            TimeEntry(f"{w}-t{n}", DAY, 60 + n, w, f"{w}-u1", True, True, 20_000, "USD"),
            Story(f"{w}-s{n}", w, "Kickoff", "task", "started", DAY, DAY),
        )
    kantata.put(
        BillingMilestone(f"{w}-b", w, "Half", 50_000, "USD", DAY),
        AccountingRecord(f"{w}-c", w, "Forecasting", DAY, DAY, Decimal("10.50"), "USD"),
        StatusReport(f"{w}-h", w, "green", START),
    )


def changed(record: Any, **fields: Any) -> Any:
    """The record with other values."""
    return replace(record, **fields)
