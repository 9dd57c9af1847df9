"""The issue "Scope Engagement and Write SoW": type, dates, skills and breakdown, and how they agree with Kantata."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from psdm_cli.domain.engagements import TYPE_NAMES, Engagement, EngagementType
from psdm_cli.domain.gitlab import Issue
from psdm_cli.domain.space.markdown import Line, is_placeholder, lines_of, plain

_TYPE = re.compile(r"(?:project|engagement|billing|contract)?\s*type", re.IGNORECASE)
_SKILLS = re.compile(
    r"(?:required |needed )?skill\s*-?\s*sets?|(?:required |needed )?skills?(?: needed| required)?", re.I
)
_START = re.compile(r"(?:target |estimated |planned |requested )?start(?: date)?", re.IGNORECASE)
_END = re.compile(r"(?:target |estimated |planned )?(?:end|due|completion)(?: date)?", re.IGNORECASE)
_TIMING = re.compile(r"timing(?: of the project)?|(?:estimated )?schedule|timeline|dates", re.IGNORECASE)
_BREAKDOWN = re.compile(r"(?:scope|scoping|work) ?breakdown|activities|workstreams|scope of work|sow activities", re.I)
_DAY = re.compile(r"\b(\d{4}-\d{2}-\d{2})\b")
_FIELD = re.compile(r"([^:|]{2,60}?)\s*:\s*(.*)")
MOST_ACTIVITIES = 50


@dataclass(frozen=True, slots=True)
class Difference:
    """Something that the scoping issue and Kantata say differently. `what`: type, start, end or skills."""

    what: str
    scoped: str
    kantata: str

    @property
    def said(self) -> str:
        """In words."""
        return f"{self.what}: the scoping issue says {self.scoped}, Kantata {self.kantata}"


@dataclass(frozen=True, slots=True)
class Scoping:
    """The issue and what could be read of it; None and empty: it does not say, or nobody understands it.

    `type_text` is the type as it is written, also where it is none of the known ones.
    """

    issue: Issue
    type: EngagementType | None = None
    type_text: str | None = None
    start: date | None = None
    end: date | None = None
    skills: tuple[str, ...] = ()
    activities: tuple[str, ...] = ()

    @property
    def unread(self) -> tuple[str, ...]:
        """What is not readable of type, timing and skills."""
        lacking = (
            ("type", self.type is None),
            ("timing", self.start is None and self.end is None),
            ("skills", not self.skills),
        )
        return tuple(name for name, is_lacking in lacking if is_lacking)


def is_scoping(title: str) -> bool:
    """Whether an issue's title says that it is the scoping issue."""
    return re.search(r"scope\s+engagement|write\s+(?:the\s+)?sow\b", title, re.IGNORECASE) is not None


def parse(issue: Issue) -> Scoping:
    """What the issue says: as `Name: value`, in a table, or below a heading of that name."""
    fields = list(_fields(issue.description or ""))
    kind = next((value for name, value in fields if _TYPE.fullmatch(name)), None)
    start, end = _dates(fields)
    skills = tuple(skill for name, value in fields if _SKILLS.fullmatch(name) for skill in _listed(value))
    breakdown = tuple(value for name, value in fields if _BREAKDOWN.fullmatch(name))
    return Scoping(
        issue,
        type=type_named(kind),
        type_text=kind,
        start=start,
        end=end,
        skills=tuple(dict.fromkeys(skills)),
        activities=tuple(dict.fromkeys(breakdown))[:MOST_ACTIVITIES],
    )


def type_named(text: str | None) -> EngagementType | None:
    """The type that a text means: "T&M", "Fixed Fee (FF)", "Time & Materials"."""
    if text is None:
        return None
    words = " ".join(text.casefold().replace("time & materials", "time and materials").split())
    if words in TYPE_NAMES:
        return TYPE_NAMES[words]
    found = {
        kind
        for name, kind in TYPE_NAMES.items()
        if re.search(rf"(?<![a-z&]){re.escape(name)}s?(?![a-z&])", words) is not None
    }
    return found.pop() if len(found) == 1 else None


def differences(
    scoping: Scoping, engagement: Engagement, skills: Mapping[str, tuple[str, ...]] | None
) -> tuple[Difference, ...]:
    """Where both say something and it is not the same. Skills: those that nobody who is booked has."""
    found = []
    if scoping.type is not None and scoping.type is not engagement.type:
        found.append(Difference("type", words(scoping.type), words(engagement.type)))
    for what, scoped, planned in (
        ("start", scoping.start, engagement.workspace.start_date),
        ("end", scoping.end, engagement.workspace.due_date),
    ):
        if scoped is not None and planned is not None and scoped != planned:
            found.append(Difference(what, scoped.isoformat(), planned.isoformat()))
    lacking = lacking_skills(scoping, engagement, skills)
    if lacking:
        found.append(Difference("skills", ", ".join(lacking), "nobody with them among the people booked"))
    return tuple(found)


def lacking_skills(
    scoping: Scoping, engagement: Engagement, skills: Mapping[str, tuple[str, ...]] | None
) -> tuple[str, ...]:
    """The wanted skills that nobody booked has; none where nobody is booked by name, or skills are not visible."""
    booked = {booking.user_id for booking in engagement.bookings if booking.user_id is not None}
    if skills is None or not any(skills.get(user) for user in booked):
        return ()
    there = {_bare(skill) for user in booked for skill in skills.get(user, ())}
    return tuple(skill for skill in scoping.skills if not any(_alike(_bare(skill), each) for each in there))


def _bare(skill: str) -> str:
    return "".join(char for char in skill.casefold() if char.isalnum())


def _alike(one: str, other: str) -> bool:
    return bool(one) and bool(other) and (one in other or other in one)


def words(kind: EngagementType) -> str:
    """A type in words."""
    return kind.value.replace("_", " ")


def _fields(description: str) -> Iterator[tuple[str, str]]:
    """Name and value: of `Name: value` lines, two-column tables, and lines below a heading (one pair each)."""
    heading: str | None = None
    for line in lines_of(description):
        if line.heading is not None:
            heading = line.heading
            found = _FIELD.fullmatch(heading)
            if found and not is_placeholder(found[2]):
                yield plain(found[1]), plain(found[2])
            continue
        pair = _row(line.text) or _pair(line)
        if pair is not None and not is_placeholder(pair[1]):
            yield pair
        value = plain(line.text)
        known = heading is not None and _is_known(heading)
        if known and heading is not None and not is_placeholder(value) and (pair is None or not _is_known(pair[0])):
            yield heading, value


def _is_known(name: str) -> bool:
    return any(each.fullmatch(name) for each in (_TYPE, _SKILLS, _START, _END, _TIMING, _BREAKDOWN))


def _pair(line: Line) -> tuple[str, str] | None:
    found = _FIELD.fullmatch(plain(line.text))
    return (found[1].strip(), found[2].strip()) if found else None


def _row(text: str) -> tuple[str, str] | None:
    cells = [plain(cell) for cell in text.strip().strip("|").split("|")]
    if not text.startswith("|") or len(cells) != 2 or set(cells[0]) <= set("-: "):
        return None
    return cells[0], cells[1]


def _listed(value: str) -> list[str]:
    return [part for part in (piece.strip(" .") for piece in re.split(r"[,;]|\s/\s|\s·\s", value)) if part]


def _dates(fields: Sequence[tuple[str, str]]) -> tuple[date | None, date | None]:
    start = next((day for name, value in fields if _START.fullmatch(name) for day in _days(value)), None)
    end = next((day for name, value in fields if _END.fullmatch(name) for day in _days(value)), None)
    spans = [days for name, value in fields if _TIMING.fullmatch(name) if (days := _days(value))]
    if spans and start is None:
        start = spans[0][0]
    if spans and end is None and len(spans[0]) > 1:
        end = spans[0][1]
    return start, end


def _days(value: str) -> list[date]:
    found = []
    for text in _DAY.findall(value):
        try:
            found.append(date.fromisoformat(text))
        except ValueError:
            continue
    return found
