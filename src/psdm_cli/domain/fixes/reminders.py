"""FP-09: whom to remind of what before the approval hour: one text a person, whatever number of engagements."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from psdm_cli.domain.findings import Finding

MISSING, UNAPPROVED = "missing", "unapproved"


@dataclass(frozen=True, slots=True)
class TimeLine:
    """An engagement's time that is missing (hard-booked hours of a week) or not approved."""

    engagement: str
    project: str | None
    hours: Decimal
    person: str
    since: str
    finding: str


@dataclass(frozen=True, slots=True)
class Reminder:
    """What one person is to be reminded of. `to_id` None: it is not known who approves."""

    kind: str
    to: str
    to_id: str | None
    lines: tuple[TimeLine, ...]

    @property
    def hours(self) -> Decimal:
        """All its hours."""
        return sum((line.hours for line in self.lines), Decimal(0))


def reminders(findings: Iterable[Finding]) -> tuple[Reminder, ...]:
    """Missing time goes to whoever has not entered it, unapproved time to the engagement's lead, who approves it."""
    grouped: dict[tuple[str, str, str | None], list[TimeLine]] = {}
    for finding in findings:
        kind = finding.data.get("fault")
        if kind == MISSING:
            to, to_id = str(finding.data["person"]), str(finding.data["user_id"])
            hours, since = finding.data["booked_hours"], str(finding.data["week"])
        elif kind == UNAPPROVED:
            to, to_id = finding.lead or "the project's lead", None
            hours, since = finding.data["hours"], str(finding.data["oldest"])
        else:
            continue
        name = finding.sow or finding.subject.partition(":")[0]
        line = TimeLine(name, finding.project, Decimal(str(hours)), str(finding.data["person"]), since, finding.key)
        grouped.setdefault((str(kind), to, to_id), []).append(line)
    return tuple(
        Reminder(kind, to, to_id, tuple(sorted(lines, key=lambda line: (line.engagement, line.person))))
        for (kind, to, to_id), lines in sorted(grouped.items(), key=lambda item: (item[0][0], item[0][1].casefold()))
    )
