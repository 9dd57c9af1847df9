"""Taking a run back, in reverse order; what was changed since, and what cannot be, stays and is named."""

from __future__ import annotations

from typing import Any

import pytest
from changes_world import NOW, World, alter, change, create

from psdm_cli.changes.apply import Hands, apply
from psdm_cli.changes.doors import Doors
from psdm_cli.changes.journal import Journal, Run
from psdm_cli.changes.plan import Action, Change, plan_of
from psdm_cli.changes.undo import Undoing, undoing
from psdm_cli.errors import Forbidden, Unavailable


def done(hands: Hands, *changes: Change) -> Run:
    result = apply(plan_of("test", NOW, changes), hands, "Pat")
    found = hands.journal.run(result.run)
    assert found is not None
    return found


def take_back(hands: Hands, found: Undoing) -> None:
    apply(found.plan, hands, "Pat")


def actions(found: Undoing) -> list[tuple[str, str]]:
    return [(item.change.action.value, item.change.key) for item in found.plan.items]


def test_the_world_is_as_it_was_before(world: World, hands: Hands, doors: Doors) -> None:
    world.objects |= {"7": {"name": "old", "colour": "red"}, "8": {"name": "doomed"}}
    before = world.state
    run = done(
        hands,
        create("parent"),
        create("child", after={"of": {"$id": "parent"}}),
        alter("paint", "7", {"colour": "red"}, {"colour": "blue"}),
        change(Action.DELETE, "doomed", id="8"),
        change(Action.KEEP, "kept", id="7"),
    )
    assert world.state != before
    found = undoing(run, doors, NOW)
    assert actions(found) == [("create", "doomed"), ("change", "paint"), ("delete", "child"), ("delete", "parent")]
    assert found.plan.items[3].change.depends_on == ("child",)
    assert found.not_undone == ()
    take_back(hands, found)
    assert world.state == before
    again = undoing(run, doors, NOW)
    assert again.plan.is_empty
    assert again.not_undone == ()


def test_an_undo_is_a_run_that_can_be_undone(world: World, hands: Hands, doors: Doors, journal: Journal) -> None:
    world.objects["7"] = {"name": "old", "colour": "red"}
    take_back(hands, undoing(done(hands, alter("paint", "7", {"colour": "red"}, {"colour": "blue"})), doors, NOW))
    assert world.objects["7"]["colour"] == "red"
    (last,) = journal.runs(1)
    assert last.command == "undo 1"
    take_back(hands, undoing(last, doors, NOW))
    assert world.objects["7"]["colour"] == "blue"


@pytest.mark.parametrize(
    ("made", "meddling", "reason"),
    [
        pytest.param(create("a"), {"name": "b"}, "it was changed since: name is b, not a", id="a new one"),
        pytest.param(
            alter("a", "7", {"x": 1}, {"x": 2}), {"x": 3}, "it was changed since: x is 3, not 2", id="a changed one"
        ),
        pytest.param(alter("a", "7", {"x": 1}, {"x": 2}), None, "it is no longer there", id="a changed one is gone"),
        pytest.param(create("a"), {"answered": True}, "it was answered", id="an answered one"),
    ],
)
def test_what_was_changed_since_is_left_alone(
    world: World, hands: Hands, doors: Doors, made: Change, meddling: dict[str, Any] | None, reason: str
) -> None:
    world.objects["7"] = {"name": "old", "x": 1}
    run = done(hands, made)
    ident = run.items[0].id
    assert ident is not None
    if meddling is None:
        del world.objects[ident]
    else:
        world.objects[ident] |= meddling
    sent = len(world.sent)
    found = undoing(run, doors, NOW)
    assert found.plan.items == ()
    assert [stays.reason for stays in found.not_undone] == [reason]
    assert len(world.sent) == sent


def test_what_was_taken_back_by_hand_needs_nothing(world: World, hands: Hands, doors: Doors) -> None:
    world.objects["7"] = {"name": "old", "x": 1}
    run = done(hands, create("a"), alter("b", "7", {"x": 1}, {"x": 2}))
    del world.objects["8"]
    world.objects["7"]["x"] = 1
    found = undoing(run, doors, NOW)
    assert actions(found) == [("keep", "b"), ("keep", "a")]
    assert found.not_undone == ()


def test_what_something_that_stays_needs_stays_too(world: World, hands: Hands, doors: Doors) -> None:
    run = done(hands, create("parent"), create("child", after={"of": {"$id": "parent"}}), create("other"))
    child = run.items[1].id
    assert child is not None
    world.objects[child]["answered"] = True
    found = undoing(run, doors, NOW)
    assert actions(found) == [("delete", "other")]
    assert [(stays.key, stays.reason) for stays in found.not_undone] == [
        ("child", "it was answered"),
        ("parent", "“child” needs it, and stays"),
    ]


def test_what_failed_was_kept_or_skipped_needs_no_undoing(world: World, hands: Hands, doors: Doors) -> None:
    world.objects["1"] = {"name": "there"}
    lacking = Forbidden("no", call="c", permission="p")

    def script(number: int, _change: Change) -> str | None:
        if number == 2:
            raise lacking
        return None

    world.script = script
    run = done(hands, create("there"), create("a"), create("b"), create("c", depends_on=("b",)))
    assert actions(undoing(run, doors, NOW)) == [("delete", "a")]


def test_what_nobody_knows_is_named(world: World, doors: Doors, journal: Journal) -> None:
    plan = plan_of("test", NOW, [create("a")])
    died = journal.begin(plan, "Pat", NOW)
    journal.sending(died, plan.items[0], None, NOW)
    run = journal.run(died)
    assert run is not None
    (stays,) = undoing(run, doors, NOW).not_undone
    assert "could not be found out" in stays.reason


def test_a_right_that_is_lacking_is_a_reason_and_an_outage_is_none(world: World, hands: Hands, doors: Doors) -> None:
    run = done(hands, create("a"))

    def refuse(_change: Change) -> None:
        raise Forbidden("you may not look", call="c", permission="p")

    world.looking = refuse
    assert [stays.reason for stays in undoing(run, doors, NOW).not_undone] == ["you may not look"]

    def down(_change: Change) -> None:
        raise Unavailable("down")

    world.looking = down
    with pytest.raises(Unavailable):
        undoing(run, doors, NOW)
