"""One change at a time: looked for, sent once, journaled; failures stop what hangs on them and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from changes_world import NOW, World, alter, change, create

from psdm_cli.changes.apply import SECOND_LOOK, Hands, Result, apply, refuse_if_stale, settle
from psdm_cli.changes.doors import Doors, UnclearError
from psdm_cli.changes.journal import Journal
from psdm_cli.changes.plan import Action, Change, ChangeState, plan_of
from psdm_cli.errors import (
    Forbidden,
    Interrupted,
    NotAllowed,
    PartlyApplied,
    PsdmError,
    RefusedByRule,
    StoreProblem,
    Unavailable,
)

IN, KEPT, FAILED, SKIPPED = ChangeState.APPLIED, ChangeState.KEPT, ChangeState.FAILED, ChangeState.SKIPPED


def run(hands: Hands, *changes: Change) -> Result:
    return apply(plan_of("test", NOW, changes), hands, "Pat")


def states(result: Result) -> list[ChangeState]:
    return [item.state for item in result.plan.items]


def failing(at: int, error: PsdmError) -> Callable[[int, Change], str | None]:
    def script(number: int, _change: Change) -> str | None:
        if number == at:
            raise error
        return None

    return script


def test_all_goes_in_and_the_journal_says_so(world: World, hands: Hands, journal: Journal) -> None:
    world.objects["7"] = {"name": "old", "colour": "red"}
    result = run(
        hands,
        create("a"),
        alter("b", "7", {"colour": "red"}, {"colour": "blue"}),
        change(Action.KEEP, "c", id="9"),
    )
    assert states(result) == [IN, IN, KEPT]
    assert result.trouble is None
    assert world.state == [{"name": "a"}, {"name": "old", "colour": "blue"}]
    (stored,) = journal.runs()
    assert (stored.id, stored.who, stored.command, stored.at) == (result.run, "Pat", "test", NOW)
    assert [(item.state, item.id) for item in stored.items] == [(IN, "8"), (IN, "7"), (KEPT, "9")]
    assert stored.entries[1].before == {"name": "old", "colour": "red"}
    assert stored.entries[1].answer == {"name": "old", "colour": "blue"}


def test_what_is_already_so_is_kept_and_nothing_is_sent(world: World, hands: Hands) -> None:
    world.objects |= {"1": {"name": "a"}, "7": {"name": "old", "colour": "blue"}}
    gone = change(Action.DELETE, "c", id="5", before={"name": "c"})
    result = run(hands, create("a"), alter("b", "7", {"colour": "red"}, {"colour": "blue"}), gone)
    assert states(result) == [KEPT, KEPT, KEPT]
    assert world.sent == []


@pytest.mark.parametrize(
    ("planned", "words"),
    [
        pytest.param(create("a", after={"size": 3}), "it is there already, and size is 5, not 3", id="another one"),
        pytest.param(alter("b", "7", {"colour": "red"}, {"colour": "blue"}), "colour is green, not red", id="changed"),
        pytest.param(alter("b", "8", {"colour": "red"}, {"colour": "blue"}), "no longer there", id="gone"),
        pytest.param(
            change(Action.DELETE, "c", id="7", before={"colour": "red"}), "colour is green, not red", id="delete"
        ),
    ],
)
def test_a_world_that_moved_is_refused(world: World, hands: Hands, doors: Doors, planned: Change, words: str) -> None:
    world.objects |= {"1": {"name": "a", "size": 5}, "7": {"name": "old", "colour": "green"}}
    result = run(hands, planned)
    assert states(result) == [FAILED]
    trouble = result.trouble
    assert isinstance(trouble, RefusedByRule)
    assert words in trouble.message
    assert world.sent == []
    with pytest.raises(RefusedByRule, match=words):
        refuse_if_stale(plan_of("test", NOW, [planned]), doors)


def test_an_attribute_that_cannot_be_seen_is_no_difference(world: World, hands: Hands) -> None:
    world.objects["7"] = {"name": "old"}
    assert states(run(hands, alter("b", "7", {"secret": 1}, {"secret": 2}))) == [IN]


@pytest.mark.parametrize("way", ["lost", "late"])
def test_an_unclear_send_that_arrived_is_in_and_was_sent_once(
    world: World, hands: Hands, waits: list[float], way: str
) -> None:
    world.script = lambda number, _change: way if number == 1 else None
    result = run(hands, create("a"), create("b", depends_on=("a",)))
    assert states(result) == [IN, IN]
    assert world.state == [{"name": "a"}, {"name": "b"}]
    assert len(world.sent) == 2
    assert waits == ([] if way == "lost" else [SECOND_LOOK])


def test_an_unclear_send_that_did_not_arrive_is_said_and_never_repeated(
    world: World, hands: Hands, journal: Journal, waits: list[float]
) -> None:
    def cut(_number: int, _change: Change) -> str | None:
        raise UnclearError("503")

    world.script = cut
    result = run(hands, create("a"))
    assert (len(world.sent), waits) == (1, [SECOND_LOOK])
    assert isinstance(result.trouble, Unavailable)
    assert (result.trouble.code, result.trouble.exit_code) == ("unclear", 75)
    assert "it was not sent again" in result.trouble.message
    (entry,) = journal.runs()[0].entries
    assert entry.open
    assert entry.item.state is FAILED


def test_a_delete_that_is_unclear_is_in_when_nothing_is_left(world: World, hands: Hands) -> None:
    world.objects["7"] = {"name": "old"}
    world.script = lambda _number, _change: "lost"
    assert states(run(hands, change(Action.DELETE, "c", id="7", before={"name": "old"}))) == [IN]
    assert world.objects == {}


def test_a_failure_stops_what_hangs_on_it_and_nothing_else(world: World, hands: Hands) -> None:
    world.script = failing(2, RefusedByRule("title: is too long"))
    result = run(hands, create("a"), create("b"), create("c", after={"of": {"$id": "b"}}), create("d"))
    assert states(result) == [IN, FAILED, SKIPPED, IN]
    assert world.state == [{"name": "a"}, {"name": "d"}]
    trouble = result.trouble
    assert isinstance(trouble, PartlyApplied)
    assert "2 of 4 changes are in, 1 failed, 1 skipped" in trouble.message
    assert "title: is too long" in trouble.message
    assert result.plan.items[2].error == "it needs “b”, which is not in"


def test_when_nothing_is_in_the_error_is_the_first_one_itself(world: World, hands: Hands) -> None:
    lacking = Forbidden("403: you lack the right to edit", call="POST /x", permission="to edit")
    world.script = failing(1, lacking)
    result = run(hands, create("a"), create("b", depends_on=("a",)))
    assert result.trouble is lacking
    assert "1 more change is not in either" in lacking.message


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        pytest.param(NotAllowed("token expired"), [FAILED, SKIPPED], id="the token is no good for anything"),
        pytest.param(Forbidden("no", call="c", permission="p"), [FAILED, IN], id="one right is lacking"),
        pytest.param(Unavailable("429"), [FAILED, IN], id="one write was limited"),
    ],
)
def test_how_far_a_failure_reaches(world: World, hands: Hands, error: PsdmError, expected: list[ChangeState]) -> None:
    world.script = failing(1, error)
    assert states(run(hands, create("a"), create("b"))) == expected


def test_a_system_that_cannot_be_read_is_not_asked_again_for_each_change(world: World, hands: Hands) -> None:
    def down(_change: Change) -> None:
        raise Unavailable("503 for two minutes")

    world.looking = down
    result = run(hands, create("a"), create("b"), create("c"))
    assert states(result) == [FAILED, SKIPPED, SKIPPED]
    assert world.looked == ["a"]
    assert result.trouble is not None
    assert result.trouble.exit_code == 75


def test_ids_of_what_is_in_go_into_what_follows_it(world: World, hands: Hands) -> None:
    world.objects["41"] = {"name": "there"}
    run(
        hands,
        create("child", after={"parent": {"$id": "parent"}, "seen": [{"$id": "there"}, {"$id": "kept"}]}),
        create("parent"),
        create("there"),
        change(Action.KEEP, "kept", id="77"),
    )
    child = next(each for each in world.objects.values() if each["name"] == "child")
    parent = next(ident for ident, each in world.objects.items() if each["name"] == "parent")
    assert (child["parent"], child["seen"]) == (parent, ["41", "77"])


def test_two_equal_objects_of_one_plan_are_two(world: World, hands: Hands) -> None:
    twins = [create("one", after={"name": "twin"}), create("two", after={"name": "twin"})]
    assert states(run(hands, *twins)) == [IN, IN]
    assert states(run(hands, *twins)) == [KEPT, KEPT]
    assert world.state == [{"name": "twin"}] * 2


def test_what_the_system_made_of_it_is_compared(world: World, hands: Hands) -> None:
    world.makes = {"hard": False}
    (item,) = run(hands, create("a", after={"hard": True})).plan.items
    assert item.state is IN
    assert item.error == "applied, but hard is no, not yes"


def test_interrupted_between_changes(world: World, hands: Hands, journal: Journal) -> None:
    def stop(number: int, _change: Change) -> str | None:
        if number == 2:
            raise KeyboardInterrupt
        return None

    world.script = stop
    with pytest.raises(Interrupted, match="1 of 3 changes are in"):
        run(hands, create("a"), create("b"), create("c"))
    world.script = lambda _number, _change: None
    assert states(run(hands, create("a"), create("b"), create("c"))) == [KEPT, IN, IN]
    assert len(journal.runs()) == 2


def test_without_a_journal_nothing_is_sent(world: World, hands: Hands, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_args: object) -> None:
        raise StoreProblem("The disk is full.")

    monkeypatch.setattr(hands.journal, "sending", full)
    with pytest.raises(StoreProblem):
        run(hands, create("a"), create("b"))
    assert world.sent == []


@pytest.mark.parametrize(("arrived", "expected"), [(True, IN), (False, FAILED)])
def test_a_send_without_an_answer_is_settled_by_looking(
    world: World, hands: Hands, journal: Journal, arrived: bool, expected: ChangeState
) -> None:
    plan = plan_of("test", NOW, [create("a")])
    died = journal.begin(plan, "Pat", NOW)
    journal.intend(died, plan.items[0], plan.items[0].change, NOW)
    journal.sending(died, plan.items[0], None, NOW)
    if arrived:
        world.objects["3"] = {"name": "a"}
    settle(hands)
    stored = journal.run(died)
    assert stored is not None
    (item,) = stored.items
    assert (item.state, item.id) == (expected, "3" if arrived else None)
    assert journal.open_entries() == ()
    assert world.sent == []


def test_what_cannot_be_looked_at_now_stays_open(world: World, hands: Hands, journal: Journal) -> None:
    plan = plan_of("test", NOW, [create("a")])
    died = journal.begin(plan, "Pat", NOW)
    journal.sending(died, plan.items[0], None, NOW)

    def down(_change: Change) -> None:
        raise Unavailable("down")

    world.looking = down
    settle(hands)
    assert len(journal.open_entries()) == 1


def test_a_change_without_a_door_is_refused(hands: Hands) -> None:
    result = run(hands, replace(create("a"), kind="unicorn"))
    assert isinstance(result.trouble, RefusedByRule)
    assert "cannot write a unicorn" in result.trouble.message


def test_a_stale_plan_is_refused_whole_but_what_is_in_already_is_fine(world: World, doors: Doors) -> None:
    world.objects |= {"1": {"name": "a"}, "7": {"colour": "red"}}
    fine = [create("a"), create("b", after={"of": {"$id": "new"}}), create("new")]
    refuse_if_stale(plan_of("test", NOW, [*fine, alter("c", "7", {"colour": "red"}, {"colour": "blue"})]), doors)
    assert world.sent == []
