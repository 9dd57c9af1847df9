"""Whom a word of PS Ops' list means, and whose notes are whose."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from builders import assess, workspace

from psdm_cli.domain.top_customer import Notes
from psdm_cli.errors import NotFound, WrongUsage
from psdm_cli.workflows.top_customer_files import Listed
from psdm_cli.workflows.top_customer_list import Desk, assigned, list_of, meant, stored_list
from psdm_cli.workflows.top_customer_notes import GivenNotes


def sow(number: str) -> dict[str, Any]:
    """A SOW's custom field."""
    return {"custom_fields": (("Billing Type", "T&M"), ("SOW", number))}


ROWS = (
    workspace("1", title="SOW-1 Acme: Migration", customer="Acme", **sow("SOW-1")),
    workspace("2", title="Acme: Training", customer="Acme", **sow("SOW-2")),
    workspace("3", title="Acme: Old", customer="Acme", status="Closed", **sow("SOW-3")),
    workspace("4", title="SOW-44 Beta Robotics: Start", customer=None, **sow("SOW-44")),
    workspace("5", title="Gamma", customer="Gamma GmbH & Co", **sow("SOW-5")),
)


class Room:
    """The store's lists."""

    def __init__(self, kept: tuple[str, tuple[str, ...]] | None = None) -> None:
        self.kept = kept

    def latest_list(self, _scope: str, _week: str) -> tuple[str, tuple[str, ...]] | None:
        return self.kept


def desk(kept: tuple[str, tuple[str, ...]] | None = None) -> Desk:
    """A desk over these engagements, as of a day in 2026-W48."""
    prepared: Any = SimpleNamespace(assessment=assess(*ROWS, as_of="2026-11-24"))
    sources: Any = SimpleNamespace(store=SimpleNamespace(top_customers=Room(kept)))
    return Desk(sources, prepared, None, None)  # type: ignore[arg-type]


def note(word: str, line: int = 1) -> GivenNotes:
    """Notes of a file."""
    return GivenNotes(word, f"n.yaml line {line}", Notes(dri="PM"), {})


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("SOW-1", ["SOW-1"]),
        ("sow-44", ["SOW-44"]),
        ("44", ["SOW-44"]),
        ("SOW-3", ["SOW-3"]),  # closed, but named
        (" acme ", ["SOW-1", "SOW-2"]),  # all that are open
        ("Acme: Training", ["SOW-2"]),
        ("beta  robotics", ["SOW-44"]),
        ("Gamma GmbH & Co", ["SOW-5"]),
        ("Gamma", ["SOW-5"]),
        ("Beta Rob", []),  # a part of a word is nobody's name
        ("Robotics", []),
        ("SOW-4", []),
        ("", []),
    ],
)
def test_whom_a_word_means(word: str, expected: list[str]) -> None:
    assert sorted(each.name for each in meant(desk(), word)) == expected


def test_a_list_keeps_its_order_and_names_everybody_once() -> None:
    words = [Listed("Beta Robotics", "l line 1"), Listed("SOW-2", "l line 2"), Listed("Acme", "l line 3")]
    week = list_of(desk(), words, "l")
    assert [each.name for each in week.engagements] == ["SOW-44", "SOW-2", "SOW-1"]
    assert (week.left_out, week.is_new) == ((), True)


def test_unknown_names_are_all_told_or_left_out() -> None:
    words = [Listed("Acme", "l line 1"), Listed("Akme", "l line 2"), Listed("SOW-9", "l line 3")]
    with pytest.raises(NotFound) as caught:
        list_of(desk(), words, "l")
    assert "Akme (l line 2), did you mean Acme?; SOW-9 (l line 3)" in caught.value.message
    week = list_of(desk(), words, "l", only_mine=True)
    assert (len(week.engagements), week.left_out) == (2, ("Akme", "SOW-9"))
    with pytest.raises(NotFound, match="None of the 2 names"):
        list_of(desk(), words[1:], "l", only_mine=True)


def test_without_a_list_the_stored_one_counts_then_the_notes() -> None:
    week = stored_list(desk(("2026-W47", ("2", "77", "1"))), ())
    assert [each.name for each in week.engagements] == ["SOW-2", "SOW-1"]
    assert (week.origin, week.left_out, week.is_new) == ("the list of 2026-W47", ("project 77",), False)
    assert stored_list(desk(("2026-W48", ("1",))), ()).origin == "this week's list"
    assert [each.name for each in stored_list(desk(), [note("SOW-2")]).engagements] == ["SOW-2"]
    with pytest.raises(WrongUsage, match="no list of customers"):
        stored_list(desk(), ())


@pytest.mark.parametrize(
    ("given", "error", "said"),
    [
        ([note("SOW-9")], NotFound, "SOW-9"),
        ([note("SOW-5", 7)], WrongUsage, "n.yaml line 7: SOW-5 is not in l"),
        ([note("Acme")], WrongUsage, "Acme has several engagements: SOW-1, SOW-2"),
        ([note("SOW-44"), note("Beta Robotics", 5)], WrongUsage, "line 5: SOW-44 has notes already"),
    ],
)
def test_notes_that_belong_to_nobody(given: list[GivenNotes], error: type[Exception], said: str) -> None:
    here = desk()
    words = [Listed("SOW-1", ""), Listed("SOW-2", ""), Listed("SOW-44", "")]
    with pytest.raises(error, match=said):
        assigned(here, list_of(here, words, "l"), given)


def test_notes_by_customer_where_the_list_has_one_of_theirs() -> None:
    here = desk()
    found = assigned(here, list_of(here, [Listed("SOW-1", "")], "l"), [note("Acme")])
    assert set(found) == {"1"}
