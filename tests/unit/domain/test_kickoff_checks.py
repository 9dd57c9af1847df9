"""The kickoff's checks, INIT-01 to INIT-24: each seen to pass, to find something, and to say what it could not see."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from builders import assess, d, fixed_fee, hard, milestone, moneyless, request, resource, soft, workspace

from psdm_cli.domain.assessment import Assessment
from psdm_cli.domain.engagements import EngagementType
from psdm_cli.domain.findings import State
from psdm_cli.domain.gitlab import (
    Board,
    Capabilities,
    Epic,
    EpicsBy,
    GitLabUser,
    Group,
    Issue,
    Member,
    Project,
    RepositoryFile,
)
from psdm_cli.domain.kickoff_checks.catalog import CHECKS, checked
from psdm_cli.domain.kickoff_checks.common import Kickoff
from psdm_cli.domain.records import Kind
from psdm_cli.domain.space.intake import Box, Intake, IntakeStep
from psdm_cli.domain.space.names import Contract
from psdm_cli.domain.space.observed import ActivitySeen, Anchor, KantataFacts, Missing, RaidSeen, Seen, Space, Unseen
from psdm_cli.domain.space.scoping import Scoping

AS_OF = date(2026, 11, 23)
HIDDEN = Unseen("could not look: no permission")
EPIC = Epic("9&4", "4", "9", "SOW-1001 Acme", "opened", "https://gl/epic", labels=("SOW-1001",))
PAT = GitLabUser("7", "pat", "Pat Lead")
ROOT = Group("1", "Delivery", "delivery", "ps/delivery", "private")
GROUP = Group("2", "Acme", "acme", "ps/delivery/acme", "private", "https://gl/acme", parent_id="1", ancestors=("1",))
PROJECT = Project("3", "SOW-1001", "SOW-1001", "ps/delivery/acme/SOW-1001", "private", "https://gl/p")
LABELS = ("PM::pat", "PSD Workflow::Not Started", "SOW-1001")


def issue(title: str, **more: Any) -> Issue:
    return Issue("3#1", "1", "3", title, "opened", f"https://gl/{title[:4]}", **more)


def intake(*done: int, unknown: bool = False) -> Intake:
    """Steps done by number; `unknown`: no box and no section."""
    steps = tuple(
        IntakeStep(n, f"step {n}", "EM", () if unknown else (Box(f"- [ ] Step {n}", n in done),)) for n in range(1, 10)
    )
    return Intake(issue("Scheduling Intake"), steps)


def scoping(**more: Any) -> Scoping:
    told: dict[str, Any] = {"type": EngagementType.TIME_AND_MATERIALS, "start": d("2026-01-05"), "skills": ("CI",)}
    return Scoping(issue("Scope Engagement and Write SoW"), **{**told, **more})


def whole(**parts: Any) -> Space:
    """A complete space of SOW-1001 Acme, but for the parts that are given."""
    retro = replace(issue("Retrospective - Acme - SOW-1001"), labels=("SOW-1001",), epic_id="9&4")
    seen: dict[str, Any] = {
        "contract": Contract("1001"),
        "customer": "Acme",
        "capabilities": Capabilities("19.4", EpicsBy.WORK_ITEMS),
        "me": PAT,
        "customer_epic": Seen(Anchor(EPIC, ("https://contract",))),
        "intake": Seen(intake(1, 2)),
        "scoping": Seen(scoping()),
        "dow": Seen("Description of Work.pdf"),
        "parent": Seen(ROOT),
        "group": Seen(GROUP),
        "project": Seen(PROJECT),
        "activities": Seen((ActivitySeen(replace(EPIC, title="Migration", labels=LABELS), "migration"),)),
        "labels": Seen(()),
        "raid": Seen(RaidSeen(issue("RAID - Acme - SOW-1001"), True)),
        "retro": Seen(retro),
        "boards": Seen((Board("1", "SOW-1001"),)),
        "readme": Seen(RepositoryFile("README.md", "# Charter")),
        "templates": Seen(("risk",)),
        "links_note": Missing(),
        "members": Seen((Member(PAT, 50, inherited=True),)),
        "kantata": Missing(),
    }
    return Space(**{**seen, **parts})


def kickoff(
    *records: Any, facts: Mapping[str, str | None] | None = None, refused: tuple[Kind, ...] = (), **parts: Any
) -> Kickoff:
    """A kickoff over these Kantata records (none: Kantata does not know the SOW) and this space."""
    assessment: Assessment | None = assess(*records, refused=refused) if records else None
    engagement = assessment.engagements[0] if assessment is not None and assessment.engagements else None
    if engagement is not None and "kantata" not in parts:
        parts["kantata"] = Seen(KantataFacts(engagement, True))
    return Kickoff("SOW-1001", AS_OF, whole(**parts), engagement, assessment, facts or {}, me="u0")


LEAD = workspace(lead_id="u0")
ALL = (LEAD, resource("r1"), hard("2026-11-23", "2027-01-29", 400))
PM = resource("r2", "Project Manager", "u0")

GITLAB_CASES = [
    # check, a part and what was seen of it, the state, words of the reason
    ("customer-epic", {}, State.PASS, "https://gl/epic"),
    ("customer-epic", {"customer_epic": Missing("nothing bears SOW-1001")}, State.ATTENTION, "nothing bears"),
    ("customer-epic", {"customer_epic": Missing(), "several_epics": (EPIC, EPIC)}, State.ATTENTION, "several might"),
    ("customer-epic", {"customer_epic": Seen(Anchor(EPIC))}, State.ATTENTION, "no link to contract"),
    ("customer-epic", {"customer": "Umbra"}, State.ATTENTION, "lacks the customer Umbra"),
    (
        "customer-epic",
        {"customer_epic": Seen(Anchor(replace(EPIC, labels=()), ("x",)))},
        State.ATTENTION,
        "lacks the label SOW-1001",
    ),
    (
        "customer-epic",
        {"customer_epic": Seen(Anchor(replace(EPIC, title="Acme"), ("x",)))},
        State.ATTENTION,
        "lacks SOW-1001",
    ),
    ("customer-epic", {"customer_epic": HIDDEN}, State.UNVERIFIED, "could not look"),
    ("scheduling-intake", {}, State.PASS, "2 of 9 steps done"),
    ("scheduling-intake", {"intake": Seen(intake(2))}, State.ATTENTION, "step 1 is open"),
    ("scheduling-intake", {"intake": Missing()}, State.ATTENTION, "no Scheduling Intake"),
    ("scheduling-intake", {"intake": Seen(intake(unknown=True))}, State.UNVERIFIED, "nobody can tell"),
    ("scheduling-intake", {"intake": HIDDEN}, State.UNVERIFIED, "could not look"),
    ("scoping-issue", {}, State.PASS, "as in Kantata"),
    ("scoping-issue", {"scoping": Seen(scoping(skills=()))}, State.ATTENTION, "does not say the skills"),
    ("scoping-issue", {"scoping": Missing()}, State.ATTENTION, "no Scope Engagement"),
    ("scoping-issue", {"scoping": HIDDEN}, State.UNVERIFIED, "could not look"),
    ("description-of-work", {}, State.PASS, "Description of Work.pdf"),
    ("description-of-work", {"dow": Missing()}, State.ATTENTION, "wanted before the transition"),
    ("description-of-work", {"dow": HIDDEN}, State.UNVERIFIED, "could not look"),
    ("parent-group", {}, State.PASS, "lies in ps/delivery"),
    ("parent-group", {"group": Seen(replace(GROUP, parent_id="8", ancestors=("8",)))}, State.ATTENTION, "not lie in"),
    ("parent-group", {"group": Missing()}, State.PASS, "the parent group is ps/delivery"),
    ("parent-group", {"group": HIDDEN}, State.UNVERIFIED, "could not look"),
    ("customer-subgroup", {}, State.PASS, "https://gl/acme"),
    ("customer-subgroup", {"group": Missing()}, State.ATTENTION, "no subgroup"),
    ("customer-subgroup", {"group": Seen(replace(GROUP, visibility="public"))}, State.ATTENTION, "is public"),
    ("customer-subgroup", {"group": Seen(replace(GROUP, deletion_on=AS_OF))}, State.ATTENTION, "waits for its del"),
    ("customer-subgroup", {"group": HIDDEN}, State.UNVERIFIED, "could not look"),
    ("project", {}, State.PASS, "https://gl/p"),
    ("project", {"project": Missing()}, State.ATTENTION, "no project SOW-1001"),
    ("project", {"project": Missing(waits_for="the subgroup")}, State.MANUAL, "waits for the subgroup"),
    (
        "project",
        {"project": Seen(replace(PROJECT, visibility="internal"))},
        State.ATTENTION,
        "is internal, not private",
    ),
    ("project", {"project": Seen(replace(PROJECT, path="acme"))}, State.ATTENTION, "its path is acme"),
    ("project", {"project": Seen(replace(PROJECT, archived=True))}, State.ATTENTION, "archived"),
    ("project", {"project": HIDDEN}, State.UNVERIFIED, "could not look"),
    ("activity-epics", {}, State.PASS, "1 epic: Migration"),
    ("activity-epics", {"activities": Seen(())}, State.ATTENTION, "no activity"),
    ("activity-epics", {"activities": Missing(waits_for="the subgroup")}, State.MANUAL, "waits for"),
    (
        "activity-epics",
        {"activities": Seen((ActivitySeen(replace(EPIC, title="Migration", labels=LABELS[:2]), "migration"),))},
        State.ATTENTION,
        "'Migration' lacks the label SOW-1001",
    ),
    ("activity-epics", {"activities": HIDDEN}, State.UNVERIFIED, "could not look"),
    ("raid", {}, State.PASS, "https://gl/RAID"),
    ("raid", {"raid": Seen(RaidSeen(issue("RAID template"), False))}, State.ATTENTION, "still called 'RAID template'"),
    ("raid", {"raid": Missing()}, State.ATTENTION, "no RAID issue"),
    ("raid", {"raid": HIDDEN}, State.UNVERIFIED, "could not look"),
    ("board-readme", {}, State.PASS, "board SOW-1001, README.md"),
    ("board-readme", {"boards": Seen(())}, State.ATTENTION, "no board"),
    ("board-readme", {"readme": Missing()}, State.ATTENTION, "no README"),
    ("board-readme", {"boards": Missing(waits_for="the project")}, State.MANUAL, "waits for the project"),
    ("board-readme", {"readme": HIDDEN}, State.UNVERIFIED, "could not look"),
    ("retrospective", {}, State.PASS, "https://gl/Retr"),
    ("retrospective", {"retro": Missing()}, State.ATTENTION, "is missing"),
    ("retrospective", {"retro_attached": False}, State.ATTENTION, "not on the Customer Epic"),
    ("retrospective", {"retro": Seen(issue("Retro", epic_id="9&4"))}, State.ATTENTION, "lacks the label"),
    ("retrospective", {"retro": HIDDEN}, State.UNVERIFIED, "could not look"),
    ("members", {}, State.PASS, "nobody yet"),
    ("members", {"members": Seen((Member(PAT, 30, expires=AS_OF),))}, State.PASS, "Pat Lead (@pat) until 2026-11-23"),
    ("members", {"members": Missing(waits_for="the project")}, State.MANUAL, "waits for the project"),
    ("members", {"members": HIDDEN}, State.UNVERIFIED, "could not look"),
]


@pytest.mark.parametrize(("check", "parts", "state", "words"), GITLAB_CASES)
def test_what_is_seen_in_gitlab(check: str, parts: Mapping[str, Any], state: State, words: str) -> None:
    found = CHECKS[check](kickoff(**parts))
    assert (found.state, words in found.reason) == (state, True), found.reason


def test_the_scoping_issue_is_held_against_kantata() -> None:
    found = CHECKS["scoping-issue"](kickoff(*ALL, scoping=Seen(scoping(type=EngagementType.FIXED_FEE))))
    assert (found.state, [f.key for f in found.findings]) == (State.ATTENTION, ["INIT-03:SOW-1001:differs-type"])
    assert "fixed fee" in found.reason
    assert "time and materials" in found.reason


KANTATA_CASES: list[Any] = [
    # check, records, facts, refused kinds, the state, words of the reason
    ("opportunity", ALL, {}, (), State.PASS, "Kantata's status is Active"),
    ("opportunity", ALL, {"stage": "6"}, (), State.ATTENTION, "needs an approved work at risk"),
    ("opportunity", ALL, {"stage": "closed-won"}, (), State.PASS, "Active"),
    ("opportunity", (), {"stage": "5", "kickoff": "2026-11-20"}, (), State.ATTENTION, "kickoff was held"),
    ("opportunity", (), {"stage": "5"}, (), State.UNVERIFIED, "Kantata has no project"),
    (
        "opportunity",
        (workspace(status="Prospect"),),
        {"stage": "closed-won"},
        (),
        State.ATTENTION,
        "Kantata's status is Prospect",
    ),
    ("project-lead", ALL, {}, (), State.PASS, "Pat Lead leads"),
    ("project-lead", (workspace(lead_id="u9"),), {}, (), State.ATTENTION, "not you"),
    ("project-lead", (workspace(lead_id=None),), {}, (), State.ATTENTION, "nobody leads"),
    ("project-lead", (), {}, (), State.UNVERIFIED, "Kantata has no project"),
    ("budget", ALL, {}, (), State.PASS, "time and materials, 100,000.00 USD"),
    ("budget", (fixed_fee(), milestone()), {}, (), State.PASS, "1 milestone open"),
    ("budget", (workspace(price_in_cents=0),), {}, (), State.ATTENTION, "no budget"),
    ("budget", (workspace(type="Retainer"),), {}, (), State.ATTENTION, "not a known type"),
    ("budget", (fixed_fee(),), {}, (), State.ATTENTION, "no milestone"),
    ("budget", (LEAD, resource("r1", rate=None)), {}, (), State.ATTENTION, "without a bill rate"),
    ("budget", (moneyless(),), {}, (), State.UNVERIFIED, "financial access"),
    ("budget", (), {}, (), State.UNVERIFIED, "Kantata has no project"),
    ("allocations", (*ALL, PM), {}, (), State.PASS, "hard: PSE; soft: nobody"),
    ("allocations", (*ALL, PM, soft("2026-12-01")), {}, (), State.PASS, "soft: "),
    ("allocations", ALL, {}, (), State.ATTENTION, "no PM is on the project"),
    ("allocations", (LEAD, PM), {}, (), State.ATTENTION, "no PSE or TA"),
    ("allocations", ALL, {}, (Kind.ALLOCATIONS,), State.UNVERIFIED, "could not look"),
    ("allocations", (), {}, (), State.UNVERIFIED, "Kantata has no project"),
    ("transition", ALL, {"transition": "2026-11-20"}, (), State.PASS, "held on Fri 20 Nov 2026"),
    ("transition", ALL, {"transition": "2026-11-30"}, (), State.ATTENTION, "still to come"),
    ("kickoff", ALL, {}, (), State.PASS, "in Kantata: Mon 5 Jan 2026"),
    ("kickoff", ALL, {"kickoff": "2026-11-30"}, (), State.ATTENTION, "still to come"),
    ("kickoff", (), {}, (), State.UNVERIFIED, "Kantata has no project"),
    (
        "hard-bookings",
        (*ALL, PM, hard("2026-11-23", "2027-01-29", 60, of="r2")),
        {},
        (),
        State.PASS,
        "every required role is booked",
    ),
    ("hard-bookings", (*ALL, PM), {}, (), State.ATTENTION, "no hard PM booking from Mon 23 Nov 2026"),
    ("hard-bookings", (*ALL, PM, request("r2")), {}, (), State.PASS, "PM asked for"),
    ("hard-bookings", (workspace(start_date="2027-03-01"), PM), {}, (), State.MANUAL, "beyond the two months"),
    ("hard-bookings", (*ALL, PM), {}, (Kind.ALLOCATIONS,), State.UNVERIFIED, "could not look"),
    ("hard-bookings", (), {}, (), State.UNVERIFIED, "Kantata has no project"),
    ("milestone-dates", (fixed_fee(), milestone()), {}, (), State.PASS, "1 milestone, each with its date"),
    ("milestone-dates", (fixed_fee(), milestone(due=None)), {}, (), State.ATTENTION, "no sign-off date"),
    ("milestone-dates", (fixed_fee(),), {}, (), State.ATTENTION, "no open milestone"),
    ("milestone-dates", (fixed_fee(),), {}, (Kind.STORIES,), State.UNVERIFIED, "could not look"),
    ("milestone-dates", (), {}, (), State.UNVERIFIED, "Kantata has no project"),
    ("active", ALL, {}, (), State.PASS, "the status is Active"),
    ("active", (workspace(status="In Set Up"),), {"kickoff": "2026-11-20"}, (), State.ATTENTION, "is In Set Up"),
    ("active", (workspace(status="In Set Up"),), {"kickoff": "2026-11-30"}, (), State.MANUAL, "after the kickoff"),
    ("active", (workspace(status=None),), {}, (), State.UNVERIFIED, "not visible"),
    ("active", (), {}, (), State.UNVERIFIED, "Kantata has no project"),
]


@pytest.mark.parametrize(("check", "records", "facts", "refused", "state", "words"), KANTATA_CASES)
def test_what_is_seen_in_kantata(
    check: str,
    records: tuple[Any, ...],
    facts: Mapping[str, str | None],
    refused: tuple[Kind, ...],
    state: State,
    words: str,
) -> None:
    found = CHECKS[check](kickoff(*records, facts=facts, refused=refused))
    assert (found.state, words in found.reason) == (state, True), found.reason


def test_every_check_is_seen_to_pass_to_find_something_and_to_say_what_it_could_not_see() -> None:
    seen: dict[str, set[State]] = {name: set() for name in CHECKS}
    for check, *_, state, _words in (*GITLAB_CASES, *KANTATA_CASES):
        seen[check].add(state)
    told = {"transition", "members"}  # only a person can tell: the check knows what was told, or shows who was invited
    lacking = {
        name
        for name, states in seen.items()
        if not states >= {State.PASS, State.ATTENTION, State.UNVERIFIED} and name not in told
    }
    assert lacking == set()
    assert all(State.PASS in states for states in seen.values())


def test_findings_keep_their_keys_and_say_what_to_do() -> None:
    every: Callable[[], list[Any]] = lambda: [  # noqa: E731
        finding
        for step in checked(kickoff(*ALL, group=Missing(), raid=Missing(), retro=Missing())).values()
        for finding in step.findings
    ]
    first, second = every(), every()
    assert [f.key for f in first] == [f.key for f in second]
    assert len({f.key for f in first}) == len(first)
    assert all(f.fix for f in first if f.key.endswith(":missing"))
    assert {f.project for f in first} == {"1"}
