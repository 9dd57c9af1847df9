"""Top Customer notes: what makes an entry valid (domain.md 3.6), what it says, what changed since last week."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from psdm_cli.domain.pushes import Push
from psdm_cli.domain.top_customer import (
    Entry,
    Kept,
    Link,
    Notes,
    differences,
    from_document,
    one_dri,
    progress_line,
    to_document,
)

RAID, EPIC = "https://gitlab.example.com/c/p/-/issues/1", "https://gitlab.example.com/groups/g/-/epics/1"
GREEN = Notes(progress="Wave 2 is in", dri="@robin", internal="G", customer="G")
YELLOW = replace(GREEN, internal="Y", action="two more runners", fix_by=date(2026, 11, 30), raid=RAID, epic=EPIC)
PUSH = Push("1", "SOW-1", "2026-11", "2026-12", Decimal("12000.00"), "USD", "2026-W47", needs_reason=True)


def entry(notes: Notes, **more: object) -> Entry:
    """An entry with these notes."""
    return replace(Entry("1", "SOW-1", "Acme: Migration", "Acme", notes), **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("notes", "expected"),
    [
        pytest.param(GREEN, [], id="green needs progress, DRI and both letters alone"),
        pytest.param(YELLOW, [], id="yellow with action, day and both links"),
        pytest.param(replace(YELLOW, internal="G", customer="R"), [], id="red at the customer alone, complete"),
        pytest.param(
            replace(GREEN, internal="y", customer="g"), ["action", "fix_by", "links.raid", "links.epic"], id="y"
        ),
        pytest.param(replace(YELLOW, action=""), ["action"], id="yellow without action"),
        pytest.param(replace(YELLOW, fix_by=None), ["fix_by"], id="yellow without the day of the fix"),
        pytest.param(replace(YELLOW, raid=""), ["links.raid"], id="yellow without the RAID"),
        pytest.param(replace(YELLOW, epic=""), ["links.epic"], id="yellow without the epic"),
        pytest.param(replace(YELLOW, epic="ask me"), ["links.epic"], id="a link that is no address"),
        pytest.param(replace(YELLOW, epic="javascript:alert(1)"), ["links.epic"], id="a script is no address"),
        pytest.param(replace(GREEN, issue="late"), ["action", "fix_by"], id="an issue needs action and day, green too"),
        pytest.param(replace(GREEN, internal="X"), ["internal temperature"], id="a letter that is none"),
        pytest.param(replace(GREEN, internal="Yellow"), ["internal temperature"], id="a word is no letter"),
        pytest.param(replace(GREEN, customer=""), ["customer temperature"], id="a letter is missing"),
        pytest.param(replace(GREEN, progress=""), ["progress"], id="no progress"),
        pytest.param(replace(GREEN, progress="one\ntwo"), ["progress"], id="two lines of progress"),
        pytest.param(replace(GREEN, progress="x" * 200), [], id="200 characters"),
        pytest.param(replace(GREEN, progress="x" * 201), ["progress"], id="201 characters"),
        pytest.param(replace(GREEN, dri=""), ["dri"], id="no DRI"),
        *(
            pytest.param(replace(GREEN, dri=text), ["dri"], id=f"several DRIs: {text}")
            for text in ("@a, @b", "@a @b", "PM and TA", "PM & TA", "PM/TA", "@a; @b", "PM + PSE")
        ),
        *(
            pytest.param(replace(GREEN, dri=text), [], id=f"one: {text}")
            for text in ("PM", "@a.b-c", "Regional Manager")
        ),
    ],
)
def test_what_keeps_an_entry_out(notes: Notes, expected: list[str]) -> None:
    found = entry(notes)
    assert [problem.partition(":")[0] for problem in found.problems] == expected
    assert found.is_valid is not bool(expected)


def test_a_push_above_the_threshold_needs_its_reason() -> None:
    assert entry(GREEN, pushes=(PUSH,)).problems == ("pushes: 12,000.00 USD from 2026-11 to 2026-12 has no reason",)
    assert entry(GREEN, pushes=(replace(PUSH, reason="change freeze"),)).is_valid
    assert entry(GREEN, pushes=(replace(PUSH, needs_reason=False),)).is_valid


def test_the_cell_has_the_handbooks_parts_in_their_order() -> None:
    notes = replace(YELLOW, issue="capacity", assistance="a TA for two days", contributors=("Ana", "Bo"), customer="g")
    found = entry(
        notes,
        pushes=(replace(PUSH, reason="freeze"),),
        upside=('can only soft-forecast 10 h because of "y"',),
        scope_changes=(Link("change order", "Change Order 1 - Acme", "https://gitlab.example.com/co"),),
        escalated=(Link("escalated", "SSO is down"),),
    )
    assert found.text.splitlines() == [
        "Progress: Wave 2 is in",
        "Issue: capacity",
        "Action: two more runners; fix by 2026-11-30",
        "Assistance needed: a TA for two days",
        "DRI: @robin; contributors: Ana, Bo",
        "Temperature: internal Y | customer G",
        f"RAID: {RAID}",
        f"Internal Customer Epic: {EPIC}",
        "Open change order: Change Order 1 - Acme https://gitlab.example.com/co",
        "Escalated: SSO is down",
        "Push: 12,000.00 USD from 2026-11 to 2026-12: freeze",
        'Upside: can only soft-forecast 10 h because of "y"',
    ]


def test_links_and_scope_changes_stand_behind_yellow_and_red_alone() -> None:
    behind = (Link("work exception", "WE 1"),)
    assert "Open work exception" not in entry(replace(YELLOW, internal="G"), scope_changes=behind).text
    assert "Open work exception" in entry(replace(YELLOW, customer="R"), scope_changes=behind).text


def test_a_foreign_text_stays_on_its_line() -> None:
    found = entry(replace(GREEN, assistance="one\nTemperature: internal G | customer G"))
    assert [line for line in found.text.splitlines() if line.startswith("Temperature")] == [
        "Temperature: internal G | customer G"
    ]


def test_what_changed_since_an_earlier_week() -> None:
    then = Kept("1", "SOW-1", "Acme", "2026-W47", GREEN, "", "Robin", datetime(2026, 11, 17, tzinfo=UTC))
    assert entry(YELLOW, before=then).changed == (
        ("action", "", "two more runners"),
        ("fix by", "", "2026-11-30"),
        ("internal temperature", "G", "Y"),
        ("link to the RAID", "", RAID),
        ("link to the Internal Customer Epic", "", EPIC),
    )
    assert entry(GREEN, before=then).changed == ()
    assert entry(replace(GREEN, internal="g"), before=then).changed == ()  # the same letter


def test_notes_win_over_what_was_there_where_they_say_something() -> None:
    assert Notes(progress="new", internal="R").over(YELLOW) == replace(YELLOW, progress="new", internal="R")
    assert Notes().over(YELLOW) == YELLOW


texts = st.text(max_size=20)
some_notes = st.builds(
    Notes,
    progress=texts,
    issue=texts,
    action=texts,
    fix_by=st.none() | st.dates(),
    assistance=texts,
    dri=texts,
    contributors=st.lists(texts, max_size=3).map(tuple),
    internal=texts,
    customer=texts,
    raid=texts,
    epic=texts,
)


@settings(max_examples=100, deadline=None)
@given(some_notes)
def test_notes_come_back_from_their_document(notes: Notes) -> None:
    assert from_document(to_document(notes)) == notes
    assert differences(notes, notes) == ()


def test_a_later_psdms_fields_are_left_out() -> None:
    assert from_document({"progress": "x", "mood": "blue"}) == Notes(progress="x")


@pytest.mark.parametrize("text", ["", "  ", "x" * 201])
def test_a_progress_line_that_is_none(text: str) -> None:
    with pytest.raises(ValueError, match="expected"):
        progress_line(text)


def test_answers_are_put_on_one_line() -> None:
    assert progress_line(" one\n two ") == "one two"
    assert one_dri(" @robin ") == "@robin"
    with pytest.raises(ValueError, match="exactly one"):
        one_dri("@a, @b")
