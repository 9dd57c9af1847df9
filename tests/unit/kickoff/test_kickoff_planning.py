"""The plan of a space: wanted minus seen, in every state that a space is found in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from tests.unit.kickoff.kickoff_fake import (
    EPIC,
    INTERNAL,
    ME,
    PARTNER,
    PLAN,
    ROOT,
    FakeGitLab,
    kantata,
    kit,
    seen_by,
    wanted_of,
)

from psdm_cli.changes.plan import TEXT_OF, Action, Change, Plan, plan_of, references
from psdm_cli.domain.audience import Audience
from psdm_cli.domain.engagements import EngagementType
from psdm_cli.domain.gitlab import Board, Capabilities, Epic, EpicsBy, Group, Issue, LabelRow, Member, Note, Project
from psdm_cli.domain.space.observed import KantataFacts, Space
from psdm_cli.domain.space.parts import Missing, Seen
from psdm_cli.errors import NotFound, RefusedByRule, WrongUsage
from psdm_cli.workflows.kickoff import advice, planned, refused_requests, replaced
from psdm_cli.workflows.kickoff_link import Refused
from psdm_cli.workflows.kickoff_planning import Intent

NOW = datetime(2026, 11, 23, tzinfo=UTC)
ACME = Group("21", "Acme", "acme", "ps/internal/acme", "private", parent_id="20", ancestors=("10", "20"))
SPACE = Project(
    "41", "SOW-1234", "SOW-1234", "ps/internal/acme/SOW-1234", "private", group_id="21", ancestors=("10", "20", "21")
)
INHERITED = LabelRow("900", "SOW-1234", "#5843ad", own=False)


def plan(gitlab: FakeGitLab, *titles: str, tick: Sequence[int] = (), told: dict[str, str] | None = None) -> Intent:
    space = seen_by(gitlab, told)
    intent = planned(kit(gitlab), space, wanted_of(space, *titles), tick)
    plan_of("test", NOW, intent.changes)  # in order, each key once, nothing waits for what is not planned
    return intent


def by_kind(intent: Intent, kind: str) -> list[Change]:
    return [change for change in intent.changes if change.kind == kind]


def writes(intent: Intent) -> list[str]:
    return [f"{change.action.symbol} {change.kind} {change.title}" for change in intent.changes if change.writes]


def standing(**more: object) -> FakeGitLab:
    """A space with group and project, otherwise empty; the contract's label is there."""
    label = {"40": [INHERITED], "21": [INHERITED]}
    made = FakeGitLab(groups=[ROOT, INTERNAL, PARTNER, ACME], projects_=[PLAN, SPACE], labels_=label)
    for name, value in more.items():
        setattr(made, name, value)
    return made


def test_a_new_customer_gets_everything() -> None:
    intent = plan(FakeGitLab(labels_={"40": [INHERITED], "20": [INHERITED]}), "Build", "Run")
    kinds = [change.kind for change in intent.changes if change.writes]
    assert {kind: kinds.count(kind) for kind in dict.fromkeys(kinds)} == {
        "group": 1,
        "label": 15,
        "project": 1,
        "epic": 2,
        "board": 1,
        "issue": 2,
        "file": 6,
        "note": 1,
        "custom_field_value": 1,
    }
    group, project = by_kind(intent, "group")[0], by_kind(intent, "project")[0]
    assert (group.after["path"], group.after["visibility"], group.place) == ("acme", "private", "ps/internal")
    assert (project.after["path"], project.after["visibility"]) == ("SOW-1234", "private")
    assert (
        by_kind(intent, "custom_field_value")[0].after["value"] == "https://git.example.com/ps/internal/acme/SOW-1234"
    )
    assert intent.requests == intent.left_out == ()


def test_what_the_customer_sees_is_customers_text_and_the_rest_stays_inside() -> None:
    intent = plan(FakeGitLab(), "Build")
    for change in intent.changes:
        inside = change.system == "kantata" or change.place in ("ps", "ps/plan")
        assert change.audience is (Audience.INTERNAL if inside else Audience.CUSTOMER), change.key
        assert inside or change.content is Audience.CUSTOMER, change.key
    retro = next(c for c in by_kind(intent, "issue") if c.key == "issue:retro:SOW-1234")
    assert (retro.place, retro.after["epic_id"], retro.after["labels"]) == ("ps/plan", EPIC.id, ["SOW-1234"])


def test_epics_wait_for_their_labels_and_carry_three() -> None:
    epic = by_kind(plan(FakeGitLab(), "Build / run"), "epic")[0]
    assert epic.after["labels"] == ["PM::ada", "PSD Workflow::Not Started", "SOW-1234"]
    assert "<!-- psdm:activity:SOW-1234/build-run -->" in epic.after["description"]
    assert "label:ps:SOW-1234" in epic.depends_on  # made above, for ps_plan and the customer alike
    assert "label:ps/internal/acme:PM::ada" in epic.depends_on


def test_the_contracts_label_is_made_once_above() -> None:
    labels = [change.key for change in by_kind(plan(FakeGitLab()), "label") if change.title == "SOW-1234"]
    assert labels == ["label:ps:SOW-1234"]
    apart = replace(PLAN, ancestors=("99",), group_id="99")
    keys = [
        c.key for c in by_kind(plan(FakeGitLab(projects_=[replace(apart, id="40")])), "label") if c.title == "SOW-1234"
    ]
    assert keys == ["label:ps/plan:SOW-1234", "label:ps/internal/acme:SOW-1234"]


def test_the_note_names_numbers_that_the_plan_will_make() -> None:
    note = by_kind(plan(FakeGitLab(), "Build"), "note")[0]
    assert note.after["on"] == EPIC.id
    text = note.after["body"][TEXT_OF]
    assert "psdm-number" not in text
    assert set(references(note.after)) == {
        "issue:retro:SOW-1234",
        "issue:raid:SOW-1234",
        "epic:activity:SOW-1234/build",
    }
    assert "/ps/internal/acme/SOW-1234/-/issues/{$iid:issue:raid:SOW-1234}" in text


def applied(gitlab: FakeGitLab, intent: Intent) -> FakeGitLab:
    """The fake as it stands after a plan, for what a second run looks at."""
    epics, issues, labels = list(gitlab.epics_), list(gitlab.issues_), dict(gitlab.labels_)
    attached = {key: list(rows) for key, rows in gitlab.attached.items()}
    number = 100
    for change in intent.changes:
        number += 1
        after = change.after
        if change.kind == "label" and change.writes:
            place = {"ps": "10", "ps/internal/acme": "21", "ps/plan": "40"}[change.place]
            for where in {"10": ("10", "20", "21", "40"), "21": ("21",), "40": ("40",)}[place]:
                own = where == place
                labels.setdefault(where, []).append(LabelRow(str(number), change.title, after["color"], own=own))
        elif change.kind == "epic" and change.action is Action.CREATE:
            made = Epic(f"21&{number}", str(number), "21", change.title, "opened", description=after["description"])
            epics.append(replace(made, labels=tuple(after["labels"])))
        elif change.kind == "issue" and change.action is Action.CREATE:
            project = "40" if change.place == "ps/plan" else "41"
            row = Issue(
                f"{project}#{number}", str(number), project, change.title, "opened", description=after["description"]
            )
            row = replace(row, labels=tuple(after.get("labels", ())))
            issues.append(row)
            if after.get("epic_id"):
                attached.setdefault(str(after["epic_id"]), []).append(row)
    return replace(gitlab, epics_=epics, issues_=issues, labels_=labels, attached=attached)


def test_the_second_plan_keeps_everything() -> None:
    first = FakeGitLab()
    intent = plan(first, "Build", "Überwachung 🚀")
    after = applied(first, intent)
    after.groups.append(ACME)
    after.projects_.append(SPACE)
    after.boards_["21"] = [Board("5", "PSD Workflow", tuple(by_kind(intent, "board")[0].after["lists"]))]
    after.files[("41", "README.md")] = by_kind(intent, "file")[0].after["content"]
    after.templates["41"] = ["Work item", "Risk", "Action", "Decision", "Status"]
    known = kantata()
    assert isinstance(known, Seen)
    linked = Seen(replace(known.value, link="https://git.example.com/ps/internal/acme/SOW-1234"))
    space = seen_by(after, part=linked)
    wanted = wanted_of(space, "Build", "Überwachung 🚀")
    second = planned(kit(after), space, wanted, ())
    note = by_kind(second, "note")[0]
    assert writes(second) == ["+ note Links to the space"]
    assert isinstance(note.after["body"], str)  # every number is known by now
    after.notes_[EPIC.id] = [Note("9", note.after["body"], ME)]
    space = seen_by(after, part=linked)
    assert writes(planned(kit(after), space, wanted, ())) == []


# what stands already


def test_a_space_made_by_hand_is_completed() -> None:
    hand = Epic("21&1", "1", "21", "build", "opened", labels=("PSD Workflow::In Progress",))
    log = Issue(
        "41#1", "1", "41", "RAID template", "opened", description="## Risks\n## Actions\n## Issues\n## Decisions"
    )
    board = Board("5", "Development", ("PSD Workflow::Done",))
    gitlab = standing(
        epics_=[EPIC, hand], issues_=[log], boards_={"21": [board]}, files={("41", "README.md"): "# Ours\n"}
    )
    intent = plan(gitlab, "Build")
    epic, raid = by_kind(intent, "epic")[0], by_kind(intent, "issue")[0]
    assert (epic.action, epic.id, epic.after) == (Action.CHANGE, "21&1", {"add_labels": ["PM::ada", "SOW-1234"]})
    assert (raid.action, raid.after["title"]) == (Action.CHANGE, "RAID - Acme - SOW-1234")
    assert raid.after["add_labels"] == ["PS RAID Log"]
    assert "description" not in raid.after
    assert by_kind(intent, "board")[0].action is Action.KEEP
    assert by_kind(intent, "file")[0].action is Action.KEEP  # people wrote that README


@pytest.mark.parametrize(
    "text", ["", "# SOW-1234\n", "# X\n## Getting started\nTo make it easy for you to get started with GitLab, …"]
)
def test_a_readme_of_gitlabs_own_gives_way(text: str) -> None:
    readme = by_kind(plan(standing(files={("41", "README.md"): text})), "file")[0]
    assert readme.action is Action.CHANGE
    assert readme.before["last_commit_id"] == "c0ffee"
    assert "<!-- psdm:charter:SOW-1234 -->" in readme.after["content"]


def test_a_wrong_colour_is_put_right_where_the_label_is_ours() -> None:
    own = LabelRow("7", "PS Risk", "#000000")
    above = LabelRow("8", "PS Issue", "#000000", own=False)
    intent = plan(standing(labels_={"21": [own, above, INHERITED], "40": [INHERITED]}))
    labels = {change.title: change for change in by_kind(intent, "label")}
    assert (labels["PS Risk"].action, labels["PS Risk"].after["color"]) == (Action.CHANGE, "#e67e22")
    assert labels["PS Issue"].action is Action.KEEP


def test_a_retrospective_beside_the_epic_is_hung_on_it() -> None:
    retro = Issue("40#3", "3", "40", "Retrospective - Acme - SOW-1234", "opened", labels=("SOW-1234",))
    intent = plan(standing(issues_=[retro]))
    tie = by_kind(intent, "epic_issue")[0]
    assert tie.after == {"epic_id": EPIC.id, "issue_id": "40#3"}
    assert next(c for c in by_kind(intent, "issue") if c.id == "40#3").action is Action.KEEP


def test_without_a_customer_epic_the_rest_goes_on_and_says_who_makes_it() -> None:
    intent = plan(standing(epics_=[]), "Build")
    retro = next(c for c in by_kind(intent, "issue") if c.key == "issue:retro:SOW-1234")
    assert "epic_id" not in retro.after
    assert by_kind(intent, "note") == []
    assert any("PS Ops" in sentence and "engagement manager" in sentence for sentence in intent.left_out)


@pytest.mark.parametrize(
    ("link", "action"),
    [
        (None, Action.CREATE),
        ("https://old.example.com/x", Action.CHANGE),
        ("https://git.example.com/ps/internal/acme/SOW-1234/", Action.KEEP),
    ],
)
def test_the_address_in_kantata(link: str | None, action: Action) -> None:
    known = kantata()
    assert isinstance(known, Seen)
    space = seen_by(standing(), part=Seen(replace(known.value, link=link)))
    change = by_kind(planned(kit(standing()), space, wanted_of(space), ()), "custom_field_value")[0]
    assert change.action is action
    assert change.before == ({"value": link} if action is Action.CHANGE else {})


def test_who_may_not_write_the_address_in_kantata_asks_for_it_a_week_long() -> None:
    gitlab = standing()
    space = seen_by(gitlab)
    refused = Refused(date(2026, 11, 20), "403: field is not editable")
    asking = replace(kit(gitlab), link_refused=lambda _id: refused)
    intent = planned(asking, space, wanted_of(space), ())
    assert by_kind(intent, "custom_field_value") == []
    (said,) = intent.left_out
    assert "refused you that field on 2026-11-20; psdm tries again from 2026-11-27 on" in said
    (draft,) = intent.requests
    assert "https://git.example.com/ps/internal/acme/SOW-1234" in draft.text
    assert refused.said in draft.text
    known = kantata()
    assert isinstance(known, Seen)
    linked = seen_by(gitlab, part=Seen(replace(known.value, link="https://git.example.com/ps/internal/acme/SOW-1234")))
    there = planned(asking, linked, wanted_of(linked), ())
    assert (there.requests, there.left_out) == ((), ())


def test_kantata_without_the_project_is_said() -> None:
    space = seen_by(standing(), part=Missing("no project bears SOW-1234"))
    intent = planned(kit(standing()), space, wanted_of(space), ())
    assert by_kind(intent, "custom_field_value") == []
    assert "the link in Kantata: no project bears SOW-1234" in intent.left_out


# what may not be


@pytest.mark.parametrize(("level", "asked"), [(15, True), (30, True), (40, False), (50, False), (None, False)])
def test_who_may_not_create_a_subgroup_asks_its_owner(level: int | None, asked: bool) -> None:
    members = {} if level is None else {"20": [Member(ME, level)]}
    intent = plan(FakeGitLab(members_=members), "Build")
    assert bool(intent.requests) is asked
    assert bool(by_kind(intent, "group")) is not asked
    if asked:
        text = intent.requests[0].text
        assert all(word in text for word in ("ps/internal", "acme", "SOW-1234", "ada", "psdm init-project SOW-1234"))
        assert [c.kind for c in intent.changes if c.writes] == ["label", "issue", "note"]  # our own side goes on


def test_who_may_not_create_the_project_asks_for_it() -> None:
    gitlab = standing(projects_=[PLAN], members_={"21": [Member(ME, 15)]})
    intent = plan(gitlab, "Build")
    assert [draft.subject for draft in intent.requests] == ["Please create project ps/internal/acme/SOW-1234"]
    assert by_kind(intent, "epic")[0].writes


def test_a_refused_creation_becomes_a_request_too() -> None:
    from psdm_cli.changes.plan import ChangeState

    gitlab = FakeGitLab()
    space = seen_by(gitlab)
    wanted = wanted_of(space)
    made: Plan = plan_of("test", NOW, planned(kit(gitlab), space, wanted, ()).changes)
    items = [
        item.now(ChangeState.FAILED, error="403 Forbidden") if item.change.kind == "group" else item
        for item in made.items
    ]
    drafts = refused_requests(kit(gitlab), space, wanted, items, ())
    assert [draft.subject for draft in drafts] == ["Please create subgroup ps/internal/acme"]
    assert "403 Forbidden" in drafts[0].text


@pytest.mark.parametrize("what", ["parent", "group", "project"])
def test_a_public_place_is_refused(what: str) -> None:
    groups = {
        "parent": [ROOT, replace(INTERNAL, visibility="public"), PARTNER, ACME],
        "group": [ROOT, INTERNAL, PARTNER, replace(ACME, visibility="public")],
        "project": [ROOT, INTERNAL, PARTNER, ACME],
    }[what]
    project = replace(SPACE, visibility="public") if what == "project" else SPACE
    with pytest.raises(RefusedByRule, match="is public"):
        plan(FakeGitLab(groups=groups, projects_=[PLAN, project]))


def test_a_configuration_with_an_internal_place_among_customers_is_refused() -> None:
    with pytest.raises(RefusedByRule, match="configured as internal"):
        plan(FakeGitLab(projects_=[replace(PLAN, ancestors=("10", "20"))]))


def test_what_waits_for_its_deletion_is_not_planned_around() -> None:

    gitlab = standing(groups=[ROOT, INTERNAL, PARTNER, replace(ACME, deletion_on=date(2026, 12, 24))], projects_=[PLAN])
    intent = plan(gitlab, "Build")
    assert by_kind(intent, "group") == by_kind(intent, "epic") == []
    assert any("2026-12-24" in sentence for sentence in intent.left_out)


# a plan without epics


FREE = Capabilities("19.4", EpicsBy.MILESTONES, replaced=("weights by nothing",))


def test_without_epics_a_milestone_and_issues_stand_for_them() -> None:
    intent = plan(standing(capable=FREE, epics_=[]), "Build", "Run")
    assert by_kind(intent, "epic") == by_kind(intent, "epic_issue") == []
    milestone = by_kind(intent, "milestone")[0]
    assert (milestone.title, milestone.place) == ("SOW-1234", "ps/internal/acme")
    activities = [c for c in by_kind(intent, "issue") if c.key.startswith("issue:activity:")]
    assert [c.title for c in activities] == ["Build", "Run"]
    assert all(c.after["milestone_id"] == {"$id": milestone.key} for c in activities)
    anchor = next(c for c in by_kind(intent, "issue") if c.key == "issue:customer:SOW-1234")
    assert (anchor.title, anchor.place) == ("SOW-1234 Acme", "ps/plan")
    assert by_kind(intent, "issue_link")[0].after["issue_id"] == {"$id": anchor.key}
    assert by_kind(intent, "note")[0].after["on"] == {"$id": anchor.key}


def test_what_stands_for_what_is_said() -> None:
    said = replaced(seen_by(standing(capable=FREE, epics_=[])))
    assert said[:2] == (
        "the Customer Epic by a labelled issue in ps_plan",
        "the activities' epics by the milestone SOW-1234 and labelled issues",
    )
    assert "weights by nothing" in said
    assert replaced(seen_by(standing())) == ()


# intake


INTAKE = Issue(
    "40#1",
    "1",
    "40",
    "Scheduling Intake",
    "opened",
    description="- [ ] Step 1: a\n- [x] Step 2: b\n- [ ] Step 3: c\n- [ ] Step 7: d",
)


def ticking(description: str | None = None) -> FakeGitLab:
    issue = INTAKE if description is None else replace(INTAKE, description=description)
    return standing(attached={EPIC.id: [issue]})


def test_steps_are_ticked_line_by_line() -> None:
    tasks = by_kind(plan(ticking(), tick=(7, 2)), "task")
    assert [(c.action, c.after.get("line"), c.id) for c in tasks] == [
        (Action.CHANGE, "- [ ] Step 7: d", "40#1"),
        (Action.KEEP, None, "40#1"),
    ]


def test_pm_assignment_waits_for_the_gate() -> None:
    with pytest.raises(RefusedByRule, match="waits for step 1"):
        plan(ticking(), tick=(3,))
    assert len(by_kind(plan(ticking(), tick=(1, 3)), "task")) == 2
    assert len(by_kind(plan(ticking(f"{INTAKE.description}\n## Step 1\nOne platform."), tick=(3,)), "task")) == 1


def test_a_step_without_a_box_cannot_be_ticked() -> None:
    with pytest.raises(WrongUsage, match="no check-box for step 9"):
        plan(ticking(), tick=(9,))
    with pytest.raises(NotFound, match="no intake issue"):
        plan(standing(), tick=(1,))


# advice


def told(space: Space) -> str:
    return " ".join(advice(space))


def test_advice_by_stage_type_and_lead() -> None:
    assert "work at risk" in told(seen_by(standing(), {"stage": "5"}))
    assert "work at risk" not in told(seen_by(standing(), {"stage": "closed-won"}))
    block = seen_by(standing(), part=kantata(EngagementType.CONSULTING_BLOCK))
    assert "Description of Work" in told(block)
    assert "±10 %" in told(block)
    known = kantata()
    assert isinstance(known, Seen)
    assert "Kantata says time and materials" in told(seen_by(standing(), {"sold_as": "fixed_fee"}))
    named = seen_by(standing(epics_=[replace(EPIC, title="SOW-1234 Acme Holding")]))
    assert "The Customer Epic names Acme Holding, Kantata Acme" in told(named)
    other = KantataFacts(known.value.engagement, False)
    assert "Kantata's lead is Ada" in told(seen_by(standing(), part=Seen(other)))
