"""How findings are told in every form: their names, their common way out, groups, and what a step saw besides."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from psdm_cli.domain.comparison import Change
from psdm_cli.domain.findings import Finding, Step
from psdm_cli.domain.money import Currency
from psdm_cli.domain.report import ForecastReport, ProjectLine
from psdm_cli.domain.steps.forecast_accuracy import ID as CHANGES_STEP
from psdm_cli.domain.steps.forecast_accuracy import change_text
from psdm_cli.output.views import full_name
from psdm_cli.output.wording import message_of


def named(finding: Finding, projects: Mapping[str, ProjectLine]) -> str:
    """The engagement's number and title; the finding's subject where it is about no engagement of the report."""
    project = projects.get(finding.project or "")
    return finding.subject if project is None else full_name(project)


def common_fix(findings: Sequence[Finding]) -> str | None:
    """The way out that all of them share, if they do."""
    fixes = {finding.fix for finding in findings}
    return fixes.pop() if len(fixes) == 1 else None


def besides_changes(report: ForecastReport, step: Step, findings: Sequence[Finding]) -> list[Finding]:
    """The findings without the movements that the table of changes shows."""
    if step.id != CHANGES_STEP:
        return list(findings)
    moved = {(p.id, c.kind.value, c.month_from, c.month_to) for p in report.projects for c in p.changes}
    return [
        finding
        for finding in findings
        if (finding.project, *(finding.data.get(name) for name in ("kind", "month_from", "month_to"))) not in moved
    ]


def evidence_of(report: ForecastReport, step: Step) -> list[str]:
    """What the step saw beside its findings, without the movements that the table of changes shows."""
    if step.id != CHANGES_STEP:
        return list(step.evidence)
    told = set()
    for project in report.projects:
        currency = Currency(project.currency or "")
        for line in project.changes:
            change = Change(line.kind, line.month_from, line.month_to, int(line.amount * currency.base_unit))
            told.add(f"{project.name}: {change_text(change, currency)}")
    return [line for line in step.evidence if line not in told]


def by_engagement(findings: Sequence[Finding]) -> list[list[Finding]]:
    """The findings of each engagement together, in the order of their first ones."""
    groups: dict[str, list[Finding]] = {}
    for finding in findings:
        groups.setdefault(finding.project or finding.subject, []).append(finding)
    return list(groups.values())


def together(group: Sequence[Finding]) -> str:
    """An engagement's findings in one text: how many of which fault, and what they are about."""
    if len(group) == 1:
        return message_of(group[0])
    faults: dict[str, list[str]] = {}
    for finding in group:
        fault = str(finding.data.get("fault", "")).replace("-", " ")
        _, _, about = finding.subject.partition(": ")
        faults.setdefault(fault, []).append(about or message_of(finding))
    return "; ".join(f"{len(told)}{' ' if fault else ''}{fault}: {', '.join(told)}" for fault, told in faults.items())
