"""Why a finding was made, and why a step stands as it does: the records behind it, its rule, its clause."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date

from psdm_cli.domain.assessment import Assessment
from psdm_cli.domain.dates import last_full_week, month_end, month_of, month_start
from psdm_cli.domain.explanation import Explanation, Ledger, Part, Row, Subject, Unit
from psdm_cli.domain.explanation_hours import unpriced_hours
from psdm_cli.domain.explanation_money import to_forecast
from psdm_cli.domain.explanation_rows import (
    Case,
    Counted,
    booking_row,
    by_week,
    entry_row,
    entry_rows,
    milestone_row,
    people_names,
    valued,
)
from psdm_cli.domain.explanation_rules import clauses_of, rule_of
from psdm_cli.domain.explanation_standing import changes, coverage
from psdm_cli.domain.explanation_sums import person
from psdm_cli.domain.findings import Finding, FindingState, State, Step
from psdm_cli.domain.funds import is_foreign
from psdm_cli.domain.milestones import is_completed, is_milestone
from psdm_cli.domain.money import money_text
from psdm_cli.domain.records import Story
from psdm_cli.domain.steps.common import FINANCIAL_ACCESS, counted, day_text
from psdm_cli.domain.steps.health_reports import latest_report, local_date

Parts = tuple[Part, ...]
MARKS = {FindingState.WAIVED: " It is waived.", FindingState.FIXED: " It is fixed."}


def explain_finding(assessment: Assessment, finding: Finding) -> Explanation:
    """A finding with what is behind it. Its parts that count add up to the money at stake, where there is any."""
    case = _case_of(assessment, finding)
    parts, unknown = BEHIND[finding.step](assessment, case, finding)
    shown = money_text(finding.amount, finding.currency) if finding.amount is not None else "no amount at stake"
    if finding.amount is None:
        parts = tuple(replace(part, counts=False) for part in parts)
    subject = finding.subject
    message = finding.message.removeprefix(subject).lstrip(" :,") or finding.message
    fix = f" {finding.fix}." if finding.fix else ""
    return Explanation(
        asked=finding.key,
        subject=Subject(subject, finding.project, finding.sow, case.engagement.title if case else ""),
        sentence=f"{subject}: {message}.{fix}{MARKS.get(finding.state, '')}",
        unit=Unit.MONEY if finding.amount is not None else Unit.TEXT,
        shown=shown,
        rule=rule_of(finding.step),
        clauses=clauses_of(finding.step),
        value=finding.amount,
        currency=finding.currency,
        parts=parts,
        unknown=tuple(unknown),
    )


def explain_step(step: Step) -> Explanation:
    """A step with its findings, the gravest first, and what could not be looked at."""
    rows = tuple(
        Row(
            what=finding.subject,
            value=finding.amount,
            id=finding.key,
            start=finding.due,
            note=_noted(finding),
        )
        for finding in step.findings
    )
    parts = tuple(
        Part(title, Unit.MONEY if code else Unit.TEXT, of, counts=False)
        for code, title, of in _by_currency(step.findings, rows)
    )
    waived = f", {counted(step.waived, 'waived finding')}" if step.waived else ""
    state = {State.PASS: "passes", State.ATTENTION: "needs attention", State.UNVERIFIED: "could not be checked"}
    said = state.get(step.state, step.state.value)
    return Explanation(
        asked=step.id,
        subject=Subject(f"{step.id} {step.title}"),
        sentence=f"{step.title} {said}: {step.reason}{waived}.",
        unit=Unit.TEXT,
        shown=step.state.value,
        rule=rule_of(step.id),
        clauses=clauses_of(step.id),
        parts=parts,
        unknown=step.unseen,
        findings=tuple(finding.key for finding in step.findings),
    )


def _noted(finding: Finding) -> str:
    text = finding.message.removeprefix(finding.subject).lstrip(" :,") or finding.message
    return text if finding.is_live else f"{text} ({finding.state.value})"


def _by_currency(findings: Iterable[Finding], rows: Iterable[Row]) -> Iterator[tuple[str, str, tuple[Row, ...]]]:
    found: dict[str, list[Row]] = {}
    for finding, row in zip(findings, rows, strict=True):
        found.setdefault(finding.currency or "", []).append(row)
    for code, of in sorted(found.items(), key=lambda item: (not item[0], item[0])):
        yield code, f"Findings in {code}" if code else "Findings without an amount", tuple(of)


def _case_of(assessment: Assessment, finding: Finding) -> Case | None:
    return next((Case(assessment, f) for f in assessment.forecasts if f.engagement.id == finding.project), None)


# what is behind a finding, step by step

Behind = tuple[Parts, tuple[str, ...]]
NOTHING: Behind = ((), ())


def _funds(_assessment: Assessment, case: Case | None, _finding: Finding) -> Behind:
    return NOTHING if case is None else (to_forecast(case).parts, ())


def _task(_assessment: Assessment, case: Case | None, finding: Finding) -> Behind:
    story = _story(case, str(finding.data.get("task_id") or finding.data.get("milestone_id") or ""))
    if case is None or story is None:
        return NOTHING
    row = _story_row(story)
    if finding.amount is None:
        return (Part("The task", Unit.TEXT, (row,), counts=False),), ()
    return _money(case, "The milestone", [(row, story.budget_estimate_in_cents)])


def _story(case: Case | None, key: str) -> Story | None:
    return None if case is None else case.engagement.stories_by_id.get(key)


def _story_row(story: Story) -> Row:
    dates = [
        f"{word} {day_text(day)}" if day else f"no {word} date"
        for word, day in (("start", story.start_date), ("due", story.due_date))
        if word == "due" or not is_milestone(story)
    ]
    assigned = {True: "assigned", False: "nobody assigned", None: ""}[None if is_milestone(story) else story.assigned]
    state = "completed" if is_completed(story) else story.state or "open"
    kind = "milestone" if is_milestone(story) else "task"
    note = ", ".join(word for word in (kind, state, *dates, assigned) if word)
    return Row(story.title or "(no title)", id=story.id, start=story.due_date, note=note)


def _money(case: Case, title: str, rows: Iterable[Counted]) -> Behind:
    """One part that adds up to the money at stake; without financial access the rows alone."""
    if case.currency is None:
        return (Part(title, Unit.TEXT, tuple(row for row, _ in rows), counts=False),), (
            f"amounts: the token lacks {FINANCIAL_ACCESS}",
        )
    ledger = Ledger(Unit.MONEY, case.currency)
    ledger.part(title, rows)
    return tuple(ledger.parts), ()


def _accuracy(_assessment: Assessment, case: Case | None, finding: Finding) -> Behind:
    kind = finding.key.split(":")[1]
    if case is None:
        return (_data_part(finding),), ()
    if kind == "unpriced":
        found = unpriced_hours(case)
        return found.parts, found.unknown
    if kind in {"push", "down"}:
        found = changes(case)
        return tuple(replace(part, counts=False) for part in found.parts), found.unknown
    if kind in {"foreign-entries", "unrated-entries"}:
        names, wanted = people_names(case.assessment), set(finding.data.get("entry_ids", ()))
        entries = [entry for entry in case.engagement.time_entries if entry.id in wanted]
        rows = tuple(replace(entry_row(entry, names, None), note=entry.currency or "") for entry in entries)
        return (Part("Time entries", Unit.TEXT, rows, counts=False),), ()
    return (_data_part(finding),), ()


def _data_part(finding: Finding) -> Part:
    """What the finding itself knows, where no record is behind it."""
    rows = tuple(
        Row(name.replace("_", " "), note=str(value))
        for name, value in finding.data.items()
        if value is not None and not isinstance(value, list | dict | tuple)
    )
    return Part("What is known", Unit.TEXT, rows, counts=False)


def _upside(assessment: Assessment, case: Case | None, finding: Finding) -> Behind:
    if case is None:
        return NOTHING
    if finding.data.get("scenario") == "soft-booking":
        return _booking_weeks(case, finding, assessment.quarter.start, assessment.quarter.end)
    for milestone in case.forecast.milestones.open if case.forecast.milestones else ():
        if (milestone.id, milestone.source.value) == (finding.data["milestone_id"], finding.data["source"]):
            return _money(case, "The milestone", [(milestone_row(milestone, case.as_of), milestone.cents)])
    return NOTHING


def _booking_weeks(case: Case, finding: Finding, start: date, end: date) -> Behind:
    """A soft booking's weeks within the time that the finding looks at."""
    for booking in case.engagement.bookings:
        if booking.id == finding.data["booking_id"]:
            rows = by_week(booking, booking.rate, start, end, case.currency)
            parts, unknown = _money(case, f"Soft booking of {booking.who} by week", rows)
            return parts, unknown
    return NOTHING


def _people(assessment: Assessment, _case: Case | None, finding: Finding) -> Behind:
    for load in assessment.people:
        if load.user_id == finding.data["user_id"]:
            found = person(assessment, load)
            return found.parts, found.unknown
    return NOTHING


def _soft(assessment: Assessment, case: Case | None, finding: Finding) -> Behind:
    month = month_of(assessment.as_of)
    return NOTHING if case is None else _booking_weeks(case, finding, month_start(month), month_end(month))


def _hard(_assessment: Assessment, case: Case | None, finding: Finding) -> Behind:
    """The weeks without hard hours, and what the gap leaves unplanned."""
    if case is None:
        return NOTHING
    weeks = coverage(case, str(finding.data["role"])).parts
    return (*weeks, *(to_forecast(case).parts if finding.amount is not None else ())), ()


def _time(assessment: Assessment, case: Case | None, finding: Finding) -> Behind:
    if case is None:
        return NOTHING
    if finding.data["fault"] == "missing":
        start, end = last_full_week(assessment.as_of)
        return _money(case, "Hard-booked and not entered", _unentered(case, finding, start, end))
    wanted = set(finding.data["entry_ids"])
    entries = [entry for entry in case.engagement.time_entries if entry.id in wanted]
    own = [entry for entry in entries if entry.billable is True and not is_foreign(entry, case.currency)]
    names = people_names(assessment)
    parts, unknown = _money(case, "Billable time, not approved", entry_rows(own, names, case.currency))
    rest = tuple(replace(entry_row(entry, names, None), note="no amount") for entry in entries if entry not in own)
    more = (Part("Not billable, or in another currency", Unit.TEXT, rest, counts=False),) if rest else ()
    return (*parts, *more), unknown


def _unentered(case: Case, finding: Finding, start: date, end: date) -> Iterator[Counted]:
    for booking in case.engagement.hard:
        if booking.user_id == finding.data["user_id"]:
            row = booking_row(booking, start, end, case.currency)
            if row is not None:
                yield row, valued(booking.spread, booking.rate, start, end)


def _reports(assessment: Assessment, case: Case | None, _finding: Finding) -> Behind:
    if case is None:
        return NOTHING
    latest = latest_report(case.engagement)
    day = local_date(latest, assessment) if latest else None
    row = Row("none", note=f"the project is {case.engagement.status}")
    if latest is not None and day is not None:
        row = Row(latest.color or "no colour", id=latest.id, start=day, note=f"the project is {case.engagement.status}")
    return (Part("Latest health report", Unit.TEXT, (row,), counts=False),), ()


BEHIND: Mapping[str, Callable[[Assessment, Case | None, Finding], Behind]] = {
    "FP-01": _funds,
    "FP-02": _task,
    "FP-03": _accuracy,
    "FP-04": _upside,
    "FP-05": _task,
    "FP-06": _people,
    "FP-07": _soft,
    "FP-08": _hard,
    "FP-09": _time,
    "FP-10": _task,
    "FP-11": _reports,
}
