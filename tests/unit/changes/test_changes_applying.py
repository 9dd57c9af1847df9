"""Carrying a plan out: refused, shown, saved, confirmed, applied alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from changes_world import NOW, World, alter, create

from psdm_cli.changes.doors import Doors
from psdm_cli.changes.journal import Journal
from psdm_cli.changes.plan import Action, Change, ChangeState, Plan, plan_of
from psdm_cli.changes.saved import load
from psdm_cli.errors import NotFound, PartlyApplied, RefusedByRule, Unavailable, WrongUsage
from psdm_cli.store.database import Store
from psdm_cli.workflows.applying import (
    LOCK_PATIENCE,
    Mode,
    Ports,
    Stage,
    carry_out,
    plan_undo,
    run_of,
    saved_plan,
)

YES = Mode(yes=True)


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def ports(doors: Doors, journal: Journal, store: Store, waits: list[float], said: list[str]) -> Ports:
    return Ports(
        doors=doors,
        journal=journal,
        lock=store.lock("apply"),
        accounts={"kantata": "https://one.example/api/v1"},
        who=lambda: "Pat",
        now=lambda: NOW,
        wait=waits.append,
        say=said.append,
    )


def plan(*changes: Change) -> Plan:
    return plan_of("test", NOW, changes or (create("a"), create("b")))


def answering(answer: bool, asked: list[bool]) -> Callable[[Plan, bool], bool]:
    def confirm(_plan: Plan, large: bool) -> bool:
        asked.append(large)
        return answer

    return confirm


def test_yes_applies(world: World, ports: Ports) -> None:
    outcome = carry_out(ports, plan(), YES)
    assert (outcome.stage, outcome.exit_code, outcome.run) == (Stage.APPLIED, 0, "1")
    assert len(world.sent) == 2


def test_a_dry_run_gives_the_very_plan_and_touches_nothing(world: World, ports: Ports, journal: Journal) -> None:
    wanted = plan()
    outcome = carry_out(ports, wanted, Mode(dry_run=True))
    assert outcome.plan is wanted
    assert outcome.stage is Stage.PLANNED
    assert (world.sent, journal.runs()) == ([], ())


def test_nobody_to_ask_is_wrong_usage(world: World, ports: Ports) -> None:
    with pytest.raises(WrongUsage, match="would write 2 changes, and nobody confirmed it: psdm refuses to write"):
        carry_out(ports, plan(), Mode())
    with pytest.raises(WrongUsage, match="would write 1 change,"):
        carry_out(ports, plan(create("a")), Mode())
    assert world.sent == []


@pytest.mark.parametrize(("size", "large"), [(3, False), (4, True)])
def test_a_large_plan_is_confirmed_by_its_number(ports: Ports, size: int, large: bool) -> None:
    asked: list[bool] = []
    changes = [create(str(n)) for n in range(size)]
    mode = Mode(confirm=answering(True, asked), large_plan=3)
    assert carry_out(ports, plan(*changes), mode).stage is Stage.APPLIED
    assert asked == [large]


def test_no_means_no(world: World, ports: Ports, journal: Journal) -> None:
    outcome = carry_out(ports, plan(), Mode(confirm=answering(False, [])))
    assert (outcome.stage, outcome.exit_code, outcome.run) == (Stage.DECLINED, 0, None)
    assert (world.sent, journal.runs()) == ([], ())


@pytest.mark.parametrize("mode", [YES, Mode(dry_run=True), Mode(plan_out=Path("never"))])
def test_a_plan_that_is_too_large_is_refused(world: World, ports: Ports, mode: Mode) -> None:
    keep = Change("kantata", "note", Action.KEEP, "kept", "kept")
    with pytest.raises(RefusedByRule, match="has 2 changes, and --max-changes allows 1"):
        carry_out(ports, plan(create("a"), create("b"), keep), replace(mode, max_changes=1))
    assert world.sent == []
    assert carry_out(ports, plan(create("a"), keep), replace(YES, max_changes=1)).exit_code == 0


def test_saved_and_applied_later(world: World, ports: Ports, tmp_path: Path) -> None:
    file = tmp_path / "plan.json"
    assert carry_out(ports, plan(), Mode(plan_out=file)).stage is Stage.SAVED
    assert world.sent == []
    assert load(file).plan == plan()
    assert carry_out(ports, saved_plan(ports, file), replace(YES, strict=True)).exit_code == 0
    assert carry_out(ports, saved_plan(ports, file), replace(YES, strict=True)).count(ChangeState.KEPT) == 2
    assert len(world.sent) == 2


@pytest.mark.parametrize("dry_run", [True, False])
def test_a_stale_saved_plan_is_refused_whole(world: World, ports: Ports, journal: Journal, dry_run: bool) -> None:
    world.objects["7"] = {"name": "old", "x": 5}
    stale = plan(create("a"), alter("b", "7", {"x": 1}, {"x": 2}))
    with pytest.raises(RefusedByRule, match="x is 5, not 1"):
        carry_out(ports, stale, Mode(yes=True, strict=True, dry_run=dry_run))
    assert world.sent == []
    assert journal.runs() == ()


def test_nothing_to_do_needs_no_yes(ports: Ports, journal: Journal) -> None:
    keep = Change("kantata", "note", Action.KEEP, "kept", "kept")
    assert carry_out(ports, plan(keep), Mode()).stage is Stage.NOTHING
    assert journal.runs() == ()


def test_a_change_outside_the_contract_stops_before_anything_is_sent(world: World, ports: Ports) -> None:
    with pytest.raises(WrongUsage, match="no attribute bad"):
        carry_out(ports, plan(create("a"), create("b", after={"bad": 1})), YES)
    assert world.sent == []


def test_a_part_is_an_outcome_and_nothing_is_an_error(world: World, ports: Ports) -> None:
    def second(number: int, _change: Change) -> str | None:
        if number == 2:
            raise RefusedByRule("too long")
        return None

    world.script = second
    outcome = carry_out(ports, plan(), YES)
    assert outcome.exit_code == 7
    assert isinstance(outcome.trouble, PartlyApplied)
    world.sent.pop()
    with pytest.raises(RefusedByRule, match="too long"):
        carry_out(ports, plan(create("b")), YES)


def test_one_psdm_at_a_time_with_a_clear_word(
    world: World, ports: Ports, store: Store, waits: list[float], said: list[str]
) -> None:
    other = store.lock("apply")
    assert other.take()
    with pytest.raises(Unavailable, match="Another psdm is applying") as busy:
        carry_out(ports, plan(), YES)
    assert busy.value.exit_code == 75
    assert sum(waits) == LOCK_PATIENCE
    assert len(said) == 1
    assert world.sent == []
    other.release()
    assert carry_out(ports, plan(), YES).exit_code == 0
    assert carry_out(ports, plan(create("c")), YES).exit_code == 0  # it was given back


def test_a_lock_that_comes_free_is_taken(ports: Ports, store: Store, world: World) -> None:
    other = store.lock("apply")
    assert other.take()
    pauses = []

    def wait(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) == 3:
            world.objects["1"] = {"name": "a"}  # the other one has just made it
            other.release()

    outcome = carry_out(replace(ports, wait=wait), plan(), YES)
    assert [item.state for item in outcome.plan.items] == [ChangeState.KEPT, ChangeState.APPLIED]


def test_undoing_through_the_same_door(world: World, ports: Ports) -> None:
    carry_out(ports, plan(), YES)
    run, found = plan_undo(ports, "last")
    assert (run.id, found.not_undone) == ("1", ())
    assert carry_out(ports, found.plan, YES).count(ChangeState.APPLIED) == 2
    assert world.objects == {}
    assert run_of(ports.journal, "2").command == "undo 1"


def test_undoing_what_cannot_be(world: World, ports: Ports) -> None:
    carry_out(ports, plan(create("a")), YES)
    world.objects["1"]["answered"] = True
    with pytest.raises(RefusedByRule, match="Nothing of run 1 can be undone: a: it was answered"):
        plan_undo(ports, "1")
    with pytest.raises(NotFound, match="no run '9'"):
        plan_undo(ports, "9")


def test_the_last_run_of_an_empty_journal(ports: Ports) -> None:
    with pytest.raises(NotFound):
        run_of(ports.journal, "last")
