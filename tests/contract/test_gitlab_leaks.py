"""Leaks that stand already: in each part of a customer's space, and what could not be looked at is said."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from gitlab_doors_fixtures import NAMES, Space, space

from psdm_cli.domain.internal_words import InternalRules
from psdm_cli.domain.leaks import LeakReport
from psdm_cli.errors import RefusedByRule
from psdm_cli.output.leaks_document import leaks_answer
from psdm_cli.workflows.leaks import find_leaks

RULES = InternalRules(internal_paths=("acme/ps",), customer_paths=NAMES.delivery)
MARGIN = "the margin of 12,345 USD"


@pytest.fixture
def at() -> Iterator[Space]:
    with space() as made:
        yield made
        assert {method for method, shown in made.world.requests if "graphql" not in shown} == {"GET"}


def audit(at: Space, *sows: str) -> LeakReport:
    return find_leaks(at.adapter, NAMES, RULES, sows or ("SOW-1234",))


def test_a_clean_space_is_clean(at: Space) -> None:
    at.world.issue(at.ids["SOW-1234"], "RAID - Customer", description="40 hours", labels=["PS RAID Log"])
    at.world.issue(at.ids["plan"], "Margin", description=MARGIN)  # where it belongs
    at.world.epic(at.ids["ps"], "Upside", description=MARGIN)
    report = audit(at)
    assert (report.leaks, report.not_seen, report.without) == ((), (), ())
    assert [(place.sow, place.place) for place in report.places] == [
        (None, "acme/ps/delivery/ours/customer"),
        ("SOW-1234", "acme/ps/delivery/ours/customer/SOW-1234"),
    ]
    assert leaks_answer(report).exit_code == 0


def plant(at: Space, part: str) -> None:
    project, group = at.ids["SOW-1234"], at.ids["customer"]
    row = at.world.issue(project, "On")
    hung: dict[str, Any] = {
        "issue title": lambda: at.world.issue(project, f"T {MARGIN}"),
        "issue description": lambda: at.world.issue(project, description=MARGIN, state="closed"),
        "issue labels": lambda: row.update(labels=["WE-ps"]),
        "epic title": lambda: at.world.epic(group, MARGIN),
        "epic description": lambda: at.world.epic(group, description=MARGIN),
        "note": lambda: at.world.notes.append(
            {"id": 9, "body": MARGIN, "internal": True, "system": False, "author": at.world.users[1], "on": row["id"]}
        ),
        "label": lambda: at.world.label("Work Exception", project=project),
        "group description": lambda: at.world.groups[group].update(description=MARGIN),
        "project description": lambda: at.world.projects[project].update(description=MARGIN),
        "README.md": lambda: at.world.files.update(
            {(project, "README.md"): {"content": MARGIN, "last_commit_id": "c"}}
        ),
        "wiki page": lambda: at.world.wiki.append({"slug": "home", "title": "Home", "content": MARGIN}),
        "milestone": lambda: at.world.milestones.append(
            {"id": 8, "iid": 1, "state": "active", "title": MARGIN, "at": {"project": project}, "web_url": "http://x/8"}
        ),
    }
    hung[part]()


@pytest.mark.parametrize(
    "part",
    [
        "issue title",
        "issue description",
        "issue labels",
        "epic title",
        "epic description",
        "note",
        "label",
        "group description",
        "project description",
        "README.md",
        "wiki page",
        "milestone",
    ],
)
def test_a_leak_is_found_wherever_it_stands(at: Space, part: str) -> None:
    plant(at, part)
    report = audit(at)
    assert {leak.part for leak in report.leaks} == {part}
    answer = leaks_answer(report)
    assert (answer.exit_code, answer.status) == (3, "attention")
    assert "12,345" not in str(answer.json_result())  # the finding does not repeat the amount
    assert all(leak.url for leak in report.leaks)
    assert [leak.key for leak in audit(at).leaks] == [leak.key for leak in report.leaks]


@pytest.mark.parametrize(
    ("path", "status", "part"),
    [
        (r"/issues$", "403", "issues"),
        (r"/labels$", "403", "labels"),
        (r"/wikis$", "403", "wiki"),
        (r"README", "403", "README.md"),
    ],
)
def test_what_cannot_be_looked_at_is_said(at: Space, path: str, status: str, part: str) -> None:
    for _ in range(4):
        at.world.fault("GET", path, status, {"message": "403 Forbidden"})
    report = audit(at)
    assert part in {each.part for each in report.not_seen}
    assert "is needed" in report.not_seen[0].why
    answer = leaks_answer(report)
    assert answer.exit_code == 3
    assert answer.json_result()["unverified"][0]["part"] == report.not_seen[0].part


def test_a_wiki_that_is_switched_off_leaks_nothing(at: Space) -> None:
    at.world.fault("GET", r"/wikis$", "404", {"message": "404 Not Found"})
    assert audit(at).not_seen == ()


def test_a_sow_without_a_project_is_named(at: Space) -> None:
    report = audit(at, "SOW-1234", "SOW-9")
    assert report.without == ("SOW-9",)


def test_a_wrong_configuration_is_refused(at: Space) -> None:
    at.world.groups[at.ids["ps"]]["visibility"] = "public"
    with pytest.raises(RefusedByRule):
        audit(at)
