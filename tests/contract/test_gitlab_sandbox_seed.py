"""The seeded GitLab: the same every time, one world with the Kantata sandbox, and the blemishes that were meant."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from gitlab_sandbox_client import DELIVERY, GROUP, PS_PLAN

from psdm_cli.sandbox import KantataSandbox
from psdm_cli.sandbox.account import Account
from psdm_cli.sandbox.collaboration import EARLIER, INSTANCE, WITHOUT_EPIC, WITHOUT_SPACE
from psdm_cli.sandbox.engagements import SPECS
from psdm_cli.sandbox.gitlab.readings import GitLabReadings
from psdm_cli.sandbox.gitlab.repository_rows import file_at, files_of
from psdm_cli.sandbox.gitlab.seed import seeded
from psdm_cli.sandbox.gitlab.tables import place_at
from psdm_cli.sandbox.portfolio import customers

AS_OF = date(2026, 11, 23)
NUMBERS = [spec.number for spec in SPECS]
WITH_SPACE = [number for number in NUMBERS if number not in WITHOUT_SPACE]

Row = dict[str, Any]


@pytest.fixture(scope="module")
def account() -> Account:
    return seeded(1, AS_OF, "ultimate")


@pytest.fixture(scope="module")
def free() -> Account:
    return seeded(1, AS_OF, "free")


def customer(number: int) -> str:
    return customers(1)[NUMBERS.index(number)]


def project(account: Account, number: int) -> Row | None:
    return next((row for row in account.rows("projects") if row["path"] == f"SOW-{number}"), None)


def labels(account: Account, item: Row) -> set[str]:
    return {account.row("labels", id_)["name"] for id_ in item["label_ids"]}


def customer_epic(account: Account, number: int) -> Row | None:
    title = f"SOW-{number} {customer(number)}"
    return next((row for row in account.rows("work_items") if row["title"] == title), None)


def hanging(account: Account, anchor: Row) -> list[Row]:
    return account.find("work_items", "parent_id", anchor["id"])


@pytest.mark.parametrize("plan", ["free", "premium", "ultimate"])
def test_the_same_every_time(plan: str) -> None:
    one, two = seeded(5, AS_OF, plan), seeded(5, AS_OF, plan)
    assert (one.tables, one.facts) == (two.tables, two.facts)
    assert seeded(6, AS_OF, plan).tables != one.tables
    assert seeded(5, date(2027, 3, 1), plan).tables != one.tables


def test_the_groups_are_those_of_the_configuration_and_private(account: Account) -> None:
    from psdm_cli.settings.model import Settings

    wanted = Settings().gitlab
    for path in (wanted.groups.customer_epics, wanted.groups.delivery_internal, wanted.groups.delivery_partner):
        group = place_at(account, "groups", path)
        assert group is not None and group["visibility"] == "private"
    plan = place_at(account, "projects", wanted.projects.ps_plan)
    assert plan is not None and plan["visibility"] == "private"
    assert place_at(account, "groups", GROUP) and place_at(account, "groups", DELIVERY)


def test_the_templates_stand_in_ps_plan(account: Account) -> None:
    plan = place_at(account, "projects", PS_PLAN)
    assert plan is not None
    assert [f["path"].rpartition("/")[2] for f in files_of(account, plan, "master") if ".gitlab" in f["path"]] == [
        "SchedulingIntakeQuestions.md",
        "change-order.md",
        "project_retrospective.md",
        "work-at-risk.md",
        "work-exception.md",
    ]


@pytest.mark.parametrize("number", NUMBERS)
def test_what_sales_left_behind(account: Account, number: int) -> None:
    epic = customer_epic(account, number)
    if number in WITHOUT_EPIC:
        assert epic is None
        return
    assert epic is not None and epic["type"] == "Epic"
    assert labels(account, epic) == {f"SOW-{number}"}
    assert ("https://" in epic["description"]) == (number != 2312)
    titles = [row["title"] for row in hanging(account, epic)]
    assert sum("Scheduling Intake" in title for title in titles) == 1
    assert sum("Scope Engagement and Write SoW" in title for title in titles) == 1
    intake = next(row for row in hanging(account, epic) if "Intake" in row["title"])
    assert intake["description"].count("- [") == 9
    done = intake["description"].count("- [x]")
    assert done == {2306: 4, 2312: 0, 2314: 3, 2315: 2, 2316: 2}.get(number, 9)


@pytest.mark.parametrize("number", WITH_SPACE)
def test_a_space_is_whole_but_for_what_was_meant(account: Account, number: int) -> None:
    space = project(account, number)
    assert space is not None
    group = account.row("groups", space["namespace_id"])
    assert (group["name"], group["full_path"].rpartition("/")[0]) == (customer(number), DELIVERY)
    assert space["visibility"] == ("internal" if number == 2304 else "private")
    epics = [row for row in account.find("work_items", "group_id", group["id"]) if row["type"] == "Epic"]
    lacking = [row for row in epics if f"SOW-{number}" not in labels(account, row)]
    assert bool(lacking) == (number == 2303)
    unowned = [row for row in epics if not any(name.startswith("PM::") for name in labels(account, row))]
    assert bool(unowned) == (number == 2310)
    (raid,) = [row for row in account.find("work_items", "project_id", space["id"]) if "RAID" in row["title"]]
    assert (raid["title"] == f"RAID - {customer(number)} - SOW-{number}") == (number != 2302)
    assert "## Decisions" in raid["description"]
    assert (file_at(account, space, "main", "README.md") is None) == (number == 2307)
    assert bool(account.find("boards", "group_id", group["id"])) == (number != 2308)
    epic = customer_epic(account, number)
    assert epic is not None
    retros = [row for row in hanging(account, epic) if row["title"].startswith("Retrospective")]
    assert len(retros) == (0 if number == 2305 else 1)
    notes = [n for n in account.find("notes", "work_item_id", epic["id"]) if "psdm:links" in n["body"]]
    assert len(notes) == (0 if number in (2307, 2309) else 1)
    marked = [row for row in [*epics, raid] if "<!-- psdm:" in (row["description"] or "")]
    assert len(marked) == {2309: 0, 2302: len(epics)}.get(number, len(epics) + 1)


@pytest.mark.parametrize("number", sorted(WITHOUT_SPACE))
def test_the_new_engagements_have_nothing_yet(account: Account, number: int) -> None:
    assert project(account, number) is None
    group = [row for row in account.rows("groups") if row["name"] == customer(number)]
    assert len(group) == (1 if number in EARLIER else 0)
    if number in EARLIER:
        old = project(account, EARLIER[number])
        assert old is not None and old["namespace_id"] == group[0]["id"]


def test_a_block_has_its_description_of_work_but_for_the_new_one(account: Account) -> None:
    for number, there in ((2303, True), (2306, False), (2311, True)):
        epic = customer_epic(account, number)
        assert epic is not None
        notes = account.find("notes", "work_item_id", epic["id"])
        assert any("Description of Work" in note["body"] for note in notes) == there


def test_only_one_place_that_customers_see_says_too_much(account: Account) -> None:
    shown = {row["id"] for row in account.rows("work_items") if row["project_id"] or row["group_id"]}
    plan = place_at(account, "projects", PS_PLAN)
    services = place_at(account, "groups", GROUP)
    assert plan is not None and services is not None
    inner = {row["id"] for row in account.find("work_items", "project_id", plan["id"])}
    inner |= {row["id"] for row in account.find("work_items", "group_id", services["id"])}
    leaks = [n for n in account.rows("notes") if n["work_item_id"] in shown - inner and "argin" in n["body"]]
    assert [account.row("work_items", n["work_item_id"])["title"].rpartition(" ")[2] for n in leaks] == ["SOW-2307"]


def test_without_epics_milestones_and_issues_stand_for_them(free: Account) -> None:
    assert {row["type"] for row in free.rows("work_items")} == {"Issue"}
    for number in WITH_SPACE:
        space, anchor = project(free, number), customer_epic(free, number)
        assert space is not None and anchor is not None
        plan = place_at(free, "projects", PS_PLAN)
        assert plan is not None and anchor["project_id"] == plan["id"]
        milestones = free.find("milestones", "group_id", space["namespace_id"])
        assert [row["title"] for row in milestones] == [f"SOW-{number}"]
        inside = free.find("work_items", "milestone_id", milestones[0]["id"])
        assert inside and {row["project_id"] for row in inside} == {space["id"]}
        linked = {row["target_id"] for row in free.find("links", "source_id", anchor["id"])}
        assert len(linked) == (2 if number == 2305 else 3)


def test_both_sandboxes_tell_of_the_same_world(account: Account) -> None:
    kantata = KantataSandbox(as_of=AS_OF).account
    assert GitLabReadings().instance == INSTANCE
    links = {
        row["value"] for row in kantata.rows("custom_field_values") if row["custom_field_name"] == "GitLab Project Link"
    }
    wanted = {f"{INSTANCE}/{row['path_with_namespace']}" for row in account.rows("projects")}
    assert links < wanted
    names = {row["full_name"] for row in kantata.rows("users")}
    assert names <= {row["name"] for row in account.rows("users")}
    groups = {row["name"] for row in kantata.rows("workspace_groups")}
    assert {customer(number) for number in NUMBERS} == groups


def test_the_scoping_agrees_with_kantata_but_for_one(account: Account) -> None:
    kantata = KantataSandbox(as_of=AS_OF).account
    for index, number in enumerate(NUMBERS):
        epic, workspace = customer_epic(account, number), kantata.row("workspaces", 3001 + index)
        if epic is None:
            continue
        text = next(row for row in hanging(account, epic) if "Scope" in row["title"])["description"]
        assert f"| Start date | {workspace['start_date']} |" in text
        assert f"| End date | {workspace['due_date']} |" in text
        fixed = SPECS[index].type == "Fixed Fee"
        assert ("| Project type | Fixed Fee |" in text) == (fixed and number != 2313)
