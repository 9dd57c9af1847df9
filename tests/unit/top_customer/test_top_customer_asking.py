"""Completing notes field by field: what is asked, what is offered, what is kept when somebody stops."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from psdm_cli.domain.pushes import Push
from psdm_cli.domain.top_customer import Entry, Kept, Notes
from psdm_cli.errors import Interrupted
from psdm_cli.prompting import ScriptedPrompter
from psdm_cli.workflows.top_customer_asking import Conversation

AS_OF = date(2026, 11, 24)
RAID, EPIC = "https://gitlab.example.com/r", "https://gitlab.example.com/e"
DRAFT = Entry("1", "SOW-1", "Acme: Migration", "Acme", Notes(progress="drafted", dri="PM", raid=RAID, epic=EPIC))
OTHER = replace(DRAFT, project="2", sow="SOW-2", customer="Beta")
PUSH = Push("1", "SOW-1", "2026-11", "2026-12", Decimal("9000.00"), "USD", "2026-W47", needs_reason=True)


def talk(answers: list[str | BaseException], entries: list[Entry], *, again: bool = False):  # type: ignore[no-untyped-def]
    """The entries after a conversation, what was kept, the reasons, and the person."""
    person, kept, reasons = ScriptedPrompter(answers), [], []
    conversation = Conversation(person, AS_OF, kept.append, lambda push, why: reasons.append((push.name, why)))
    try:
        done = conversation.complete(entries, again=again)
    except Interrupted:
        done = ()
    assert not person.answers
    return done, kept, reasons, person


def test_green_asks_for_no_action_and_no_links() -> None:
    (done,), kept, _, person = talk(["c", "g", "g", "Wave 2 is in", "", "", "", "@robin"], [DRAFT])
    assert done.notes == replace(DRAFT.notes, progress="Wave 2 is in", internal="G", customer="G", dri="@robin")
    assert done.is_valid
    assert kept == [done]
    assert not any("action" in question for question in person.asked)


def test_yellow_asks_for_action_day_and_links() -> None:
    answers = [
        "c",
        "y",
        "g",
        "",
        "runner capacity",
        "",
        "two more",
        "2026-11-20",
        "2026-11-30",
        "Ana, Bo",
        "a TA",
        "",
        "",
        "",
    ]
    (done,), _, _, person = talk(answers, [DRAFT])
    assert (done.notes.action, done.notes.fix_by) == ("two more", date(2026, 11, 30))
    assert (done.notes.contributors, done.notes.assistance) == (("Ana", "Bo"), "a TA")
    assert done.is_valid
    told = "\n".join(person.told)
    assert "needs it" in told  # an empty action was refused
    assert "from 2026-11-24 on" in told  # and a day that is past


def test_last_weeks_texts_are_offered_and_dash_takes_them_away() -> None:
    before = Notes(
        progress="old", issue="capacity", action="runners", fix_by=date(2026, 12, 1), internal="R", customer="Y"
    )
    then = Kept("1", "SOW-1", "Acme", "2026-W47", before, "Progress: old", "Robin", datetime(2026, 11, 17, tzinfo=UTC))
    (done,), _, _, person = talk(["c", "", "", "", "", "", "", "", "", "", "", ""], [replace(DRAFT, before=then)])
    assert (done.notes.internal, done.notes.customer, done.notes.issue) == ("R", "Y", "capacity")
    assert (done.notes.action, done.notes.fix_by, done.notes.progress) == ("runners", date(2026, 12, 1), "drafted")
    assert "    Progress: old" in person.told
    (done,), *_ = talk(["c", "g", "g", "", "-", "", "", ""], [replace(DRAFT, before=then)])
    assert (done.notes.issue, done.notes.action, done.notes.fix_by) == ("", "", None)


def test_a_suggestion_is_offered_never_set() -> None:
    suggested = replace(DRAFT, suggested=("Y", ("EAC is 104 % of the price",)))
    (done,), _, _, person = talk(["s"], [suggested])
    assert done == suggested
    assert "  Suggested Y: EAC is 104 % of the price" in person.told


def test_a_pushs_reason_is_asked_first_and_kept_at_once() -> None:
    pushed = replace(DRAFT, pushes=(PUSH, replace(PUSH, month_to="2027-01", reason="told before")))
    done, kept, reasons, person = talk(["c", "freeze", KeyboardInterrupt()], [pushed])
    assert (done, kept) == ((), [])
    assert reasons == [("2026-11:2026-12", "freeze")]
    assert sum("Why" in question for question in person.asked) == 1


def test_what_is_complete_is_not_asked_unless_it_is_to_be_edited() -> None:
    whole = replace(DRAFT, notes=replace(DRAFT.notes, internal="G", customer="G"))
    assert talk([], [whole])[0] == (whole,)
    (edited,), *_ = talk(["c", "", "", "new", "", "", "", ""], [whole], again=True)
    assert edited.notes == replace(whole.notes, progress="new")


def test_stopping_leaves_the_rest_as_it_is_and_what_is_done_kept() -> None:
    done, kept, *_ = talk(["c", "g", "g", "", "", "", "", "", "stop"], [DRAFT, OTHER])
    assert done[0].is_valid
    assert done[1] == OTHER
    assert [each.sow for each in kept] == ["SOW-1"]
    # Ctrl-C in the second: the first is kept as well
    _, kept, *_ = talk(["c", "g", "g", "", "", "", "", "", "c", "y", KeyboardInterrupt()], [DRAFT, OTHER])
    assert [each.sow for each in kept] == ["SOW-1"]


@pytest.mark.parametrize("dri", ["@a, @b", "PM and TA"])
def test_two_dris_are_asked_again(dri: str) -> None:
    (done,), *_ = talk(["c", "g", "g", "", "", "", "", dri, "PM"], [DRAFT])
    assert done.notes.dri == "PM"
