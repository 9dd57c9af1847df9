"""Recognising a RAID log that nobody renamed; what is wanted of a space: labels, activities, addresses."""

from __future__ import annotations

from datetime import date

import pytest

from psdm_cli.domain.gitlab import Issue
from psdm_cli.domain.space.addresses import Addresses
from psdm_cli.domain.space.names import Contract
from psdm_cli.domain.space.raid import find_raid, is_renamed
from psdm_cli.domain.space.wanted import GROUP_LABELS, Wanted, activity, as_text, from_text, labels_of, once
from psdm_cli.settings.handbook import LABELS

SOW = Contract("1234")
LOG = "## Risks\n| a |\n\n## Actions\n\n## Issues\n\n## Decisions\n"


def issue(iid: int, title: str, text: str = "", state: str = "opened") -> Issue:
    return Issue(f"9#{iid}", str(iid), "9", title, state, description=text)


@pytest.mark.parametrize(
    ("issues", "found"),
    [
        ([issue(1, "Setup"), issue(2, "CPR template RAID", LOG)], (2, "title")),
        ([issue(1, "Project log", LOG)], (1, "headings")),
        ([issue(1, "RAID: a risk"), issue(2, "RAID - x - y", LOG)], (2, "title")),
        ([issue(1, "RAID"), issue(2, "RAID")], (1, "title")),
        ([issue(1, "RAID", state="closed"), issue(2, "RAID - Acme")], (2, "title")),
        ([issue(1, "Afraid of nothing"), issue(2, "Minutes", "## Decisions\n## Actions")], None),
        ([], None),
    ],
)
def test_the_log_among_a_projects_issues(issues: list[Issue], found: tuple[int, str] | None) -> None:
    seen = find_raid(issues, None)
    assert (None if seen is None else (int(seen[0].iid), seen[1])) == found


def test_a_marker_beats_everything() -> None:
    marked = issue(7, "Renamed by somebody")
    assert find_raid([issue(1, "RAID", LOG), marked], marked) == (marked, "marker")


@pytest.mark.parametrize(
    ("title", "customer", "renamed"),
    [
        ("RAID - Acme - SOW-1234", "Acme", True),
        ("raid – ACME – sow 1234", "Acme", True),
        ("RAID - A - B - SOW-1234", "A - B", True),
        ("RAID - Acme - SOW-99", "Acme", False),
        ("RAID - Other - SOW-1234", "Acme", False),
        ("RAID", "Acme", False),
        ("RAID - <Customer> - SOW/PO#", "Acme", False),
        ("RAID - Somebody - SOW-1234", None, True),
    ],
)
def test_whether_it_is_renamed(title: str, customer: str | None, renamed: bool) -> None:
    assert is_renamed(issue(1, title), customer, SOW) is renamed


def wanted(contract: Contract = SOW, titles: tuple[str, ...] = ("Build", "Run")) -> Wanted:
    texts = {key: (name, color) for key, (name, color, _) in LABELS.items()}
    labels = labels_of(texts, {}, pm="ada", contract=contract)
    return Wanted(contract, "Acme", "internal", tuple(activity(title) for title in titles), labels)


def test_labels_have_the_settings_spelling() -> None:
    assert wanted().epic_labels == ("PM::ada", "PSD Workflow::Not Started", "SOW-1234")
    assert wanted(Contract("7724", po=True)).epic_labels[2] == "PO-7724"
    assert wanted().labels["priority_high"].name == "PS:: Priority High"


def test_no_internal_label_goes_to_the_customer() -> None:
    names = " ".join(LABELS[key][0] for key in GROUP_LABELS)
    assert not any(word in names for word in ("WE-", "Work at Risk", "Work Exception", "Change Order", "ll", "Retro"))


@pytest.mark.parametrize(
    ("seen", "lacking"),
    [
        ((), ("PM::ada", "PSD Workflow::Not Started", "SOW-1234")),
        (("PM::ada", "PSD Workflow::Not Started", "SOW-1234"), ()),
        (("PM::bob", "PSD Workflow::Done", "SOW-1234"), ()),
        (("sow-1234", "pm::ada"), ("PSD Workflow::Not Started", "SOW-1234")),
    ],
)
def test_an_epic_gets_what_it_lacks_and_keeps_what_people_decided(
    seen: tuple[str, ...], lacking: tuple[str, ...]
) -> None:
    assert wanted().lacking_labels(seen) == lacking


def test_activities_are_kept_as_a_text_and_read_again() -> None:
    rows = (activity("Build / run “now” 🚀", date(2026, 12, 1), date(2026, 12, 31)), activity("Train"))
    assert from_text(as_text(rows)) == rows
    assert from_text("nonsense") == from_text('{"a": 1}') == from_text(None) == ()
    assert [each.title for each in once((*rows, activity("train")))] == ["Build / run “now” 🚀", "Train"]


@pytest.mark.parametrize("title", ["", "  ", "\u202e"])
def test_an_activity_needs_a_name(title: str) -> None:
    with pytest.raises(ValueError, match="name of an activity"):
        activity(title)


def test_an_activity_ends_after_it_starts() -> None:
    with pytest.raises(ValueError, match="lies before the start"):
        activity("Build", date(2026, 12, 2), date(2026, 12, 1))


def test_addresses_are_those_of_gitlabs_pages() -> None:
    pages = Addresses("https://git.example.com/base/")
    assert pages.group("a/b") == "https://git.example.com/base/groups/a/b"
    assert pages.issue("a/b/SOW-1", "7") == "https://git.example.com/base/a/b/SOW-1/-/issues/7"
    assert pages.epic("a/b", "3") == "https://git.example.com/base/groups/a/b/-/epics/3"
    assert pages.issues("a/b", "PS RAID Log").endswith("/-/issues?label_name%5B%5D=PS%20RAID%20Log")
