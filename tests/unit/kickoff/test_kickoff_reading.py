"""What is seen of a space: made by psdm, by hand, renamed, hidden, about to be deleted, ambiguous."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from tests.unit.kickoff.kickoff_fake import EPIC, INTERNAL, ME, PARTNER, PLAN, ROOT, FakeGitLab, kantata, seen_by

from psdm_cli.domain.gitlab import Capabilities, Epic, EpicsBy, Group, Issue, Member, Note, Project
from psdm_cli.domain.space.parts import Missing, Seen, Unseen, value_of

ACME = Group("21", "Acme", "acme", "ps/internal/acme", "private", parent_id="20", ancestors=("10", "20"))
SPACE = Project(
    "41", "SOW-1234", "SOW-1234", "ps/internal/acme/SOW-1234", "private", group_id="21", ancestors=("10", "20", "21")
)


def issue(iid: int, title: str, text: str = "", project: str = "40", **more: Any) -> Issue:
    return Issue(f"{project}#{iid}", str(iid), project, title, more.pop("state", "opened"), description=text, **more)


INTAKE = issue(1, "Scheduling Intake", "- [x] Step 1: a\n- [ ] Step 2: b")
SCOPING = issue(2, "Scope Engagement and Write SoW", "Type: T&M")


# the Customer Epic


@pytest.mark.parametrize(
    ("epics", "chosen", "how"),
    [
        ([EPIC], "10&5", "label and title"),
        ([replace(EPIC, labels=())], "10&5", "title"),
        ([replace(EPIC, title="Acme")], "10&5", "label"),
        ([replace(EPIC, id="10&6", iid="6", state="closed"), EPIC], "10&5", "label and title"),
        ([replace(EPIC, state="closed")], "10&5", "label and title"),
        ([replace(EPIC, id="10&6", iid="6", title="SOW-12345 Other", labels=()), EPIC], "10&5", "label and title"),
    ],
)
def test_the_customer_epic_by_label_and_title(epics: list[Epic], chosen: str, how: str) -> None:
    part = seen_by(FakeGitLab(epics_=epics)).customer_epic
    assert isinstance(part, Seen)
    assert (part.value.id, part.how) == (chosen, how)


def test_several_customer_epics_are_all_told() -> None:
    twins = [EPIC, replace(EPIC, id="10&6", iid="6")]
    space = seen_by(FakeGitLab(epics_=twins))
    assert isinstance(space.customer_epic, Missing)
    assert {each.id for each in space.several_epics} == {"10&5", "10&6"}
    chosen = seen_by(FakeGitLab(epics_=twins), {"gitlab_customer_epic": "10&6"})
    assert isinstance(chosen.customer_epic, Seen)
    assert chosen.customer_epic.value.id == "10&6"


def test_no_customer_epic_and_the_papers_are_found_by_label() -> None:
    gitlab = FakeGitLab(epics_=[], issues_=[replace(INTAKE, labels=("SOW-1234",)), SCOPING])
    space = seen_by(gitlab)
    assert isinstance(space.customer_epic, Missing)
    assert isinstance(space.intake, Seen)
    assert space.intake.how == "label"
    assert isinstance(space.scoping, Missing)
    assert space.customer == "Acme"


def test_what_the_token_may_not_see_is_unseen_and_the_rest_is_read() -> None:
    space = seen_by(FakeGitLab(refused=frozenset({"epics"})))
    assert space.customer_epic == Unseen("no epics for you")
    assert isinstance(space.intake, Unseen)
    assert isinstance(space.group, Missing)
    full = FakeGitLab(
        groups=[ROOT, INTERNAL, PARTNER, ACME],
        projects_=[PLAN, SPACE],
        refused=frozenset({"labels", "boards", "notes", "members", "file"}),
    )
    space = seen_by(full)
    for part in (space.labels, space.boards, space.links_note, space.members, space.readme):
        assert isinstance(part, Unseen)
    assert isinstance(space.project, Seen)


def test_papers_hang_on_the_epic() -> None:
    retro = issue(3, "Internal Project Retrospective - Acme")
    customers = issue(4, "Customer retrospective")
    dow = issue(5, "Description of Work - Acme", url="https://git.example.com/dow")
    note = Note("9", "links\n\n<!-- psdm:links:SOW-1234 -->", ME)
    gitlab = FakeGitLab(
        attached={EPIC.id: [customers, INTAKE, SCOPING, retro, dow]}, notes_={EPIC.id: [Note("8", "hi", ME), note]}
    )
    space = seen_by(gitlab)
    assert isinstance(space.intake, Seen)
    assert space.intake.value.step(1).ticked is True
    assert isinstance(space.retro, Seen)
    assert space.retro.value is retro
    assert space.retro_attached
    assert space.links_note == Seen(note, "marker")
    assert space.dow == Seen("https://git.example.com/dow", "issue")


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("DoW: https://docs.example.com/d", True),
        ("Description of work: [doc](/uploads/abc/dow.pdf)", True),
        ("DoW follows", False),
        ("https://docs.example.com/d", False),
    ],
)
def test_a_description_of_work_is_a_link_to_one(text: str, seen: bool) -> None:
    space = seen_by(FakeGitLab(epics_=[replace(EPIC, description=text)]))
    assert isinstance(space.dow, Seen) is seen


def test_a_retrospective_beside_the_epic_is_not_attached() -> None:
    retro = issue(3, "Retrospective - Acme - SOW-1234", labels=("SOW-1234",))
    space = seen_by(FakeGitLab(issues_=[retro]))
    assert isinstance(space.retro, Seen)
    assert not space.retro_attached


def test_on_a_plan_without_epics_a_labelled_issue_is_the_anchor() -> None:
    anchor = issue(9, "SOW-1234 Acme", labels=("SOW-1234",))
    other = issue(10, "RAID for SOW-1234", labels=("SOW-1234",))
    gitlab = FakeGitLab(
        epics_=[],
        issues_=[anchor, other],
        attached={anchor.id: [INTAKE]},
        capable=Capabilities("19.4", EpicsBy.MILESTONES),
    )
    space = seen_by(gitlab)
    assert isinstance(space.customer_epic, Seen)
    assert space.customer_epic.value.id == anchor.id
    assert not space.customer_epic.value.is_epic
    assert isinstance(space.intake, Seen)


# the customer's side


def test_a_new_customer_has_nothing_yet() -> None:
    space = seen_by(FakeGitLab(members_={"20": [Member(ME, 30), Member(ME, 40, inherited=True)]}))
    assert (space.customer, space.staffing, space.level) == ("Acme", None, 40)
    assert isinstance(space.group, Missing)
    assert isinstance(space.project, Missing)
    assert isinstance(space.parent, Seen)


@pytest.mark.parametrize(
    ("group", "told", "how"),
    [
        (ACME, {}, "path"),
        (replace(ACME, path="acme-old", full_path="ps/internal/acme-old"), {}, "name"),
        (
            replace(ACME, name="Renamed", path="renamed", full_path="ps/internal/renamed"),
            {"gitlab_group": "21"},
            "stored id",
        ),
    ],
)
def test_a_known_customers_group(group: Group, told: dict[str, str], how: str) -> None:
    space = seen_by(FakeGitLab(groups=[ROOT, INTERNAL, PARTNER, group]), told)
    assert isinstance(space.group, Seen)
    assert (space.group.value.id, space.group.how, space.staffing) == ("21", how, "internal")


def test_a_customers_group_is_remembered_for_the_next_contract() -> None:
    renamed = replace(ACME, name="Renamed", path="renamed", full_path="ps/internal/renamed")
    gitlab = FakeGitLab(groups=[ROOT, INTERNAL, PARTNER, renamed])
    space = seen_by(gitlab, group_of=lambda name, tree: "21" if (name, tree) == ("Acme", "internal") else None)
    assert value_of(space.group) == renamed


def test_the_tree_follows_the_staffing() -> None:
    gitlab = FakeGitLab(groups=[ROOT, INTERNAL, PARTNER, ACME])
    space = seen_by(gitlab, {"staffing": "mixed"})
    assert isinstance(space.group, Missing)
    assert value_of(space.parent) == PARTNER
    assert isinstance(seen_by(gitlab, {"staffing": "internal"}).group, Seen)


def test_a_group_of_another_name_at_the_path_is_in_the_way() -> None:
    rival = replace(ACME, name="Acme of Ohio")
    space = seen_by(FakeGitLab(groups=[ROOT, INTERNAL, PARTNER, rival]))
    assert isinstance(space.group, Missing)
    assert space.rivals == (rival,)
    confirmed = seen_by(FakeGitLab(groups=[ROOT, INTERNAL, PARTNER, rival]), {"gitlab_group": "21"})
    assert value_of(confirmed.group) == rival


def test_a_space_made_by_hand_elsewhere_is_recognised_by_its_project() -> None:
    group = replace(ACME, name="ACME (new)", path="x", full_path="ps/partner/x", parent_id="30", ancestors=("10", "30"))
    project = replace(
        SPACE, path="sow-1234", full_path="ps/partner/x/sow-1234", ancestors=("10", "30", "21"), visibility="internal"
    )
    space = seen_by(FakeGitLab(groups=[ROOT, INTERNAL, PARTNER, group], projects_=[PLAN, project]))
    assert value_of(space.project) == project
    assert value_of(space.group) == group
    assert (space.tree, value_of(space.parent)) == ("partner", PARTNER)


def test_a_renamed_project_is_found_by_its_stored_id() -> None:
    project = replace(SPACE, path="engagement", full_path="ps/internal/acme/engagement")
    gitlab = FakeGitLab(groups=[ROOT, INTERNAL, PARTNER, ACME], projects_=[PLAN, project])
    assert isinstance(seen_by(gitlab).project, Missing)
    found = seen_by(gitlab, {"gitlab_project": "41"})
    assert isinstance(found.project, Seen)
    assert found.project.how == "stored id"


def test_two_projects_of_the_number_are_not_guessed() -> None:
    other = replace(SPACE, id="42", full_path="ps/partner/x/SOW-1234", ancestors=("10", "30"))
    space = seen_by(FakeGitLab(groups=[ROOT, INTERNAL, PARTNER, ACME], projects_=[PLAN, SPACE, other]))
    assert isinstance(space.project, Unseen)
    assert "several projects" in space.project.reason


@pytest.mark.parametrize("what", ["group", "project"])
def test_what_waits_for_its_deletion_blocks_its_name(what: str) -> None:
    day = date(2026, 12, 24)
    group = replace(ACME, deletion_on=day) if what == "group" else ACME
    projects = [PLAN, replace(SPACE, deletion_on=day)] if what == "project" else [PLAN]
    space = seen_by(FakeGitLab(groups=[ROOT, INTERNAL, PARTNER, group], projects_=projects))
    part = space.group if what == "group" else space.project
    assert isinstance(part, Missing)
    assert part.waits_for
    assert "2026-12-24" in part.why


def test_activities_are_marked_labelled_or_nobodys() -> None:
    def epic(iid: int, title: str, labels: tuple[str, ...] = (), text: str = "") -> Epic:
        return Epic(f"21&{iid}", str(iid), "21", title, "opened", labels=labels, description=text)

    mine = epic(1, "Build", text="<!-- psdm:activity:SOW-1234/build -->")
    labelled = epic(2, "Run", ("sow-1234",))
    bare = epic(3, "Train")
    foreign = epic(4, "Other", ("SOW-99",))
    marked = epic(5, "Theirs", text="<!-- psdm:activity:SOW-99/theirs -->")
    gitlab = FakeGitLab(
        groups=[ROOT, INTERNAL, PARTNER, ACME],
        projects_=[PLAN, SPACE],
        epics_=[EPIC, mine, labelled, bare, foreign, marked],
    )
    found = value_of(seen_by(gitlab).activities) or ()
    assert [(each.title, each.slug) for each in found] == [("Build", "build"), ("Run", None), ("Train", None)]
    gitlab.projects_.append(replace(SPACE, id="43", path="SOW-99", full_path="ps/internal/acme/SOW-99"))
    assert [each.title for each in value_of(seen_by(gitlab).activities) or ()] == ["Build", "Run"]


def test_an_unrenamed_raid_is_known_by_its_headings() -> None:
    log = issue(1, "Log from the CPR template", "## Risks\n## Actions\n## Issues\n## Decisions", project="41")
    gitlab = FakeGitLab(groups=[ROOT, INTERNAL, PARTNER, ACME], projects_=[PLAN, SPACE], issues_=[log])
    part = seen_by(gitlab).raid
    assert isinstance(part, Seen)
    assert (part.how, part.value.renamed) == ("headings", False)


def test_the_customer_as_told_beats_epic_and_kantata() -> None:
    assert seen_by(FakeGitLab(), {"customer": "Acme Inc."}).customer == "Acme Inc."
    assert seen_by(FakeGitLab(epics_=[])).customer == "Acme"
    assert seen_by(FakeGitLab(epics_=[]), part=kantata(customer=None)).customer is None
    other = FakeGitLab(epics_=[replace(EPIC, title="SOW-1234 [x] Acme!")])
    assert seen_by(other).customer == "Acme"  # Kantata's spelling, which the title holds
    assert seen_by(FakeGitLab(epics_=[replace(EPIC, title="SOW-1234 Bolt")])).customer == "Bolt"


def test_delivery_may_lie_below_another_root() -> None:
    assert seen_by(FakeGitLab()).delivery_capabilities == seen_by(FakeGitLab()).capabilities
