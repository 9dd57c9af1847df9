"""One refresh from its first question to the promotion: what is asked in which order, and what is kept."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from psdm_cli.domain.records import Kind, Refusal, Workspace
from psdm_cli.errors import BadAnswer, Forbidden
from psdm_cli.store.states import By, PartHead, Promotion, ScopeState
from psdm_cli.systems.ports import Batch, Kantata, Progress, Read
from psdm_cli.workflows.refresh_deletions import Deletions, Doubt, Probe, people_of
from psdm_cli.workflows.refresh_elsewhere import own_bookings
from psdm_cli.workflows.refresh_parts import part_of
from psdm_cli.workflows.refresh_plan import (
    BY_WORKSPACE,
    CHUNK,
    INCREMENTAL,
    OF_ACCOUNT,
    Ages,
    chunked,
    ordered,
    plan,
)
from psdm_cli.workflows.refresh_scope import Refreshed, Scope, malformed_of

if TYPE_CHECKING:
    from psdm_cli.store.mirror import Mirror

_FORGOTTEN_AFTER = timedelta(hours=24)  # parked parts of a refresh that nobody took up again
_ACCOUNT = ("",)


@dataclass(frozen=True, slots=True)
class _Question:
    """A read, and the keys that its answer brings up to date."""

    read: Read
    by: By
    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Wish:
    """What the caller of `refresh` wants."""

    scope: Scope
    now: datetime
    window: tuple[date, date] | None
    everybody: bool
    full: bool
    ages: Ages


class Run:
    """The state of one refresh; `go` may be called once."""

    def __init__(
        self,
        kantata: Kantata,
        mirror: Mirror,
        wish: Wish,
        progress: Callable[[Progress], None] | None,
    ) -> None:
        self._kantata, self._mirror, self._progress = kantata, mirror, progress
        self._scope, self._now, self._window, self._ages = wish.scope, wish.now, wish.window, wish.ages
        self._everybody, self._full = wish.everybody, wish.full
        self._everything = wish.scope.lead_ids is None
        self._parking = mirror.parking()
        # A kind that was refused last time is asked anew: what an earlier run left of it is older than the refusal.
        shut = {refusal.kind for refusal in mirror.refusals()}
        parked = self._parking.others(self._now - self._ages.parked)
        self._parked = [part for part in parked if part.head.kind not in shut]
        before = mirror.scope(self._scope.key)
        self._known = frozenset(before.user_ids if before else ())  # asked for side by side with the projects' rows
        self._deletions = Deletions(kantata, mirror, self._parking, dict(before.extra) if before else {})
        # Of a malformed row that names no project nobody can tell when it is gone, unless its kind is read whole.
        self._unattributed = {bad.kind for bad in mirror.malformed(())}
        self._refused: dict[Kind, Refusal] = {}
        self._answered: set[Kind] = set()
        self._partly: set[Kind] = set()  # kinds of which some keys were not read whole
        self._rows: dict[Kind, int] = {}
        self._reads = 0
        self._reused = 0
        self._workspaces: tuple[str, ...] = ()
        self._malformed_ids: tuple[str, ...] = ()
        self._mark = self._now

    def go(self) -> Refreshed:
        """Ask, park, check, promote."""
        self._parking.drop(self._now - _FORGOTTEN_AFTER)
        self._ask(self._first_questions())
        self._mark = self._server_time()
        self._ask([*self._questions_of_known_people(), *self._questions_by_workspace()])
        users = self._people_and_deletions()
        state = ScopeState(
            key=self._scope.key,
            synced_at=self._now,
            workspace_ids=self._workspaces,
            user_ids=users,
            malformed_ids=self._malformed_ids,
            window=self._window,
            extra=self._deletions.extra,
        )
        answered = frozenset(self._answered - self._refused.keys())
        done = self._mirror.promote(self._parking.run, Promotion(state, tuple(self._refused.values()), answered))
        return Refreshed(
            state=state,
            mark=self._mark,
            reads=self._reads,
            read=self._rows,
            changed=done.changed,
            deleted=done.deleted,
            refusals=tuple(self._mirror.refusals()),
            malformed=tuple(malformed_of(self._mirror, state)),
            reused_parts=self._reused,
        )

    # what is asked

    def _first_questions(self) -> list[_Question]:
        """The projects, always all of them (balances are live), and what belongs to no project or person."""
        leads = self._scope.lead_ids
        # No lead, no project: without the filter Kantata would give all of them.
        questions = [] if leads == () else [_Question(Read(Kind.WORKSPACES, lead_ids=leads or ()), By.WORKSPACE, ())]
        for kind in OF_ACCOUNT:
            questions += self._plan(kind, By.ACCOUNT, _ACCOUNT)
        if self._everybody:
            questions += self._plan(Kind.PEOPLE, By.ACCOUNT, _ACCOUNT)
        return questions

    def _questions_by_workspace(self) -> list[_Question]:
        questions = []
        for kind in BY_WORKSPACE:
            if kind not in self._answered:  # health reports usually come with the projects
                questions += self._plan(kind, By.WORKSPACE, self._workspaces)
        return questions

    def _people_and_deletions(self) -> tuple[str, ...]:
        """The people of the projects, side by side with reading anew where rows are missing. Gives the people."""
        people = self._people()
        done = set(self._known)
        settled = people <= done  # nobody new: what is held of people can be counted beside the projects' rows
        of_people, counted = self._probes_of_people(people) if settled else [], people
        doubts = self._deletions.doubts([*self._probes(), *of_people])
        again = self._again(doubts)
        if self._everything:
            again += self._elsewhere(people & done, unsure=bool(again))
        while (new := people - done) or again:
            self._ask([*again, *self._of_people(new), *self._elsewhere(new, unsure=bool(again))])
            done |= new
            again = []
            people = self._people()  # reading anew may show more people, or fewer
        self._deletions.settle(doubts)
        if not settled or people != counted:
            late = self._deletions.doubts(self._probes_of_people(people))
            self._ask(self._again(late))
            self._deletions.settle(late)
        return ordered(people)

    def _probes_of_people(self, people: Collection[str]) -> list[Probe]:
        """What is to be counted of people's own rows, where not all of them were read whole."""
        users = ordered(people)
        found = []
        for kind in (Kind.TIME_OFF, Kind.ALLOCATIONS_ELSEWHERE):
            if kind in self._partly and kind not in self._refused:
                window = self._window if kind is Kind.ALLOCATIONS_ELSEWHERE else None
                at_once = window is None and self._everything and len(users) > CHUNK
                found.append(Probe(kind, By.USER, users, everything=at_once, window=window))
        return found

    def _questions_of_known_people(self) -> list[_Question]:
        """Those of last time are most likely those of this time: nobody waits for the projects' rows to ask for theirs.

        With every project in scope bookings elsewhere are rather counted, once all others are here.
        """
        if Kind.RESOURCES in self._refused:
            return []
        found = self._of_people(self._known)
        return found if self._everything else found + self._elsewhere(self._known, unsure=True)

    def _of_people(self, people: Collection[str]) -> list[_Question]:
        people = set(people)
        return [
            *self._plan(Kind.PEOPLE, By.USER, people - self._active()),
            *self._plan(Kind.TIME_OFF, By.USER, people),
        ]

    def _elsewhere(self, people: Collection[str], *, unsure: bool) -> list[_Question]:
        """The bookings of these people. Where every project is in scope they are here already, if the counts agree.

        `unsure`: rows are still being read anew, so that what is here is not to be relied on yet.
        """
        if self._window is None:
            return []
        questions = self._plan(Kind.ALLOCATIONS_ELSEWHERE, By.USER, people)
        if not questions or unsure or not self._everything or {Kind.ALLOCATIONS, Kind.RESOURCES} & self._refused.keys():
            return questions
        began = self._server_time()
        counts = self._kantata.count([question.read for question in questions])
        own = own_bookings(self._mirror, self._parking, self._workspaces, self._window)
        left = []
        for question, count in zip(questions, counts, strict=True):
            here = tuple(booking for user in question.keys for booking in own.get(user, ()))
            if count == len(here):
                self._take(Batch(question.read, here), question, began)
            else:
                left.append(question)
        return left

    def _probes(self) -> list[Probe]:
        """What is to be counted of the projects' rows."""
        compared = [kind for kind in BY_WORKSPACE if kind in INCREMENTAL and kind not in self._refused]
        compared = [kind for kind in compared if kind in self._answered or kind in self._partly]
        whole = [kind for kind in compared if kind not in self._partly]
        for kind in whole:
            self._deletions.extra.pop(kind, None)
        learnt = [kind for kind in whole if kind is not Kind.STATUS_REPORTS] if self._everything else []
        return [
            Probe(kind, By.WORKSPACE, self._workspaces, learn=kind in whole, everything=self._everything)
            for kind in compared
            if kind in self._partly or kind in learnt
        ]

    def _again(self, doubts: Sequence[Doubt]) -> list[_Question]:
        return [self._whole(doubt.probe.kind, doubt.probe.by, keys) for doubt in doubts for keys in doubt.again]

    def _people(self) -> set[str]:
        """Everybody with a resource in the scope, and with `everybody` all active people of the account."""
        found = set() if Kind.RESOURCES in self._refused else people_of(self._mirror, self._parking, self._workspaces)
        return found | self._active()

    def _active(self) -> set[str]:
        """All active people of the account, where they were asked for."""
        if not self._everybody:
            return set()
        parts = (part for part in self._parking.places(Kind.PEOPLE) if part.head.by is By.ACCOUNT)
        return {row.user_id for part in parts for row in part.rows if row.user_id is not None}

    def _plan(self, kind: Kind, by: By, keys: Collection[str]) -> list[_Question]:
        """Take over what is parked, and ask for the rest."""
        if not keys or kind in self._refused:
            return []
        window = self._window if kind is Kind.ALLOCATIONS_ELSEWHERE else None
        parked = [
            part
            for part in self._parked
            if part.head.kind is kind and part.head.by is by and part.head.window == window
        ]
        whole = self._full or kind in self._unattributed
        # With every project in scope bookings elsewhere are counted, which needs whole questions.
        whole = whole or (kind is Kind.ALLOCATIONS_ELSEWHERE and self._everything)
        marks = self._mirror.marks(kind, window)
        wanted = plan(kind, by, keys, marks, parked, at=self._server_time(), ages=self._ages, whole=whole)
        for part in wanted.adopted:
            if not self._parking.take_over(part):  # its owner finished meanwhile: plan without it
                self._parked.remove(part)
                return self._plan(kind, by, keys)
        for part in wanted.adopted:
            self._reused += 1
            self._answered.add(kind)
            if not part.head.whole:
                self._partly.add(kind)
        # Of everything there is, one question without a filter is shorter than many with it. What is large is still
        # read in portions the first time, so that little is lost when it fails.
        if self._everything and by is By.WORKSPACE and kind not in INCREMENTAL and len(wanted.whole) > CHUNK:
            return [_Question(Read(kind), by, wanted.whole)]
        questions = [self._whole(kind, by, some) for some in chunked(wanted.whole, by)]
        if wanted.changed:
            self._partly.add(kind)
            asked = () if self._everything and len(wanted.changed) > CHUNK else wanted.changed
            narrow = Read(kind, workspace_ids=asked) if by is By.WORKSPACE else Read(kind, user_ids=asked)
            narrow = replace(narrow, updated_after=wanted.since, window=window)
            questions.append(_Question(narrow, by, wanted.changed))
        return questions

    def _whole(self, kind: Kind, by: By, keys: tuple[str, ...]) -> _Question:
        window = self._window if kind is Kind.ALLOCATIONS_ELSEWHERE else None
        read = Read(kind, window=window)
        if by is By.WORKSPACE:
            read = replace(read, workspace_ids=keys)
        elif by is By.USER:
            read = replace(read, user_ids=keys)
        return _Question(read, by, keys)

    # what becomes of the answers

    def _ask(self, questions: Sequence[_Question]) -> None:
        """Read all of it side by side and park each answer as soon as it is complete."""
        if not questions:
            return
        covers = {question.read: question for question in questions}
        began = self._server_time()  # before the first request: what changes while we read is read again next time
        for batch in self._kantata.read_all([question.read for question in questions], self._progress):
            self._reads += 1
            self._take(batch, covers.pop(batch.read), began)
        if covers:
            missing = ", ".join(sorted({read.kind.value for read in covers}))
            raise BadAnswer(f"Kantata's answer is incomplete: {missing} were not read to their end.")

    def _server_time(self) -> datetime:
        return self._kantata.server_time() or self._now

    def _take(self, batch: Batch, question: _Question, began: datetime) -> None:
        kind = batch.read.kind
        if batch.refusal is not None:
            if kind is Kind.WORKSPACES:
                refusal = batch.refusal
                raise Forbidden(refusal.message, call=refusal.call, permission=refusal.permission)
            self._refused[kind] = batch.refusal
            return
        self._answered.add(kind)
        self._rows[kind] = self._rows.get(kind, 0) + len(batch.records)
        if kind is Kind.WORKSPACES:
            question = self._take_projects(batch, question)
        head = PartHead(kind, question.by, question.keys, began, batch.read.updated_after, batch.read.window)
        self._parking.park(part_of(head, batch.records, batch.malformed), self._now)
        for side, records in batch.side:
            # Health reports come whole with their projects; other companions are only parts of their rows.
            if side is Kind.STATUS_REPORTS and kind is Kind.WORKSPACES:
                self._answered.add(side)
                self._rows[side] = len(records)
                self._parking.park(
                    part_of(PartHead(side, By.WORKSPACE, self._workspaces, began), records, ()), self._now
                )

    def _take_projects(self, batch: Batch, question: _Question) -> _Question:
        leads = self._scope.lead_ids
        mine = [
            one.id
            for one in batch.records
            if isinstance(one, Workspace)
            and one.archived is not True
            and (leads is None or one.lead_id is None or one.lead_id in leads)
        ]
        self._workspaces = ordered(mine)
        self._malformed_ids = ordered([bad.id for bad in batch.malformed])
        read = [one.id for one in batch.records] + list(self._malformed_ids)
        return replace(question, keys=ordered(read))
