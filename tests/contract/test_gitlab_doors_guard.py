"""The guard on the only door: the server says who reads a place, whatever the plan, its author or a file says."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from gitlab_doors_fixtures import NOW, Space, space
from gitlab_world import TOKEN, Served, World
from hypothesis import given, settings
from hypothesis import strategies as st

from psdm_cli.changes import gitlab_changes as make
from psdm_cli.changes.gitlab_places import PlaceNames, find_places, internal_place
from psdm_cli.changes.plan import Action, Audience, Change, plan_of
from psdm_cli.changes.saved import load, save
from psdm_cli.domain.audience import for_customer, internal
from psdm_cli.domain.quick_actions import neutralised
from psdm_cli.errors import RefusedByRule
from psdm_cli.systems.gitlab.adapter import GitLabAdapter
from psdm_cli.systems.gitlab.guard import executable


@pytest.fixture(scope="module")
def at() -> Iterator[Space]:
    with space() as made:
        yield made


def issue(at: Space, project: str, **what: Any) -> Change:
    """A change that no builder made: its project by number, its audience as somebody says."""
    after = {"project_id": str(at.ids[project]), "title": "T", "description": "Fine.", **what.pop("after", {})}
    given: dict[str, Any] = {"audience": Audience.CUSTOMER, "content": Audience.CUSTOMER, **what}
    return Change(system="gitlab", kind="issue", action=Action.CREATE, key="issue:x", title="T", after=after, **given)


def refusal(at: Space, change: Change) -> str:
    before = len(at.world.sent("POST")), len(at.world.issues)
    with pytest.raises(RefusedByRule) as refused:
        at.doors["gitlab", change.kind].send(change)
    with_probes = [each for each in at.world.sent("POST")[before[0] :] if "Probe" not in each[1]]
    assert (with_probes, len(at.world.issues)) == ([], before[1])
    assert (
        "interface.md 6" in refused.value.hint or "Promise 7" in refused.value.hint or "Handbook" in refused.value.hint
    )
    return refused.value.message


def test_internal_text_is_refused_where_customers_read(at: Space) -> None:
    change = issue(at, "SOW-1234", content=Audience.INTERNAL)
    assert "this is internal, and customers read acme/ps/delivery/ours/customer/SOW-1234" in refusal(at, change)
    with pytest.raises(RefusedByRule):  # and before anything is asked, with --dry-run too
        at.doors["gitlab", "issue"].check(change)


def test_a_plan_that_calls_a_customers_place_internal_is_refused(at: Space) -> None:
    lying = issue(at, "SOW-1234", audience=Audience.INTERNAL, content=Audience.INTERNAL)
    at.doors["gitlab", "issue"].check(lying)  # the plan is consistent in itself: only the server tells
    assert "customers read" in refusal(at, lying)
    assert "calls acme/ps/delivery/ours/customer/SOW-1234 internal" in refusal(
        at, replace(lying, content=Audience.CUSTOMER)
    )


@pytest.mark.parametrize(
    ("after", "found"),
    [
        ({"description": "The margin is 12 %"}, "word “margin”"),
        ({"title": "Upside for Q4"}, "word “upside”"),
        ({"description": "We have 12,000 USD left"}, "amount “… USD”"),
        ({"labels": ["WE-ps"]}, "label “WE-ps”"),
        (
            {"description": "see https://app.mavenlink.com/workspaces/1"},
            "link “https://app.mavenlink.com/workspaces/1”",
        ),
        ({"description": "see acme/ps/plan#3"}, "link “acme/ps/plan#3”"),
        ({"description": "x <!-- psdm:war:SOW-1/1 -->"}, "marker “war:SOW-1/1”"),
    ],
)
def test_internal_content_is_found_whatever_its_type_said(at: Space, after: dict[str, Any], found: str) -> None:
    said = refusal(at, issue(at, "SOW-1234", after=after))
    assert found in said
    assert "12,000" not in said
    door = at.doors["gitlab", "issue"]
    with pytest.raises(RefusedByRule):
        door.check(issue(at, "SOW-1234", after=after))
    door.check(issue(at, "plan", after=after, audience=Audience.INTERNAL, content=Audience.INTERNAL))


@pytest.mark.parametrize("name", ["label", "board", "file", "note", "group"])
def test_every_kind_of_text_is_looked_at(at: Space, name: str) -> None:
    bad = for_customer("Margin")
    place = at.place("customer")
    inside = at.place("SOW-1234")
    row = at.world.issue(at.ids["SOW-1234"], "On")
    changes = {
        "label": make.label(place, name=bad, color="#ffffff"),
        "board": make.board(place, name=bad, lists=[]),
        "file": make.file(inside, path="a.md", content=bad, message="m"),
        "note": make.note(inside, on=f"{row['project_id']}#{row['iid']}", body=bad, mark=("x", "1")),
        "group": make.group(at.place("ours"), name=bad, path="m"),
    }
    assert "word “margin”" in refusal(at, changes[name])


def test_a_saved_plan_that_somebody_edited_is_refused(at: Space, tmp_path: Path) -> None:
    wanted = make.issue(at.ours("plan"), title=internal("CO"), body=internal("20,000 EUR"), mark=("co", "SOW-1234/1"))
    plan_file = tmp_path / "plan.json"
    save(plan_of("test", NOW, [wanted]), {"gitlab": "here"}, plan_file)
    document = json.loads(plan_file.read_text())
    item = document["items"][0]
    assert (item["audience"], item["content"]) == ("internal", "internal")
    item["after"]["project_id"] = str(at.ids["SOW-1234"])
    for content in ("internal", "customer"):
        item["content"] = content
        plan_file.write_text(json.dumps(document))
        (edited,) = load(plan_file).plan.items
        refusal(at, edited.change)
    del item["content"]  # as plans from before had none: internal
    plan_file.write_text(json.dumps(document))
    assert load(plan_file).plan.items[0].change.content is Audience.INTERNAL


def test_a_wrong_content_in_a_file_is_named(at: Space, tmp_path: Path) -> None:
    from psdm_cli.errors import WrongUsage

    plan_file = tmp_path / "plan.json"
    save(plan_of("test", NOW, [issue(at, "plan")]), {"gitlab": "here"}, plan_file)
    plan_file.write_text(plan_file.read_text().replace('"content": "customer"', '"content": "all"'))
    with pytest.raises(WrongUsage, match="content"):
        load(plan_file)


@pytest.mark.parametrize("visibility", ["public", "internal"])
def test_a_delivery_space_is_private(at: Space, visibility: str) -> None:
    project = make.project(at.place("customer"), name=for_customer("P"), path="P", visibility=visibility)
    group = make.group(at.place("ours"), name=for_customer("G"), path="g", visibility=visibility)
    for change in (project, group):
        assert f"visibility {visibility}" in refusal(at, change)
        with pytest.raises(RefusedByRule):
            at.doors["gitlab", change.kind].check(change)


def test_opening_an_existing_project_is_refused(at: Space) -> None:
    ident = str(at.ids["plan"])
    change = Change("gitlab", "project", Action.CHANGE, "p", "plan", after={"visibility": "public"}, id=ident)
    assert "visibility public" in refusal(at, change)


@pytest.mark.parametrize("line", ["/close", "  /assign @me", "/label ~x"])
@pytest.mark.parametrize("kind", ["issue", "note"])
def test_a_text_that_gitlab_would_carry_out_is_refused(at: Space, kind: str, line: str) -> None:
    row = at.world.issue(at.ids["plan"], "On")
    text = internal(f"Hello\n{line}\nbye")
    place = at.ours("plan")
    made = {
        "issue": make.issue(place, title=internal("T"), body=text, mark=("x", "1")),
        "note": make.note(place, on=f"{row['project_id']}#{row['iid']}", body=text, mark=("x", "1")),
    }
    assert "would carry out" in refusal(at, made[kind])


@given(text=st.text(alphabet=st.sampled_from("/close \n`~>-[x]\t\r\u2028abc<!"), max_size=60))
@settings(max_examples=300, deadline=None)
def test_what_was_made_harmless_has_nothing_to_carry_out(text: str) -> None:
    assert executable(neutralised(text)) == ()


@given(text=st.text(alphabet=st.sampled_from("ab \n>"), max_size=30))
@settings(max_examples=50, deadline=None)
def test_a_command_on_a_line_of_its_own_is_always_seen(text: str) -> None:
    assert "/close" in executable(f"{text}\n/close\n{text}")


def test_commands_in_code_and_paths_are_let_through(at: Space) -> None:
    text = internal("Run\n```\n/close\n```\nin /etc/hosts or `/close`\n\\/close")
    at.made(make.issue(at.ours("plan"), title=internal("T"), body=text, mark=("code", "1")))


def test_an_internal_issue_is_not_tied_to_a_customers(at: Space) -> None:
    theirs, ours = at.world.issue(at.ids["SOW-1234"]), at.world.issue(at.ids["plan"])
    epic = at.world.epic(at.ids["ps"], "Customer")
    ids = [f"{row['project_id']}#{row['iid']}" for row in (theirs, ours)]
    link = make.issue_link(at.place("SOW-1234"), issue=ids[0], target=ids[1])
    hung = make.epic_issue(at.ours("ps"), epic=f"{epic['group_id']}&{epic['iid']}", issue=ids[0])
    for change in (link, hung):
        assert "would tie an internal place to one that customers read" in refusal(at, change)
    at.made(make.epic_issue(at.ours("ps"), epic=f"{epic['group_id']}&{epic['iid']}", issue=ids[1]))


def test_an_internal_place_is_not_made_of_a_customers(at: Space) -> None:
    with pytest.raises(RefusedByRule, match="can be read by customers"):
        at.ours("customer")


def test_a_customers_text_may_go_inside_and_internal_text_may_stay(at: Space) -> None:
    wanted = make.issue(
        at.ours("plan"),
        title=for_customer("Retrospective"),
        body=internal("Margin 3 %, 200 USD"),
        mark=("retro", "S-1"),
    )
    assert wanted.content is Audience.INTERNAL
    at.made(wanted)


@pytest.mark.parametrize(
    ("names", "public", "said"),
    [
        (
            PlaceNames("a/ps", ("a/ps/d",), "a/ps/d/plan"),
            (),
            "a/ps/d/plan is configured as internal and lies in a/ps/d",
        ),
        (PlaceNames("a/ps/d", ("a/ps/d",), "a/ps/plan"), (), "a/ps/d is configured as internal and lies in a/ps/d"),
        (PlaceNames("a/ps", ("a/ps/d",), "a/ps/plan"), ("a/ps",), "a/ps is configured as internal and is public"),
        (PlaceNames("a", ("a/ps/d",), "a/ps/plan"), ("a/ps",), "a/ps/plan is configured as internal and lies in a/ps"),
    ],
)
def test_a_configuration_that_lets_customers_in_is_refused(
    names: PlaceNames, public: tuple[str, ...], said: str
) -> None:
    world = World()
    for path in ("a", "a/ps", "a/ps/d"):
        world.group(path, "public" if path in public else "private")
    for path in ("a/ps/plan", "a/ps/d/plan"):
        world.project(path)
    served = Served(world)
    adapter = GitLabAdapter(served.url, TOKEN)
    try:
        with pytest.raises(RefusedByRule) as refused:
            find_places(adapter, names)
        assert refused.value.exit_code == 6
        assert said in refused.value.message
    finally:
        adapter.close()
        served.close()


def test_a_delivery_tree_that_is_not_found_makes_what_lies_below_a_customers() -> None:
    with space() as at:
        found = find_places(at.adapter, PlaceNames("acme/ps", ("acme/ps/delivery/ours", "acme/gone"), "acme/ps/plan"))
        assert not found.delivery_known
        below = at.adapter.group("acme/ps/delivery")
        assert below is not None
        with pytest.raises(RefusedByRule):
            internal_place(below, found)
        plan = at.adapter.project("acme/ps/plan")
        assert plan is not None
        internal_place(plan, found)
