"""What a PM says in the forecast call: per engagement the months, what moved, upside with its reason, open risks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from psdm_cli.domain.findings import Finding, FindingState, Step
from psdm_cli.domain.report import ForecastReport, ProjectLine
from psdm_cli.domain.upside import UpsideEntry, UpsideStatus
from psdm_cli.domain.waivers import Waiver, latest

#: steps whose findings put the forecast at risk; the others are housekeeping that nobody asks about in the call
RISKS = ("FP-01", "FP-08", "FP-10")


@dataclass(frozen=True, slots=True)
class EngagementNews:
    """One engagement in the call. `waived` are findings that somebody answers for, with the waiver."""

    project: ProjectLine
    upside: tuple[UpsideEntry, ...]
    risks: tuple[Finding, ...]
    waived: tuple[tuple[Finding, Waiver], ...]

    @property
    def is_silent(self) -> bool:
        """Whether there is nothing to say: no money in the months, nothing moved, no upside, no risk."""
        money = any(self.project.month_total.values()) or any(v is None for v in self.project.month_total.values())
        return not (money or self.project.changes or self.upside or self.risks or self.waived)


@dataclass(frozen=True, slots=True)
class CallMessage:
    """The message for the forecast call of a week, the engagements with most money to come first."""

    week: str
    as_of: date
    pm: str
    report: ForecastReport
    news: tuple[EngagementNews, ...]
    silent: tuple[str, ...]
    frozen: str = ""


def call_message(
    report: ForecastReport, entries: Iterable[UpsideEntry], waivers: Sequence[Waiver], frozen: str = ""
) -> CallMessage:
    """The message from a preparation. `frozen` says which snapshot holds these figures; empty: none."""
    ledger = [e for e in entries if e.status is UpsideStatus.OPEN and e.quarter == report.quarter]
    active = {key: each for key, each in latest(waivers).items() if each.is_active(report.as_of)}
    found = [_news(project, report.steps, ledger, active) for project in report.projects]
    told = [news for news in found if not news.is_silent]
    return CallMessage(
        report.week,
        report.as_of,
        report.pm_name,
        report,
        tuple(told),
        tuple(news.project.name for news in found if news.is_silent),
        frozen,
    )


def _news(
    project: ProjectLine, steps: Sequence[Step], ledger: Sequence[UpsideEntry], active: dict[str, Waiver]
) -> EngagementNews:
    about = [f for step in steps if step.id in RISKS for f in step.findings if f.project == project.id]
    return EngagementNews(
        project,
        tuple(entry for entry in ledger if entry.project == project.id),
        tuple(finding for finding in about if finding.is_live),
        tuple((f, active[f.key]) for f in about if f.state is FindingState.WAIVED and f.key in active),
    )
