"""The scoping issue in the forms that people write, and where it differs from Kantata."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from psdm_cli.domain.engagements import Booking, Engagement, EngagementType
from psdm_cli.domain.gitlab import Issue
from psdm_cli.domain.portfolio import StoredDates
from psdm_cli.domain.records import Workspace
from psdm_cli.domain.space.scoping import Scoping, differences, is_scoping, parse, type_named
from psdm_cli.domain.spreading import Spread

TM, FF = EngagementType.TIME_AND_MATERIALS, EngagementType.FIXED_FEE


def scoping(text: str) -> Scoping:
    return parse(Issue("1#3", "3", "1", "Scope Engagement and Write SoW", "opened", description=text))


@pytest.mark.parametrize(
    "text",
    [
        "Type: T&M\nSkills: migration, CI\nTiming: 2026-12-02 to 2027-03-15",
        "**Project type:** Time & Materials\n- **Skill sets**: migration; CI\n- Start: 2026-12-02\n- End: 2027-03-15",
        "| Field | Value |\n|---|---|\n| Project type | T&M |\n| Skills | migration, CI |\n"
        "| Start date | 2026-12-02 |\n| End date | 2027-03-15 |",
        "## Project type\nTime and Materials (T&M)\n## Skills needed\n- migration\n- CI\n"
        "## Timing\nfrom 2026-12-02 until 2027-03-15",
    ],
)
def test_type_dates_and_skills_in_every_form(text: str) -> None:
    found = scoping(text)
    assert (found.type, found.start, found.end) == (TM, date(2026, 12, 2), date(2027, 3, 15))
    assert found.skills == ("migration", "CI")
    assert found.unread == ()


def test_what_is_not_said_is_unread() -> None:
    assert scoping("## Project type\n_TBD_\n\nSkills: TBD\nTiming: soon").unread == ("type", "timing", "skills")
    assert scoping("Start: 2026-13-45").start is None


def test_the_breakdown_proposes_activities() -> None:
    found = scoping("## Scope breakdown\n- Discovery\n- Migration: 20 repositories\n- Discovery\n\n## Risks\n- none")
    assert found.activities == ("Discovery", "Migration: 20 repositories")


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("T&M", TM),
        ("Fixed Fee (FF)", FF),
        ("fixed price", FF),
        ("Consulting Blocks", EngagementType.CONSULTING_BLOCK),
        ("Time & Materials", TM),
        ("T&M or FF", None),
        ("something", None),
        (None, None),
    ],
)
def test_a_type_by_name(text: str | None, kind: EngagementType | None) -> None:
    assert type_named(text) is kind


def engagement(kind: EngagementType = TM, people: tuple[str, ...] = ()) -> Engagement:
    workspace = Workspace("7", "Acme", start_date=date(2026, 12, 2), due_date=date(2027, 3, 15))
    days = Spread.over(date(2026, 12, 2), 60, (60,))
    bookings = tuple(Booking(who, who, who, who, "PSE", True, None, days) for who in people)
    return Engagement(workspace, "SOW-1", kind, None, None, None, StoredDates(), bookings=bookings)


def test_differences_from_kantata_are_named() -> None:
    found = scoping("Type: FF\nStart: 2026-12-09\nEnd: 2027-03-15\nSkills: Kubernetes, GitLab CI")
    said = [each.said for each in differences(found, engagement(people=("a",)), {"a": ("gitlab-ci", "Go")})]
    assert said == [
        "type: the scoping issue says fixed fee, Kantata time and materials",
        "start: the scoping issue says 2026-12-09, Kantata 2026-12-02",
        "skills: the scoping issue says Kubernetes, Kantata nobody with them among the people booked",
    ]


def test_what_one_side_does_not_say_is_no_difference() -> None:
    bare = replace(engagement(), workspace=Workspace("7", "Acme"))
    assert differences(scoping("Start: 2026-12-09\nSkills: Go"), bare, None) == ()
    assert differences(scoping("nothing"), engagement(people=("a",)), {"a": ("Go",)}) == ()
    assert differences(scoping("Skills: Go"), engagement(people=("a",)), {"b": ("Go",)}) == ()


@pytest.mark.parametrize(
    ("title", "is_it"),
    [
        ("Scope Engagement and Write SoW - Acme", True),
        ("scope engagement", True),
        ("Write the SOW", True),
        ("Scope", False),
    ],
)
def test_its_title(title: str, is_it: bool) -> None:
    assert is_scoping(title) is is_it
