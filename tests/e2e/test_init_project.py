"""psdm init-project over both practice systems: new and known customers, partners, plans, faults, twice, at once."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from kickoff_practice import Practice, practice, states, writing
from psdm_process import Outcome

from psdm_cli.output.shapes import document_schema
from psdm_cli.sandbox.gitlab.readings import GitLabReadings, Plan

PARTNER = "gitlab-com/customer-success/professional-services-group/professional-services-delivery"
GLASSWING = f"{PARTNER}/gitlab-partner-collaboration/glasswing-health"
ACTIVITIES = ("--activity", "Discovery / Wave 1", "--activity", 'Build "it" 🚀')


@dataclass(frozen=True)
class Story:
    """A new customer staffed by partners: looked at, built, run again, checked."""

    world: Practice
    dry: Outcome
    writes_of_dry: int
    built: Outcome
    again: Outcome
    checked: Outcome


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Practice]:
    with practice(tmp_path_factory.mktemp("kickoff"), url_path="/base") as made:
        yield made


@pytest.fixture(scope="module")
def story(world: Practice) -> Story:
    given = ("SOW-2315", "--staffing", "partner", *ACTIVITIES, "--kickoff", "2026-12-14", "--stage", "6")
    before = len(world.gitlab.writes)
    dry = world.init(*given, "--dry-run")
    written = len(world.gitlab.writes) - before
    built = world.init(*given, "--link", "sow=https://docs.example.com/sow", "--yes")
    again = world.init("SOW-2315", "--yes")
    return Story(world, dry, written, built, again, world.init("SOW-2315", "--check"))


def test_a_dry_run_shows_the_plan_and_changes_nothing(story: Story) -> None:
    assert story.dry.code == 3
    assert story.writes_of_dry == 0
    assert {item["state"] for item in story.dry.result["plan"]} <= {"planned", "kept"}
    assert story.dry.result["group"] == {"id": None, "path": GLASSWING, "url": None}
    wanted = [(action, kind, title) for action, kind, title in writing(story.built) if kind != "note"]
    assert [item for item in writing(story.dry) if item[1] != "note"] == wanted


def test_a_new_customer_staffed_by_partners_gets_the_whole_space(story: Story) -> None:
    built, world = story.built, story.world
    assert built.code == 3  # the checklist is not complete
    Draft202012Validator(document_schema("init-project")).validate(built.document)
    assert {item["state"] for item in built.result["plan"]} <= {"applied", "kept"}
    assert built.result["group"]["path"] == GLASSWING
    assert built.result["project"]["path"] == f"{GLASSWING}/SOW-2315"
    (group,) = world.rows("groups", full_path=GLASSWING)
    (project,) = world.rows("projects", path_with_namespace=f"{GLASSWING}/SOW-2315")
    assert (group["visibility"], project["visibility"]) == ("private", "private")
    names = {row["id"]: row["name"] for row in world.rows("labels")}
    epics = world.rows("work_items", type="Epic", group_id=group["id"])
    assert {epic["title"] for epic in epics} == {"Discovery / Wave 1", 'Build "it" 🚀'}
    for epic in epics:
        assert {names[each] for each in epic["label_ids"]} == {
            "PM::rcastellano",
            "PSD Workflow::Not Started",
            "SOW-2315",
        }
    (raid,) = world.rows("work_items", type="Issue", project_id=project["id"])
    assert raid["title"] == "RAID - Glasswing Health - SOW-2315"
    files = {row["path"] for row in world.rows("files", project_id=project["id"])}
    assert {"README.md", ".gitlab/issue_templates/Risk.md"} <= files


def test_our_own_side_hangs_on_the_customer_epic(story: Story) -> None:
    world = story.world
    (retro,) = world.rows("work_items", title="Retrospective - Glasswing Health - SOW-2315")
    epic = world.gitlab.account.tables["work_items"][str(retro["parent_id"])]
    assert epic["title"].startswith("SOW-2315")
    (note,) = [row for row in world.rows("notes") if "<!-- psdm:links:SOW-2315 -->" in row["body"]]
    assert note["work_item_id"] == epic["id"]
    for part in (f"{GLASSWING}/SOW-2315/-/issues/1", f"/-/issues/{retro['iid']}", "https://docs.example.com/sow"):
        assert part in note["body"]
    assert "{$iid" not in note["body"]
    values = story.world.kantata.account.tables["custom_field_values"].values()
    assert any(str(row.get("value", "")).endswith(f"{GLASSWING}/SOW-2315") for row in values)


def test_the_second_run_keeps_all_and_asks_nothing_again(story: Story) -> None:
    assert writing(story.again) == []
    assert len(story.again.result["plan"]) == len(story.built.result["plan"])
    assert {item["action"] for item in story.again.result["plan"]} == {"keep"}
    assert {item["state"] for item in story.again.result["plan"]} == {"kept"}
    again, checked = (
        [said for said in each.document["warnings"] if not said.startswith("As of ")]  # which names the minute
        for each in (story.again, story.checked)
    )
    assert again == checked


def test_the_checklist_is_run_anew_and_answered_by_what_was_told(story: Story) -> None:
    found = states(story.checked)
    assert len(found) == 24
    for step in ("INIT-01", "INIT-11", "INIT-12", "INIT-13", "INIT-14", "INIT-15"):
        assert found[step] == "pass", step
    assert found["INIT-10"] == "done"
    assert found["INIT-04"] == "attention"  # stage 6 with hard bookings: that needs a work at risk
    assert found["INIT-20"] != "done"  # a kickoff that lies ahead was not held
    assert states(story.dry)["INIT-12"] == "attention"
    assert story.checked.result["plan"] == []


def test_nothing_outside_the_contracts_was_asked(story: Story) -> None:
    assert story.world.gitlab.violations == []
    assert story.world.kantata.violations == []


# a known customer; renamed; in the way


def test_a_second_sow_of_a_known_customer_uses_its_group(world: Practice) -> None:
    world.gitlab.clear()
    built = world.init("SOW-2316", "--yes")
    (group,) = world.rows("groups", name="Bellweather Shipping")
    assert built.result["group"]["id"] == str(group["id"])
    assert ("create", "group", "Bellweather Shipping") not in writing(built)
    assert ("create", "project", "SOW-2316") in writing(built)
    parent = group["full_path"].rpartition("/")[0]
    project = world.rows("projects", path="SOW-2316")[0]
    renamed = f"{parent}/renamed"
    world.alter("groups", group["id"], name="Renamed", path="renamed", full_path=renamed)
    world.alter("projects", project["id"], path="engagement", path_with_namespace=f"{renamed}/engagement")
    again = world.init("SOW-2316", "--dry-run")
    assert again.result["group"]["path"] == renamed
    assert again.result["project"]["id"] == str(project["id"])
    assert {item[:2] for item in writing(again)} == {("change", "note"), ("change", "custom_field_value")}


def test_a_group_in_the_way_and_a_public_one_are_refused(tmp_path: Path, world: Practice) -> None:
    fresh = Practice(world.kantata, world.gitlab, world.psdm.with_(PSDM_HOME=str(tmp_path)))
    root = f"{PARTNER}/gitlab-professional-services"
    (parent,) = world.rows("groups", full_path=root)
    values = {name: value for name, value in parent.items() if name != "id"}
    place = {"path": "ravenna-games", "full_path": f"{root}/ravenna-games", "parent_id": parent["id"]}
    made = world.gitlab.account.put("groups", {**values, **place, "name": "Ravenna of Ohio"})
    rival = fresh.init("SOW-2319", "--staffing", "internal", "--yes")
    assert rival.code == 2
    assert "'Ravenna of Ohio'" in rival.error["message"]
    assert "--customer" in rival.error["hint"]
    world.alter("groups", made["id"], name="Ravenna Games", visibility="public")
    public = fresh.init("SOW-2319", "--staffing", "internal", "--yes")
    assert public.code == 6
    assert "is public" in public.error["message"]
    world.gitlab.account.remove("groups", made["id"])


# permissions


def test_who_may_not_create_gets_a_request_and_resumes_when_it_exists(world: Practice) -> None:
    planner = world.as_("planner")
    asked = planner.init("SOW-2306", "--staffing", "internal", "--activity", "Coaching", "--yes")
    assert asked.code == 3
    (request,) = asked.result["requests"]
    assert "saltmarsh-foods" in request["text"]
    assert "psdm init-project SOW-2306" in request["text"]
    assert not any(kind in ("group", "project", "epic") for _, kind, _ in writing(asked))
    world.gitlab.refuse("POST", "/groups", "full")  # an owner whom the instance forbids it all the same
    refused = world.init("SOW-2306", "--staffing", "internal", "--yes", "--plan-out", "plan.json")
    assert refused.code == 3
    tried = world.init("SOW-2306", "--staffing", "internal", "--yes")
    assert tried.code in (4, 7)
    assert any("saltmarsh-foods" in each["text"] for each in tried.result["requests"])
    world.gitlab.service.refused.clear()
    resumed = world.init("SOW-2306", "--yes", "--tick", "6", "--tick", "7")
    assert resumed.code == 3
    assert ("change", "note", "Links to the space") in writing(resumed)
    assert {item["state"] for item in resumed.result["plan"]} <= {"applied", "kept"}


def test_who_may_not_write_kantatas_field_is_told_once_and_asks_for_it_from_then_on(tmp_path: Path) -> None:
    with practice(tmp_path) as here:
        here.kantata.fault("POST", "/custom_field_values", status=403, times=None)
        given = ("SOW-2319", "--activity", "Build", "--yes")
        refused = here.init(*given)
        assert refused.code == 7, refused.err
        (request,) = refused.result["requests"]
        assert "GitLab Project Link" in request["text"]
        assert "/ravenna-games/SOW-2319" in request["text"]
        waiting = here.init(*given)
        assert (waiting.code, writing(waiting)) == (3, []), waiting.err
        assert waiting.result["requests"][0]["text"] == request["text"]
        here.kantata.clear()
        healed = here.psdm("check", "SOW-2319", "--yes", "--json")  # tries it, since a permission may have been given
        assert [item["kind"] for item in healed.result["plan"] if item["action"] != "keep"] == ["custom_field_value"]
        assert here.init(*given).result["requests"] == []


#: of everything that the contracts leave open, what the practice systems do not do by themselves
OTHERWISE = GitLabReadings(
    version="17.11.0-ee",
    graphql="old",
    task_toggle=False,
    vanished_line="internal",
    work_item_rest_api="absent",
    group_uploads=False,
    names="strict",
    namespace_refused="400",
    project_taken="409",
    ruby="3.4",
    extra_assignees="refused",
    second_board="400",
    weight_without_plan="refused",
    link_without_plan="relates",
    search_sees_comments=False,
    instance=None,
)


@pytest.mark.parametrize("plan", ["ultimate", "free"])
def test_whatever_the_contracts_leave_open_the_space_is_built_and_kept(tmp_path: Path, plan: Plan) -> None:
    with practice(tmp_path, plan, readings=OTHERWISE) as here:
        given = ("SOW-2315", "--staffing", "partner", "--activity", "Build", "--tick", "6", "--yes")
        built, again = here.init(*given), here.init(*given)
        assert (built.code, again.code) == (3, 3), built.err
        assert {item["state"] for item in built.result["plan"]} <= {"applied", "kept"}
        assert writing(again) == []
        assert here.psdm("check", "SOW-2315", "--json").code == 0


def test_where_ids_come_only_with_their_include_nothing_is_written_twice(tmp_path: Path) -> None:
    with practice(tmp_path) as here:
        here.kantata.readings.ids_without_include = False
        built = here.init("SOW-2315", "--staffing", "partner", "--activity", "Build", "--yes")
        assert {item["state"] for item in built.result["plan"]} <= {"applied", "kept"}
        old = {"value": "https://old.example.com", "display_value": "https://old.example.com"}
        here.kantata.account.update("custom_field_values", _link_of(here)["id"], **old)
        moved = here.init("SOW-2315", "--yes")
        assert writing(moved) == [("change", "custom_field_value", "GitLab project link")]
        assert {item["state"] for item in moved.result["plan"]} <= {"applied", "kept"}
        assert _link_of(here)["value"] == built.result["project"]["url"]


def _link_of(here: Practice) -> dict[str, Any]:
    rows = here.kantata.account.find("custom_field_values", "custom_field_name", "GitLab Project Link")
    return max(rows, key=lambda row: int(row["id"]))


# other instances


def test_without_epics_milestone_labels_and_an_anchor_stand_for_them(tmp_path: Path) -> None:
    with practice(tmp_path, "free") as free:
        built = free.init("SOW-2315", "--staffing", "partner", *ACTIVITIES, "--yes")
        again = free.init("SOW-2315", "--yes")
        (project,) = free.rows("projects", path="SOW-2315")
        (milestone,) = free.rows("milestones", title="SOW-2315")
        activities = free.rows("work_items", project_id=project["id"], milestone_id=milestone["id"])
        assert {row["title"] for row in activities} == {"Discovery / Wave 1", 'Build "it" 🚀'}
        assert free.rows("work_items", type="Epic") == []
        assert built.code == again.code == 3
        assert writing(again) == []
        assert any("milestone SOW-2315" in each for each in built.result["replaced"])
        assert any("labelled issue in ps_plan" in each for each in built.result["replaced"])
        assert free.gitlab.violations == []


def test_without_graphql_and_with_every_answer_to_a_create_cut_nothing_is_made_twice(tmp_path: Path) -> None:
    with practice(tmp_path, readings=GitLabReadings(graphql="off")) as poor:
        for path in ("/groups", "/projects"):
            poor.gitlab.fault("POST", path, cut="after", times=None)
        built = poor.init("SOW-2315", "--staffing", "partner", "--activity", "Discovery", "--yes")
        assert built.code in (3, 7), built.err
        poor.gitlab.clear()
        healed = poor.init("SOW-2315", "--yes")
        assert healed.code == 3, healed.err
        assert {kind for _, kind, _ in writing(healed)} <= {"board"}  # made in several calls, its lists came last
        (project,) = poor.rows("projects", path="SOW-2315")
        assert len(poor.rows("work_items", project_id=project["id"])) == 1
        (group,) = poor.rows("groups", name="Glasswing Health")
        assert len(poor.rows("work_items", title="Discovery", group_id=group["id"])) == 1
        assert len(poor.rows("work_items", title="Retrospective - Glasswing Health - SOW-2315")) == 1
        assert len([row for row in poor.rows("notes") if "psdm:links:SOW-2315" in row["body"]]) == 1


def test_the_daily_limit_of_creations_is_waited_for_by_the_person(tmp_path: Path) -> None:
    with practice(tmp_path) as limited:
        limited.gitlab.fault("POST", "/groups", status=429, headers={"Retry-After": "43200"}, times=None)
        done = limited.init("SOW-2319", "--activity", "Build", "--yes")
        assert done.code in (7, 75), done.err
        said = done.err + done.out
        assert "12 h" in said or "43200" in said or "43,200" in said, said
        limited.gitlab.clear()
        assert limited.init("SOW-2319", "--yes").code == 3


def test_two_runs_at_once_make_one_space(tmp_path: Path) -> None:
    with practice(tmp_path) as both:
        given = ("init-project", "SOW-2319", "--activity", "Build", "--yes", "--json")
        runs = [both.psdm.start(*given) for _ in range(2)]
        ends = [(*process.communicate("", timeout=120), process.returncode) for process in runs]
        assert [code for _, _, code in ends] == [3, 3], ends
        for out, _, _ in ends:
            assert {item["state"] for item in json.loads(out)["result"]["plan"]} <= {"applied", "kept"}
        (project,) = both.rows("projects", path="SOW-2319")
        assert len(both.rows("work_items", project_id=project["id"])) == 1
        assert len(both.rows("work_items", title="Build")) == 1
        assert len(both.rows("groups", name="Ravenna Games")) == 1


# bad input


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "SOW-<digits>"),
        (("SOW-12x",), "expected SOW-<digits>"),
        (("ACME",), "--po"),
        (("SOW-1", "--staffing", "robots"), "--staffing: expected internal, partner or mixed"),
        (("SOW-1", "--stage", "4"), "--stage: expected 5, 6 or closed-won"),
        (("SOW-1", "--kickoff", "soon"), "--kickoff"),
        (("SOW-1", "--type", "gift"), "--type: expected T&M"),
        (("SOW-1", "--link", "sow"), "--link: expected KIND=URL"),
        (("SOW-1", "--link", "sow=javascript:alert(1)"), "--link: expected KIND=URL"),
        (("SOW-1", "--customer", " \u202e "), "--customer: expected a name"),
        (("SOW-1", "--activity", " "), "--activity: expected the name"),
        (("SOW-1", "--activities", "none.csv"), "there is no file"),
        (("SOW-1", "--activities", "wrong.csv"), "wrong.csv line 2: expected a day"),
        (("SOW-1", "--tick", "10"), "--tick"),
        (("SOW-1", "--check", "--dry-run"), "--check only checks"),
        (("SOW-1", "--offline"), "--offline"),
    ],
)
def test_bad_input_is_told_before_anything_is_asked(arguments: tuple[str, ...], said: str, world: Practice) -> None:
    (world.psdm.home / "wrong.csv").write_text("title,due\nBuild,soon\n")
    before = len(world.gitlab.requests), len(world.kantata.requests)
    ended = world.psdm("init-project", *arguments)
    assert ended.code == 2, ended.err
    assert said in ended.err
    assert (len(world.gitlab.requests), len(world.kantata.requests)) == before


def test_a_number_that_neither_system_knows(world: Practice) -> None:
    ended = world.init("SOW-9999", "--yes")
    assert ended.code == 5
    assert "Kantata" in ended.error["message"]
    assert "GitLab" in ended.error["message"]


def test_without_yes_nothing_is_written(world: Practice) -> None:
    ended = world.psdm("init-project", "SOW-2314", "--staffing", "internal")
    assert ended.code == 2
    assert "refuses to write" in ended.err
