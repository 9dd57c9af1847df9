"""What a project's RAID says: items that are issues of their own, and the rows of the RAID log's tables."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from psdm_cli.domain.gitlab import Issue
from psdm_cli.domain.space.markdown import filled, is_placeholder, lines_of, plain

HIGH_SCORE = 15  # probability × impact from which a risk is High (domain.md 4.2)
LARGEST = 5  # of a probability or an impact
_DONE = re.compile(r"\b(?:closed|done|resolved|mitigated|completed?|accepted|rejected|cancell?ed)\b", re.IGNORECASE)
_NOT_DONE = re.compile(r"\b(?:not|un|in)[ -]?(?:closed|done|resolved|mitigated|completed?)\b", re.IGNORECASE)
_CELL = re.compile(r"(?<!\\)\|")
_RULE = re.compile(r":?-+:?")
_PLANS = re.compile(r"\b(?:mitigation|plan|response|what we do|contingency|next steps?)\b", re.IGNORECASE)
_FIELDS = re.compile(r"\b(?:plan|mitigation|response)\b", re.IGNORECASE)


class RaidType(StrEnum):
    """What an item of the log is."""

    RISK = "risk"
    ACTION = "action"
    ISSUE = "issue"
    DECISION = "decision"


@dataclass(frozen=True, slots=True)
class RaidLabels:
    """The labels of RAID items, exactly as they are spelt."""

    raid: str
    risk: str
    action: str
    issue: str
    decision: str
    high: str
    escalated: str

    def type_of(self, labels: Iterable[str]) -> RaidType | None:
        """What an issue with these labels is in the log; None where it is no item of it."""
        known = {name.casefold() for name in labels}
        for name, kind in (
            (self.risk, RaidType.RISK),
            (self.action, RaidType.ACTION),
            (self.issue, RaidType.ISSUE),
            (self.decision, RaidType.DECISION),
        ):
            if name.casefold() in known:
                return kind
        important = {self.escalated.casefold(), self.high.casefold()}
        return RaidType.ISSUE if known & important else None

    def has(self, name: str, labels: Iterable[str]) -> bool:
        """Whether a label is among these, in any case."""
        return name.casefold() in {each.casefold() for each in labels}


@dataclass(frozen=True, slots=True)
class RaidItem:
    """An open item. `due` as it was written in a table, ISO for an issue; `title` on one line; `url` None for a row."""

    type: RaidType
    title: str
    owner: str | None = None
    due: str | None = None
    high: bool = False
    escalated: bool = False
    has_plan: bool = False
    url: str | None = None


def items_of_issues(issues: Iterable[Issue], labels: RaidLabels, log: str | None = None) -> Iterator[RaidItem]:
    """The open issues that are items of the RAID, or marked as urgent. `log`: the id of the log itself.

    The log is an item only while it is escalated.
    """
    for issue in issues:
        if issue.state != "opened":
            continue
        escalated = labels.has(labels.escalated, issue.labels)
        kind = labels.type_of(issue.labels)
        if kind is None or (issue.id == log and not escalated):
            continue
        yield RaidItem(
            type=kind,
            title=" ".join(issue.title.split()),
            owner=", ".join(user.name for user in issue.assignees) or None,
            due=issue.due.isoformat() if issue.due is not None else None,
            high=labels.has(labels.high, issue.labels),
            escalated=escalated,
            has_plan=says_a_plan(issue.description or ""),
            url=issue.url,
        )


def items_of_log(description: str) -> Iterator[RaidItem]:
    """The open rows of the tables in a RAID log, each known by the heading above it and by its columns' names."""
    for heading, row in table_rows(description):
        kind = _type_named(heading)
        if kind is None:
            continue
        title = _cell(row, kind.value, "title", "what", "description", "item")
        if title is None or _is_done(_cell(row, "status", "state")) or (kind is RaidType.DECISION and _decided(row)):
            continue
        yield RaidItem(
            type=kind,
            title=title,
            owner=_cell(row, "owner", "decided by", "by"),
            due=_cell(row, "due", "date", "next review"),
            high=_is_high(row),
            escalated=any(_says(row, name, "escalated") for name in ("status", "priority", "escalated")),
            has_plan=_cell(row, "plan", "response", "mitigation", "mitigation plan") is not None,
        )


def says_a_plan(description: str) -> bool:
    """Whether a description tells what is done about it: a filled section on a plan, or such a row of a table."""
    if any(_FIELDS.search(cell) and _said(value) for cell, value in _pairs(description)):
        return True
    section: list[str] = []
    counts = False
    for line in (*lines_of(description), None):
        if line is None or line.heading is not None:
            if counts and filled(section):
                return True
            section = []
            counts = line is not None and _PLANS.search(line.heading or "") is not None
        elif not line.text.startswith("|"):
            section.append(line.text)
    return False


def table_rows(description: str) -> Iterator[tuple[str, Mapping[str, str]]]:
    """Every row of every table with a header: the heading above it, and its cells by column, in small letters."""
    heading = ""
    columns: tuple[str, ...] = ()
    before: list[str] | None = None
    for line in lines_of(description):
        if line.heading is not None:
            heading, columns, before = line.heading, (), None
            continue
        cells = _cells(line.text)
        if cells is None:
            columns, before = (), None
        elif columns:
            yield heading, dict(zip(columns, cells, strict=False))
        elif before is not None and all(_RULE.fullmatch(cell) for cell in cells):
            columns = tuple(_column(cell) for cell in before)
        before = cells


def _pairs(description: str) -> Iterator[tuple[str, str]]:
    """First and second cell of every row of every table, whatever its header."""
    for line in lines_of(description):
        cells = _cells(line.text)
        if cells is not None and len(cells) > 1:
            yield cells[0], cells[1]


def _cells(text: str) -> list[str] | None:
    """The cells of a line of a table; None for any other line."""
    bare = text.strip()
    if not bare.startswith("|") or len(bare) < 2:
        return None
    inner = bare[1:-1] if bare.endswith("|") and not bare.endswith("\\|") else bare[1:]
    return [plain(cell.replace("\\|", "|")) for cell in _CELL.split(inner)]


def _column(title: str) -> str:
    """A column's name: `Risk: cause → event → effect` is `risk`."""
    return title.partition(":")[0].strip().casefold()


def _cell(row: Mapping[str, str], *names: str) -> str | None:
    """The first of these cells that says something."""
    for name in names:
        if _said(row.get(name)):
            return row[name]
    return None


def _said(value: str | None) -> bool:
    return value is not None and not is_placeholder(value) and value.casefold() != "to be filled"


def _says(row: Mapping[str, str], name: str, word: str) -> bool:
    text = (row.get(name) or "").casefold()
    return (word in text and "not " + word not in text) or (name == word and text in ("yes", "x", "y"))


def _type_named(heading: str) -> RaidType | None:
    words = heading.casefold()
    return next((kind for kind in RaidType if re.search(rf"\b{kind.value}s?\b", words)), None)


def _is_done(status: str | None) -> bool:
    return status is not None and bool(_DONE.search(status)) and not _NOT_DONE.search(status)


def _decided(row: Mapping[str, str]) -> bool:
    """A decision with a person and a day has been made."""
    return _cell(row, "decided by") is not None and _cell(row, "date") is not None


def _is_high(row: Mapping[str, str]) -> bool:
    if (priority := _cell(row, "priority", "severity")) is not None:
        return re.search(r"\bhigh\b", priority, re.IGNORECASE) is not None
    scores = [_grade(_cell(row, *names)) for names in (("p", "probability"), ("i", "impact"))]
    return all(scores) and scores[0] * scores[1] >= HIGH_SCORE


def _grade(text: str | None) -> int:
    found = re.match(r"\s*(\d)\b", text or "")
    return min(int(found[1]), LARGEST) if found else 0


def without_doubles(items: Sequence[RaidItem]) -> tuple[RaidItem, ...]:
    """Each item once: what has an issue of its own may stand in the log's table as well."""
    found: dict[tuple[RaidType, str], RaidItem] = {}
    for item in items:
        found.setdefault((item.type, item.title.casefold()), item)
    return tuple(found.values())
