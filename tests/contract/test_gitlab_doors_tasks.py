"""Check-boxes: ticked by the server or by reading, comparing and writing; a colleague's edit is never lost."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from gitlab_doors_fixtures import Space, space

from psdm_cli.changes import gitlab_changes as make
from psdm_cli.changes.plan import Change
from psdm_cli.errors import RefusedByRule, WrongUsage

LINE = "- [ ] 3. EM: fill in the roles"
BODY = f"## Steps\n- [x] 1. EM: open it\n{LINE}\n  * [ ] nested\n\nEnd.\n"
Worlds = dict[str, bool]


@pytest.fixture(params=["toggle", "flag off", "no graphql"])
def at(request: pytest.FixtureRequest) -> Iterator[Space]:
    with space(graphql=request.param != "no graphql") as made:
        made.world.toggle = request.param == "toggle"
        made.world.issue(made.ids["plan"], "Scheduling Intake", description=BODY)
        yield made


@pytest.fixture
def rewriting() -> Iterator[Space]:
    with space(graphql=False) as made:
        made.world.issue(made.ids["plan"], "Scheduling Intake", description=BODY)
        yield made


def tick(at: Space, line: str = LINE, checked: bool = True) -> Change:
    return make.task(at.ours("plan"), issue=f"{at.ids['plan']}#1", line=line, checked=checked)


def text(at: Space) -> str:
    return str(at.world.issues[0]["description"])


def test_one_box_is_ticked_and_nothing_else_moves(at: Space) -> None:
    assert at.done(tick(at)) == ["applied"]
    assert text(at) == BODY.replace(LINE, LINE.replace("[ ]", "[x]"))
    assert at.done(tick(at)) == ["kept"]
    door = at.doors["gitlab", "task"]
    inverse = door.inverse(tick(at), door.look(tick(at)))
    assert isinstance(inverse, Change)
    assert at.done(inverse) == ["applied"]
    assert text(at) == BODY


@pytest.mark.parametrize("line", ["  * [ ] nested", "- [x] 1. EM: open it"])
def test_any_kind_of_box(at: Space, line: str) -> None:
    assert at.done(tick(at, line, checked="[ ]" in line)) == ["applied"]
    assert text(at) != BODY
    assert text(at).replace("[x]", "[ ]") == BODY.replace("[x]", "[ ]")


def test_windows_line_ends_are_kept(at: Space) -> None:
    at.world.issues[0]["description"] = BODY.replace("\n", "\r\n")
    assert at.done(tick(at)) == ["applied"]
    assert text(at) == BODY.replace(LINE, LINE.replace("[ ]", "[x]")).replace("\n", "\r\n")


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (BODY.replace("roles", "names"), "is no longer in the description"),
        (f"{BODY}\n{LINE}", "is there 2 times"),
        (None, "is no longer in the description"),
    ],
)
def test_a_line_that_somebody_changed_is_named_and_left(at: Space, body: str | None, said: str) -> None:
    at.world.issues[0]["description"] = body
    (item,) = at.apply(tick(at)).plan.items
    assert said in str(item.error)
    assert "3. EM: fill in the roles" in str(item.error)
    assert at.world.issues[0]["description"] == body


def test_a_box_that_a_colleague_ticked_is_kept(at: Space) -> None:
    at.world.issues[0]["description"] = BODY.replace(LINE, LINE.replace("[ ]", "[X]"))
    assert at.done(tick(at)) == ["kept"]


def test_the_servers_own_conflict_is_told(at: Space) -> None:
    stale = {"data": {"workItemUpdate": {"errors": ["Someone edited this at the same time"], "workItem": None}}}
    at.world.fault("POST", r"Toggle", "200", stale)
    if not at.world.graphql_on:
        assert at.done(tick(at)) == ["applied"]
        return
    (item,) = at.apply(tick(at)).plan.items
    assert "somebody is editing the description" in str(item.error)
    assert LINE in str(item.error)
    assert text(at) == BODY


def test_an_edit_between_two_reads_is_kept(rewriting: Space) -> None:
    at = rewriting
    row = at.world.issues[0]
    reads = {"left": 3}

    class Row(dict):  # type: ignore[type-arg]
        """An issue that a colleague goes on writing while it is read."""

        def items(self):  # type: ignore[no-untyped-def]
            if reads["left"] > 0:
                reads["left"] -= 1
                self["description"] = f"{self['description']}more\n"
            return super().items()

    at.world.issues[0] = Row(row)
    assert at.done(tick(at)) == ["applied"]
    assert LINE.replace("[ ]", "[x]") in text(at)
    assert text(at).count("more\n") == 3


def test_a_text_that_never_rests_is_left_alone(rewriting: Space) -> None:
    at = rewriting

    class Row(dict):  # type: ignore[type-arg]
        """An issue that is written all the time."""

        def items(self):  # type: ignore[no-untyped-def]
            self["description"] = f"{self['description']}more\n"
            return super().items()

    at.world.issues[0] = Row(at.world.issues[0])
    (item,) = at.apply(tick(at)).plan.items
    assert "somebody is editing the description" in str(item.error)
    assert at.world.sent("PUT") == []


def test_what_the_server_made_of_it_is_compared(rewriting: Space) -> None:
    at = rewriting
    done = {"times": 0}

    def overwritten() -> None:
        """A colleague saves an old text right after ours."""
        done["times"] += 1
        if done["times"] == 1:
            at.world.issues[0]["description"] = f"{BODY}theirs\n"

    at.world.before_put = overwritten
    assert at.done(tick(at)) == ["applied"]
    assert at.done(tick(at)) in (["kept"], ["applied"])
    assert text(at).count("[x] 3. EM") == 1


def test_a_text_with_commands_in_it_is_not_sent_back_whole(rewriting: Space) -> None:
    at = rewriting
    at.world.issues[0]["description"] = f"{BODY}/close\n"
    (item,) = at.apply(tick(at)).plan.items
    assert "would carry out" in str(item.error)
    assert at.world.sent("PUT") == []


@pytest.mark.parametrize("line", ["no box", "- [ ]x", "-[ ] x", ""])
def test_what_is_no_box_is_refused(rewriting: Space, line: str) -> None:
    with pytest.raises((WrongUsage, RefusedByRule)):
        rewriting.apply(tick(rewriting, line))
