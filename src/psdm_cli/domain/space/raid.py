"""Recognising the RAID log of a project: by marker or title, or, not renamed yet, by the template's headings."""

from __future__ import annotations

import re
from collections.abc import Sequence

from psdm_cli.domain.gitlab import Issue
from psdm_cli.domain.space.markdown import lines_of
from psdm_cli.domain.space.names import Contract, raid_title, same_name

_WORD = re.compile(r"(?<![A-Za-z])RAID(?![A-Za-z])", re.IGNORECASE)
_HEADINGS = (
    re.compile(r"\brisks?\b", re.IGNORECASE),
    re.compile(r"\bactions?\b|\bassumptions?\b", re.IGNORECASE),
    re.compile(r"\bissues?\b", re.IGNORECASE),
    re.compile(r"\bdecisions?\b|\bdependenc(?:y|ies)\b", re.IGNORECASE),
)
ENOUGH = 3  # of the four headings


def headings_of_raid(issue: Issue) -> bool:
    """Whether its description has the sections of a RAID log: three of risks, actions, issues and decisions."""
    headings = [line.heading for line in lines_of(issue.description or "") if line.heading is not None]
    rows = [heading for heading in headings if len(heading) < 60]
    return sum(any(pattern.search(heading) for heading in rows) for pattern in _HEADINGS) >= ENOUGH


def find_raid(issues: Sequence[Issue], marked: Issue | None) -> tuple[Issue, str] | None:
    """The log among a project's issues, and how it was known: marker, title, headings. The oldest of several wins.

    An issue whose title names RAID but that is only an item loses to one that has the headings as well.
    """
    if marked is not None:
        return marked, "marker"
    standing = [issue for issue in issues if issue.state == "opened"] or list(issues)
    ordered = sorted(standing, key=lambda issue: int(issue.iid) if issue.iid.isdecimal() else 0)
    titled = [issue for issue in ordered if _WORD.search(issue.title)]
    both = [issue for issue in titled if headings_of_raid(issue)]
    if both or titled:
        return (both or titled)[0], "title"
    shaped = [issue for issue in ordered if headings_of_raid(issue)]
    return (shaped[0], "headings") if shaped else None


def is_renamed(issue: Issue, customer: str | None, contract: Contract) -> bool:
    """Whether the title is `RAID - <Customer> - SOW-1234`; spaces and case aside, SOW and PO numbers alike."""
    if customer is not None and same_name(issue.title, raid_title(customer, contract.name)):
        return True
    parts = re.split(r"\s+[-–—]\s+", issue.title.strip())
    named = len(parts) >= 3 and _WORD.fullmatch(parts[0].strip()) is not None and contract.stands_in(parts[-1])
    if not named:
        return False
    return customer is None or same_name(" - ".join(parts[1:-1]), customer)
