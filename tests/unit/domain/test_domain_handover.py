"""A hand-over: what belongs to which engagement, who waits for what, and what could not be looked at."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from builders import assess, fixed_fee, hard, milestone, request, resource, soft, task, workspace

from psdm_cli.domain.agenda import Standing, agenda
from psdm_cli.domain.agenda_clocks import CLOCKS
from psdm_cli.domain.agenda_items import SOURCES
from psdm_cli.domain.cadence import Duty, Moment
from psdm_cli.domain.contract_clocks import RiskClock, RiskWatch
from psdm_cli.domain.engagement_status import ScopeChange
from psdm_cli.domain.gitlab import Issue
from psdm_cli.domain.handover import Gathered, HandedOver, Handover, OpenRun, handover_of
from psdm_cli.domain.records import Kind, Record
from psdm_cli.domain.steps.catalog import run
from psdm_cli.domain.upside import Scenario, UpsideEntry, UpsideStatus
from psdm_cli.domain.waivers import Waiver, apply_waivers
from psdm_cli.errors import NotAllowed
from psdm_cli.output.handover_document import HandoverDocument
from psdm_cli.settings.model import Settings
from psdm_cli.workflows import handover as workflow

EASTERN = ZoneInfo("America/New_York")
NOW = datetime(2026, 11, 23, 8, tzinfo=EASTERN)
CADENCE = {Duty.PREP_COMPLETE: Moment(0, time(10, 0))}


def page(*records: Record, waivers: tuple[Waiver, ...] = (), risks: RiskWatch | None = None, **more: Any) -> Handover:
    """The page of these records, as of Monday 23 November."""
    assessment = assess(*records, as_of="2026-11-23", refused=more.pop("refused", ()))
    steps = apply_waivers(run(assessment), waivers, assessment.as_of)
    standing = Standing(assessment, steps, CADENCE, NOW, waivers, risks=risks or RiskWatch())
    due = agenda(standing, (*SOURCES, *CLOCKS), ())
    return handover_of(assessment, Gathered(due, steps, waivers, more.pop("upside", ()), "2026-W48", **more))


def only(*records: Record, **more: Any) -> HandedOver:
    """The only engagement of the page."""
    (found,) = page(*records, **more).engagements
    return found


def entry(**changes: Any) -> UpsideEntry:
    """An open entry of the first engagement."""
    made = UpsideEntry(
        "soft-booking:1", "1", "SOW-1001", "SOW-1001", "soft booking of Kim", Scenario.SOFT_BOOKING, None,
        Decimal("4000.00"), "USD", "FY27-Q4", "2026-12", Decimal("0.40"), "the customer decides on Friday",
    )  # fmt: skip
    return replace(made, **changes)


def test_findings_clocks_and_waits_belong_to_their_engagement() -> None:
    first = task(id="t1", due=None)
    found = page(workspace("1"), workspace("2", custom_fields=(("Billing Type", "T&M"), ("SOW", "SOW-1002"))), first)
    assert [{step.finding.project for step in each.steps} <= {each.row.id} for each in found.engagements] == [
        True,
        True,
    ]
    assert "FP-02" in {step.finding.step for step in found.engagements[0].steps}
    assert "FP-02" not in {step.finding.step for step in found.engagements[1].steps}
    assert {item.id.partition(":")[0] for item in found.deadlines} == {"duty"}
    assert not {item.id.partition(":")[0] for each in found.engagements for item in each.clocks} & {
        "findings",
        "waiver",
    }


def test_a_pending_request_waits_for_the_coordinator() -> None:
    found = only(workspace(), resource("r1", user=None), soft("2026-12-01"), request("r1"))
    (waiting,) = found.requests or ()
    (wait,) = [each for each in found.waits if each.on == "project coordinator"]
    assert waiting.id in wait.what


def test_requests_that_may_not_be_seen_are_unknown() -> None:
    assert only(workspace(), refused=[Kind.RESOURCE_REQUESTS]).requests is None


def test_a_sign_off_waits_for_the_customer_and_a_work_at_risk_for_the_signers() -> None:
    story = milestone(custom_fields=(("Sign Off Sent", "2026-11-20"),))
    risks = RiskWatch(
        (RiskClock("g#1", "SOW-1001 work at risk", "SOW-1001", date(2026, 11, 30), None),), date(2026, 11, 23)
    )
    found = only(fixed_fee(), story, risks=risks)
    waits = {(each.on, each.until) for each in found.waits}
    assert ("customer", date(2026, 11, 26)) in waits
    assert ("approvers", date(2026, 11, 30)) in waits


def test_open_scope_changes_wait_for_their_approvers_and_unseen_ones_are_unknown() -> None:
    change = ScopeChange("change order", "More hours", "https://gitlab.example/1", ("SOW-1001",))
    found = only(workspace(), scope_changes={"1": [change]})
    assert found.scope_changes == (change,)
    assert any("change order “More hours”" in each.what for each in found.waits)
    assert only(workspace(), scope_changes={"1": []}).scope_changes == ()
    assert only(workspace()).scope_changes is None


@pytest.mark.parametrize(
    ("changes", "shown"),
    [
        ({}, True),
        ({"status": UpsideStatus.CONVERTED}, False),
        ({"project": "9"}, False),
        ({"project": None}, True),
        ({"project": None, "sow": "SOW-9"}, False),
    ],
)
def test_open_upside_of_the_engagement_with_what_keeps_it_soft(changes: dict[str, Any], shown: bool) -> None:
    found = only(workspace(), upside=(entry(**changes),))
    assert bool(found.upside) is shown
    assert any("decides on Friday" in each.what for each in found.waits) is shown


def test_a_waiver_that_holds_is_named_with_its_finding_and_the_finding_is_no_open_step() -> None:
    records = (workspace(), task(id="t1", due=None))
    key = next(s.finding.key for s in only(*records).steps if s.finding.step == "FP-02")
    at = datetime(2026, 11, 20, tzinfo=UTC)
    held = Waiver(key, "agreed with the customer", date(2026, 11, 27), "Robin", at)
    found = only(*records, waivers=(held,))
    assert [(one.waiver, one.finding.partition(":")[0]) for one in found.waivers] == [(held, "FP-02")]
    assert key not in {step.finding.key for step in found.steps}
    over = replace(held, until=date(2026, 11, 22))
    assert only(*records, waivers=(over,)).waivers == ()


def test_the_team_is_who_is_booked_from_now_on() -> None:
    found = only(workspace(), hard("2026-11-02", "2026-11-06"), hard("2026-12-01", "2026-12-04"))
    assert len(found.team) == 1
    assert found.team[0].endswith("until 2026-12-04")


def test_an_open_checklist_says_what_waits_for_a_person() -> None:
    stands = OpenRun("init-project", "Kickoff", 3, 20, ("KO-04 Hold the kickoff",))
    found = page(workspace(), checklists={"1": [stands]}, unseen=("GitLab was not asked",))
    text = HandoverDocument(found, NOW).markdown()
    assert "| Kickoff | 3 of 20 | KO-04 Hold the kickoff |" in text
    assert "Not for a place that customers can see" in text
    assert HandoverDocument(found, NOW).exit_code == 3
    assert "GitLab was not asked." in text


class FakeGitLab:
    """Issues by label; a label of `closed` is not allowed."""

    def __init__(self, issues: dict[str, list[Issue]], closed: str = "") -> None:
        self.found, self.closed = issues, closed
        self.asked: list[Any] = []

    def issues(self, **wanted: Any) -> list[Issue]:
        self.asked.append(wanted)
        if self.closed in wanted["all_labels"]:
            raise NotAllowed("GitLab says no.")
        return self.found.get(wanted["all_labels"][0], [])


def test_gitlab_is_asked_for_each_sow_and_its_absence_is_said() -> None:
    one = workspace("1")
    two = workspace("2", custom_fields=(("Billing Type", "T&M"), ("SOW", "SOW-1002")))
    nameless = workspace("3", title="no number", custom_fields=(("Billing Type", "T&M"),))

    class Known:
        assessment = assess(one, two, nameless, as_of="2026-11-23")

    gitlab = FakeGitLab({})
    changes, unseen = workflow._scope_changes(gitlab, Settings(), Known())  # type: ignore[arg-type]
    assert changes == {"1": [], "2": []}
    assert ["no number" in text for text in unseen] == [True]
    assert {each["state"] for each in gitlab.asked} == {"opened"}

    changes, unseen = workflow._scope_changes(FakeGitLab({}, "SOW-1002"), Settings(), Known())  # type: ignore[arg-type]
    assert changes == {"1": []}
    assert any("GitLab says no" in text for text in unseen)
    assert workflow._scope_changes(None, Settings(), Known()) == ({}, (workflow.NOT_ASKED,))  # type: ignore[arg-type]
