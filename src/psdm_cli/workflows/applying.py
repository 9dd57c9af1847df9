"""From a plan to the world: refused, shown, saved, confirmed, applied under a lock; and taken back again."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from psdm_cli.changes.apply import Hands, apply, check, refuse_if_stale, settle
from psdm_cli.changes.doors import Doors
from psdm_cli.changes.journal import Journal, Run
from psdm_cli.changes.plan import ChangeState, Item, Plan
from psdm_cli.changes.saved import load, refuse_other_account, save
from psdm_cli.changes.undo import NotUndone, Undoing, undoing
from psdm_cli.errors import Forbidden, NotFound, PartlyApplied, PsdmError, RefusedByRule, Unavailable, WrongUsage

#: Seconds that one psdm waits for another one to finish applying, and how often it asks.
LOCK_PATIENCE = 30.0
LOCK_PAUSE = 0.25


class Lock(Protocol):
    """What one process at a time may hold."""

    def take(self) -> bool:
        """Take it; False when it is held by another."""

    def release(self) -> None:
        """Give it back."""


@dataclass(frozen=True, slots=True)
class Ports:
    """What writing stands on. `accounts`: the address behind each system; `who`: the person, asked only when needed."""

    doors: Doors
    journal: Journal
    lock: Lock
    accounts: Mapping[str, str]
    who: Callable[[], str]
    now: Callable[[], datetime]
    wait: Callable[[float], object]
    say: Callable[[str], object] = lambda _text: None
    report: Callable[[Item], object] | None = None


@dataclass(frozen=True, slots=True)
class Mode:
    """How far to go. `confirm` shows the plan and asks (`large`: for the number); None: nobody can be asked.

    `strict`: everything is looked at before the first write, and one object that moved refuses the whole plan.
    """

    dry_run: bool = False
    yes: bool = False
    confirm: Callable[[Plan, bool], bool] | None = None
    max_changes: int | None = None
    large_plan: int = 10
    plan_out: Path | None = None
    strict: bool = False


class Stage(StrEnum):
    """How far a plan has come."""

    NOTHING = "nothing"
    PLANNED = "planned"
    SAVED = "saved"
    DECLINED = "declined"
    APPLIED = "applied"


@dataclass(frozen=True, slots=True)
class Outcome:
    """A plan as it ended. `run`: its number in the journal; `trouble`: what to say when only a part is in.

    `forbidden`: numbers of the items that were refused for want of a permission."""

    plan: Plan
    stage: Stage
    run: str | None = None
    trouble: PsdmError | None = None
    forbidden: frozenset[int] = frozenset()

    @property
    def exit_code(self) -> int:
        """0, or 7 when only a part is in."""
        return self.trouble.exit_code if self.trouble is not None else 0

    def count(self, state: ChangeState) -> int:
        """How many items ended so."""
        return sum(item.state is state for item in self.plan.items)


def nothing_to_do(plan: Plan) -> Outcome:
    """A plan of which everything is already so."""
    kept = tuple(item.now(ChangeState.KEPT, id=item.change.id, url=item.change.url) for item in plan.items)
    return Outcome(replace(plan, items=kept), Stage.NOTHING)


def carry_out(ports: Ports, plan: Plan, mode: Mode) -> Outcome:
    """Do with a plan what the mode says; what is shown, saved, confirmed and applied is this very object.

    Raises `RefusedByRule` (too large, or in strict mode the world has moved), `WrongUsage` (outside a contract; nobody
    confirmed it and nobody can be asked), `Unavailable` (another psdm is applying), and, when nothing of it is in, the
    first failure itself. A part that is in is no exception: see `Outcome.trouble`.
    """
    if plan.is_empty:
        return nothing_to_do(plan)
    size = len(plan.writing)
    if mode.max_changes is not None and size > mode.max_changes:
        raise RefusedByRule(
            f"The plan has {size} changes, and --max-changes allows {mode.max_changes}: nothing was changed.",
            hint="Look at it with --dry-run; allow more, or narrow the command.",
        )
    check(plan, ports.doors)
    if mode.plan_out is not None:
        save(plan, ports.accounts, mode.plan_out)
        return Outcome(plan, Stage.SAVED)
    if mode.strict and (mode.dry_run or not mode.yes):
        refuse_if_stale(plan, ports.doors)
    if mode.dry_run:
        return Outcome(plan, Stage.PLANNED)
    if not mode.yes:
        if mode.confirm is None:
            changes = "1 change" if size == 1 else f"{size} changes"
            raise WrongUsage(
                f"This would write {changes}, and nobody confirmed it: psdm refuses to write.",
                hint="Add --yes to apply it without a question, or --dry-run to see it.",
            )
        if not mode.confirm(plan, size > mode.large_plan):
            return Outcome(plan, Stage.DECLINED)
    return _applied(ports, plan, strict=mode.strict)


def _applied(ports: Ports, plan: Plan, *, strict: bool) -> Outcome:
    hands = Hands(ports.doors, ports.journal, ports.now, ports.wait, ports.report)
    who = ports.who()
    with alone(ports):
        settle(hands)
        if strict:
            refuse_if_stale(plan, ports.doors)
        result = apply(plan, hands, who)
    trouble = result.trouble
    if trouble is not None and not isinstance(trouble, PartlyApplied):
        raise trouble
    forbidden = frozenset(n for n, error in result.errors.items() if isinstance(error, Forbidden))
    return Outcome(result.plan, Stage.APPLIED, result.run, trouble, forbidden)


@contextmanager
def alone(ports: Ports) -> Iterator[None]:
    """Keep other processes of this account from applying. Raises `Unavailable` when one does not finish in time."""
    waited = 0.0
    while not ports.lock.take():
        if waited == 0:
            ports.say(f"Another psdm is applying changes to this account; waiting up to {LOCK_PATIENCE:.0f} s …")
        if waited >= LOCK_PATIENCE:
            raise Unavailable(
                "Another psdm is applying changes to this account and has not finished: nothing was changed.",
                hint="Run it again when the other one has ended; psdm journal list shows what it does.",
                retry_after=LOCK_PATIENCE,
            )
        ports.wait(LOCK_PAUSE)
        waited += LOCK_PAUSE
    try:
        yield
    finally:
        ports.lock.release()


def saved_plan(ports: Ports, file: Path) -> Plan:
    """The plan in a file, for this account. Raises `WrongUsage` with line and field, `RefusedByRule`."""
    saved = load(file)
    refuse_other_account(saved, ports.accounts)
    return saved.plan


def run_of(journal: Journal, name: str) -> Run:
    """A run by its number, or the `last` one. Raises `NotFound`."""
    if name.strip().casefold() == "last":
        runs = journal.runs(1)
        found = runs[0] if runs else None
    else:
        found = journal.run(name.strip())
    if found is None:
        raise NotFound(
            f"The journal has no run {name.strip()!r} of this account.", hint="psdm journal list shows the runs."
        )
    return found


def plan_undo(ports: Ports, name: str) -> tuple[Run, Undoing]:
    """What takes a run back, and what cannot be. Looks, writes nothing but answers that the journal still lacked.

    Raises `NotFound`, and `RefusedByRule` when nothing of a run that wrote something can be taken back.
    """
    run_of(ports.journal, name)
    with alone(ports):
        settle(Hands(ports.doors, ports.journal, ports.now, ports.wait))
        run = run_of(ports.journal, name)
        found = undoing(run, ports.doors, ports.now())
    if found.not_undone and not found.plan.items:
        raise RefusedByRule(
            f"Nothing of run {run.id} can be undone: {_reasons(found.not_undone)}", hint="Take it back by hand."
        )
    return run, found


def _reasons(stays: tuple[NotUndone, ...]) -> str:
    shown = [f"{each.title}: {each.reason}." for each in stays[:3]]
    more = f" And {len(stays) - 3} more." if len(stays) > 3 else ""
    return " ".join(shown) + more
