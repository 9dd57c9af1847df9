"""The notes of the Top Customer report: what an entry holds, when it is valid, and what it says (domain.md 3.6)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date, datetime
from typing import Any
from urllib.parse import urlsplit

from psdm_cli.domain.pushes import Push

LETTERS = ("R", "Y", "G")
PROGRESS_LENGTH = 200
_SEVERAL = re.compile(r"[,;/&+\n|]|\s(?:and|or|und|with)\s|@\S+\s+@", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Notes:
    """What the PM writes for one engagement. Empty texts are not written; a temperature is as it was given.

    `fix_by`: when the action will have worked. `dri`: one role or handle. `raid`, `epic`: addresses.
    """

    progress: str = ""
    issue: str = ""
    action: str = ""
    fix_by: date | None = None
    assistance: str = ""
    dri: str = ""
    contributors: tuple[str, ...] = ()
    internal: str = ""
    customer: str = ""
    raid: str = ""
    epic: str = ""

    def over(self, base: Notes) -> Notes:
        """These notes, with `base` where they say nothing."""
        said = {each.name: getattr(self, each.name) for each in fields(self) if getattr(self, each.name)}
        return replace(base, **said)


@dataclass(frozen=True, slots=True)
class Link:
    """Something that stands behind an entry: an open change order, an escalated item."""

    kind: str
    title: str
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """A part of the notes as it is read: what it is, what it says, and the address that it leads to."""

    label: str
    text: str
    url: str = ""

    @property
    def said(self) -> str:
        """Text and address."""
        return " ".join(filter(None, (self.text, self.url)))


@dataclass(frozen=True, slots=True)
class Kept:
    """Notes as they were stored: for which week, by whom, when. `text`: what they said then."""

    project: str
    sow: str | None
    customer: str
    week: str
    notes: Notes
    text: str
    who: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Entry:
    """An engagement in the report. `upside`: the handbook's sentences; `suggested`: a colour, and its reasons.

    `scope_changes` None: they could not be looked at. `unseen`: what could not be looked at, and why. `before`: what
    was written in an earlier week.
    """

    project: str
    sow: str | None
    title: str
    customer: str
    notes: Notes
    pushes: tuple[Push, ...] = ()
    upside: tuple[str, ...] = ()
    scope_changes: tuple[Link, ...] | None = ()
    escalated: tuple[Link, ...] = ()
    suggested: tuple[str, tuple[str, ...]] | None = None
    before: Kept | None = None
    unseen: tuple[str, ...] = ()
    drafted: frozenset[str] = field(default_factory=frozenset)  # fields that psdm drafted and nobody confirmed

    @property
    def name(self) -> str:
        """The SOW number, else the title."""
        return self.sow or self.title

    @property
    def problems(self) -> tuple[str, ...]:
        """Why the entry is not valid, or nothing."""
        return tuple(problems(self))

    @property
    def is_valid(self) -> bool:
        """Whether it can go into the report."""
        return not self.problems

    @property
    def is_warm(self) -> bool:
        """Whether either temperature is yellow or red."""
        return any(letter(each) in ("Y", "R") for each in (self.notes.internal, self.notes.customer))

    @property
    def text(self) -> str:
        """The cell of the sheet: one line for each part that there is."""
        return "\n".join(f"{line.label}: {line.said}" for line in parts(self))

    @property
    def changed(self) -> tuple[tuple[str, str, str], ...]:
        """What differs from the earlier week: label, then, now."""
        if self.before is None:
            return ()
        return differences(self.before.notes, self.notes)


def letter(text: str) -> str | None:
    """R, Y or G in either case; None for anything else."""
    word = text.strip().upper()
    return word if word in LETTERS else None


def is_address(text: str) -> bool:
    """Whether a text is one web address."""
    word = text.strip()
    try:
        parts = urlsplit(word)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.netloc) and not re.search(r"\s", word)


def problems(entry: Entry) -> Iterator[str]:
    """Each thing that keeps an entry out of the report, in the order of its parts."""
    notes = entry.notes
    yield from _progress(notes.progress)
    for name, text in (("internal", notes.internal), ("customer", notes.customer)):
        if not text:
            yield f"{name} temperature: not given; expected R, Y or G"
        elif letter(text) is None:
            yield f"{name} temperature: {text!r} is none of R, Y, G"
    if not notes.dri.strip():
        yield "dri: not given; expected one role or handle"
    elif _SEVERAL.search(notes.dri.strip()):
        yield f"dri: {notes.dri!r} is more than one; expected exactly one role or handle"
    warm = "a yellow or red temperature" if entry.is_warm else "an issue" if notes.issue else ""
    if warm and not notes.action:
        yield f"action: {warm} needs the proposed action"
    if warm and notes.fix_by is None:
        yield f"fix_by: {warm} needs the day of the fix"
    for name, what, url in (("raid", "the RAID", notes.raid), ("epic", "the Internal Customer Epic", notes.epic)):
        if url and not is_address(url):
            yield f"links.{name}: {url!r} is no web address"
        elif entry.is_warm and not url:
            yield f"links.{name}: a yellow or red temperature needs the link to {what}"
    for push in entry.pushes:
        if push.lacks_reason:
            yield f"pushes: {push.said} has no reason"


def _progress(text: str) -> Iterator[str]:
    if not text.strip():
        yield "progress: not given; expected one line"
    elif "\n" in text.strip():
        yield "progress: it has several lines; expected one"
    if len(text.strip()) > PROGRESS_LENGTH:
        yield f"progress: {len(text.strip())} characters; expected at most {PROGRESS_LENGTH}"


def progress_line(text: str) -> str:
    """A progress line as it may be kept. Raises `ValueError` with what is wrong with it."""
    line = " ".join(text.split())
    for wrong in _progress(line):
        raise ValueError(wrong.partition(": ")[2])
    return line


def one_dri(text: str) -> str:
    """One role or handle. Raises `ValueError` for none or several."""
    word = " ".join(text.split())
    if not word or _SEVERAL.search(word):
        raise ValueError("expected exactly one role or handle, such as @name or PM")
    return word


def parts(entry: Entry) -> Iterator[Line]:
    """Each part of the notes, in the handbook's order; parts without anything are left out."""
    notes = entry.notes
    yield Line("Progress", _line(notes.progress) or "-")
    if notes.issue or notes.action or notes.fix_by:
        yield Line("Issue", _line(notes.issue) or "-")
        fix = f"; fix by {notes.fix_by.isoformat()}" if notes.fix_by else ""
        yield Line("Action", f"{_line(notes.action) or '-'}{fix}")
    if notes.assistance:
        yield Line("Assistance needed", _line(notes.assistance))
    with_ = f"; contributors: {', '.join(_line(each) for each in notes.contributors)}" if notes.contributors else ""
    yield Line("DRI", f"{_line(notes.dri) or '-'}{with_}")
    yield Line("Temperature", f"internal {_letter(notes.internal)} | customer {_letter(notes.customer)}")
    if entry.is_warm:
        yield _link("RAID", "", notes.raid)
        yield _link("Internal Customer Epic", "", notes.epic)
        for change in entry.scope_changes or ():
            yield _link(f"Open {change.kind}", change.title, change.url)
    for item in entry.escalated:
        yield _link("Escalated", item.title, item.url)
    for push in entry.pushes:
        yield Line("Push", push.said)
    for sentence in entry.upside:
        yield Line("Upside", _line(sentence))


def _link(label: str, text: str, url: str | None) -> Line:
    """A line that ends in an address; what is none is said as a text."""
    good = url if url is not None and is_address(url) else ""
    bare = _line(text) or ("" if good else _line(url or "") or "-")
    return Line(label, bare, good)


def _letter(text: str) -> str:
    return letter(text) or "-"


def _line(text: str) -> str:
    return " ".join(text.split())


LABELS: Mapping[str, str] = {
    "progress": "progress",
    "issue": "issue",
    "action": "action",
    "fix_by": "fix by",
    "assistance": "assistance needed",
    "dri": "DRI",
    "contributors": "contributors",
    "internal": "internal temperature",
    "customer": "customer temperature",
    "raid": "link to the RAID",
    "epic": "link to the Internal Customer Epic",
}


def differences(then: Notes, now: Notes) -> tuple[tuple[str, str, str], ...]:
    """Label, old and new text of every field that changed."""
    found = []
    for name, label in LABELS.items():
        was, becomes = (shown(getattr(each, name)) for each in (then, now))
        if name in ("internal", "customer"):
            was, becomes = letter(was) or was, letter(becomes) or becomes
        if was != becomes:
            found.append((label, was, becomes))
    return tuple(found)


def shown(value: Any) -> str:
    """A field's value as a text."""
    if isinstance(value, tuple):
        return ", ".join(value)
    return "" if value is None else value.isoformat() if isinstance(value, date) else _line(str(value))


def to_document(notes: Notes) -> dict[str, Any]:
    """The notes as plain values, those that are written."""
    found: dict[str, Any] = {}
    for each in fields(notes):
        value = getattr(notes, each.name)
        if value:
            found[each.name] = value.isoformat() if isinstance(value, date) else value
    return found


def from_document(document: Mapping[str, Any]) -> Notes:
    """Notes from `to_document`; what a later psdm wrote besides is left out."""
    known = {each.name for each in fields(Notes)}
    values = {name: value for name, value in document.items() if name in known}
    if "fix_by" in values:
        values["fix_by"] = date.fromisoformat(values["fix_by"])
    if "contributors" in values:
        values["contributors"] = tuple(values["contributors"])
    return Notes(**values)
