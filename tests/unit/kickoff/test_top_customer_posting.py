"""Which notes are posted where: on the Customer Epic or the issue that stands for it, changed instead of repeated."""

from __future__ import annotations

from dataclasses import replace

import pytest
from kickoff_fake import EPIC, ROOT, FakeGitLab, seen_by

from psdm_cli.changes.plan import Action
from psdm_cli.domain.audience import Audience
from psdm_cli.domain.gitlab import Capabilities, EpicsBy, Issue, Note
from psdm_cli.domain.top_customer import Entry, Notes
from psdm_cli.errors import RefusedByRule
from psdm_cli.workflows.top_customer_posting import epic_changes, fingerprint, slack_change

WEEK = "2026-W48"
VALID = Entry("7", "SOW-1234", "Acme: Migration", "Acme", Notes("Wave 2", dri="PM", internal="G", customer="G"))
MARKER = "<!-- psdm:top-customer:SOW-1234/2026-W48 -->"


def planned(gitlab: FakeGitLab, entry: Entry = VALID):  # type: ignore[no-untyped-def]
    """The changes and what is left out."""
    return epic_changes(gitlab, [(entry, seen_by(gitlab))], WEEK, lambda each: each.text)


def test_a_note_on_the_customer_epic() -> None:
    (change,), left_out = planned(FakeGitLab())
    assert left_out == ()
    assert (change.action, change.kind, change.audience, change.content) == (
        Action.CREATE,
        "note",
        Audience.INTERNAL,
        Audience.INTERNAL,
    )
    assert change.after["on"] == EPIC.id
    assert change.after["body"].endswith(MARKER)


def test_the_weeks_note_is_changed_and_another_weeks_stays() -> None:
    gitlab = FakeGitLab()
    old = Note("1", f"old\n\n{MARKER.replace('W48', 'W47')}", None)
    gitlab.notes_[EPIC.id] = [old, Note("2", f"Progress: Wave 1\n\n{MARKER}", None)]
    (change,), _ = planned(gitlab)
    assert (change.action, change.id) == (Action.CHANGE, "2")
    gitlab.notes_[EPIC.id][1] = Note("2", f"{VALID.text}\n\n{MARKER}", None)
    (change,), _ = planned(gitlab)
    assert change.action is Action.KEEP


def test_where_the_plan_has_no_epics_it_goes_on_the_issue_in_ps_plan() -> None:
    gitlab = FakeGitLab(capable=Capabilities("19.4", EpicsBy.MILESTONES), epics_=[])
    gitlab.issues_ = [Issue("40#9", "9", "40", "SOW-1234 Acme", "opened", labels=("SOW-1234",))]
    (change,), left_out = planned(gitlab)
    assert left_out == ()
    assert (change.after["on"], change.place) == ("40#9", "ps/plan")


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        (replace(VALID, notes=replace(VALID.notes, customer="")), "customer temperature: not given"),
        (replace(VALID, notes=replace(VALID.notes, internal="R")), "action"),
    ],
)
def test_what_is_incomplete_is_not_posted(entry: Entry, said: str) -> None:
    changes, (left_out,) = planned(FakeGitLab(), entry)
    assert changes == ()
    assert said in left_out


def test_without_an_epic_or_a_look_at_gitlab_nothing_is_posted() -> None:
    assert planned(FakeGitLab(epics_=[])) == ((), ("SOW-1234: not posted, there is no Customer Epic",))
    hidden = planned(FakeGitLab(refused=frozenset({"epics"})))
    assert hidden[0] == ()
    assert "could not be looked at" in hidden[1][0]
    unseen = replace(VALID, unseen=("GitLab was not asked: --offline",))
    assert epic_changes(None, [(unseen, None)], WEEK, str)[1] == (
        "SOW-1234: not posted, GitLab was not asked: --offline",
    )


def test_a_place_that_customers_read_is_refused() -> None:
    gitlab = FakeGitLab()
    gitlab.groups[0] = replace(ROOT, visibility="public")
    with pytest.raises(RefusedByRule):
        planned(gitlab)


def test_the_same_message_is_not_sent_again() -> None:
    first = slack_change("text", "#ps_pmo", WEEK, sent_already=False)
    assert (first.action, first.after, first.audience) == (Action.CREATE, {"text": "text"}, Audience.INTERNAL)
    assert not slack_change("text", "#ps_pmo", WEEK, sent_already=True).writes
    assert fingerprint("text") != fingerprint("text ")
