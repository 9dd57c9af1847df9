"""Forecast that slips to a later month: which pushes need a reason, and those that people gave (domain.md 3.4)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal

from psdm_cli.domain.comparison import ChangeKind, EngagementChanges
from psdm_cli.domain.dates import freeze_monday, week_name
from psdm_cli.domain.difference import DifferenceReport
from psdm_cli.domain.money import Currency, money_text
from psdm_cli.domain.report import ChangeLine

_WRITTEN = re.compile(r"(?P<sow>[^=:]+):(?P<was>\d{4}-\d{2}):(?P<now>\d{4}-\d{2})=(?P<reason>.*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class PushReason:
    """Why forecast money moved to a later month, as a person gave it in an ISO week. Months are YYYY-MM."""

    project: str
    sow: str | None
    month_from: str
    month_to: str
    week: str
    reason: str
    who: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Push:
    """A push since the forecast of `since_week`, in currency units. `needs_reason`: it is above the policy's amount."""

    project: str
    sow: str | None
    month_from: str
    month_to: str
    amount: Decimal
    currency: str
    since_week: str
    needs_reason: bool = False
    reason: str | None = None

    @property
    def name(self) -> str:
        """`2026-11:2026-12`, as a reason is given for it."""
        return f"{self.month_from}:{self.month_to}"

    @property
    def said(self) -> str:
        """12,000.00 USD from 2026-11 to 2026-12: why."""
        tail = f": {self.reason}" if self.reason else ""
        return f"{money_text(self.amount, self.currency)} from {self.month_from} to {self.month_to}{tail}"

    @property
    def lacks_reason(self) -> bool:
        """Whether somebody has still to say why."""
        return self.needs_reason and not self.reason


@dataclass(frozen=True, slots=True)
class GivenReason:
    """A reason as it is written on a command line: which engagement (a word), which months, why."""

    engagement: str
    month_from: str
    month_to: str
    reason: str


def pushes_of(
    changes: EngagementChanges | None, since_week: str, above: Decimal, reasons: Iterable[PushReason] = ()
) -> tuple[Push, ...]:
    """An engagement's pushes since the forecast of `since_week`, with the reasons that hold for them.

    Above `above` currency units one needs a reason.
    """
    if changes is None:
        return ()
    frozen = changes.engagement
    currency = Currency(frozen.currency or "", frozen.base_unit)
    known = list(reasons)
    found = []
    for change in changes.changes:
        if change.kind is not ChangeKind.PUSH or change.month_from is None or change.month_to is None:
            continue
        amount = currency.amount(change.cents)
        given = reason_for(known, frozen.id, change.month_from, change.month_to, since_week)
        found.append(
            Push(
                frozen.id,
                frozen.sow,
                change.month_from,
                change.month_to,
                amount,
                currency.code,
                since_week,
                amount > above,
                given.reason if given is not None else None,
            )
        )
    return tuple(found)


def reason_for(
    reasons: Iterable[PushReason], project: str, month_from: str, month_to: str, since_week: str
) -> PushReason | None:
    """The latest reason that holds for a push since the forecast of a week: one given in a later week.

    So a reason is asked once, however often the same forecast is compared with, and asked anew for another push of the
    same months.
    """
    fitting = (
        each
        for each in reasons
        if (each.project, each.month_from, each.month_to) == (project, month_from, month_to) and each.week > since_week
    )
    return max(fitting, key=lambda each: (each.week, each.at), default=None)


def reasons_about(reasons: Iterable[PushReason], project: str, month: str, opened: date | None) -> tuple[str, ...]:
    """What was said about pushes out of a month or into it, after the forecast that opened it was frozen (`opened`)."""
    since = "" if opened is None else week_name(freeze_monday(opened))
    of = [
        each
        for each in reasons
        if each.project == project and month in (each.month_from, each.month_to) and each.week > since
    ]
    return tuple(
        f"pushed to {each.month_to}: {each.reason}"
        if each.month_from == month
        else f"pushed here from {each.month_from}: {each.reason}"
        for each in sorted(of, key=lambda each: (each.week, each.month_from, each.month_to))
    )


def explained(report: DifferenceReport, reasons: Sequence[PushReason]) -> DifferenceReport:
    """The same difference, each push with the reason that holds for it."""

    def with_reason(project: str, change: ChangeLine) -> ChangeLine:
        if change.kind is not ChangeKind.PUSH or change.month_from is None or change.month_to is None:
            return change
        found = reason_for(reasons, project, change.month_from, change.month_to, report.before_week)
        return change if found is None else replace(change, reason=found.reason)

    projects = (
        replace(project, changes=tuple(with_reason(project.id, change) for change in project.changes))
        for project in report.projects
    )
    return replace(report, projects=tuple(projects))


def push_reason(text: str) -> str:
    """The reason on one line. Raises `ValueError` when there is none."""
    reason = " ".join(text.split())
    if not reason:
        raise ValueError("expected why it was pushed, in a few words")
    return reason


def months_of(text: str) -> tuple[str, str]:
    """The two months of `2026-11:2026-12`, the second one later. Raises `ValueError` with what was expected."""
    was, _, now = text.strip().partition(":")
    for month in (was, now):
        if not re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", month):
            raise ValueError(f"expected two months such as 2026-11:2026-12, not {text.strip()!r}")
    if now <= was:
        raise ValueError(f"{text.strip()} is no push: {now} does not come after {was}")
    return was, now


def given_reason(text: str) -> GivenReason:
    """What `SOW-2301:2026-11:2026-12=the reason` says. Raises `ValueError` with what was expected."""
    found = _WRITTEN.fullmatch(text.strip())
    if found is None:
        raise ValueError(f'expected such as SOW-2301:2026-11:2026-12="why it moved", not {text.strip()!r}')
    was, now = months_of(f"{found['was']}:{found['now']}")
    return GivenReason(found["sow"].strip(), was, now, push_reason(found["reason"]))


def unexplained(pushes: Sequence[Push]) -> tuple[Push, ...]:
    """Those whose reason is still to be given."""
    return tuple(push for push in pushes if push.lacks_reason)
