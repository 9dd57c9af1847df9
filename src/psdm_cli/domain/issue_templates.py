"""A team's own issue template, filled where its headings match what is known; everything else stays as it was.

Pure text: where the template comes from, and its quick actions (`domain.quick_actions.parse`), are the caller's matter.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from psdm_cli.domain.foreign import Own
from psdm_cli.domain.quick_actions import inert_lines, neutralised

Names = str | tuple[str, ...]
"""A field by the heading it belongs under, or by several that mean the same; the first one names it in reports."""

BOLD_LINE = 7  # the level of a line in bold, below every heading
LONGEST_PLACEHOLDER = 200
_ATX = re.compile(r" {0,3}(#{1,6})(?:[ \t]+(.*?))?(?:[ \t]+#+)?[ \t]*")
_UNDERLINE = re.compile(r" {0,3}(=+|-+)[ \t]*")
_BOLD = re.compile(r" {0,3}(?:\*\*|__)(?P<name>[^*_|]+)(?:\*\*|__)[ \t]*:?[ \t]*")
# "- **Customer:**" or "Customer Name:" with nothing behind it
_LABEL = re.compile(
    r"(?P<head>\s*(?:[-*+]\s+)?(?:\*\*|__)?(?P<name>[^*_:|#>`\[\]][^*_:|>`\[\]]{1,79}?)(?::(?:\*\*|__)?|(?:\*\*|__):))\s*"
)
_PLACEHOLDER = re.compile(
    r"\s*(?:[-*+]\s*)?(?:[_*(\[<`]*"
    r"(?:to be (?:filled(?: in)?|added|determined)|tbd|tba|tbc|todo|n/?a|x{2,}|\.{2,}|…|-+|)"
    r"|[_*(\[<`]+(?:please )?(?:enter|insert|describe|add|fill)\b[^.\n]*?)[_*)\]>`]*[.:]?\s*",
    re.IGNORECASE,
)
_TAIL = re.compile(r"\s*(?:/[A-Za-z_]+\b.*|-{3,}|\*{3,}|_{3,})?\s*")  # quick actions and rules stay at the very end
_SHORT_CODE = re.compile(r":[a-z0-9_+-]+:")
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Filled:
    """A filled template; which fields found their heading, and which found none (by their first name)."""

    text: str
    used: tuple[str, ...]
    left: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Heading:
    """A heading: its lines are `start` to `body` (not included), its own text ends before `end`."""

    name: str
    level: int
    start: int
    body: int
    end: int


def filled(team_text: str, fields: Mapping[Names, str]) -> Filled:
    """The team's template with each field under the first heading that matches it, in any case, without emoji or signs.

    What a section says already stays, with the value below it; only a placeholder ("_TBD_") gives way. A line such as
    "**Customer:**" with nothing behind it counts as a heading for a value of one line. Values are made harmless unless
    they are `Own`; empty ones are not put anywhere, and not reported.
    """
    lines = re.sub(r"\r\n?", "\n", team_text).split("\n")
    used: list[str] = []
    left: list[str] = []
    for names, value in fields.items():
        each = (names,) if isinstance(names, str) else names
        if not value.strip():
            continue
        safe = value if isinstance(value, Own) else neutralised(value.strip(), headings=False, code=False)
        done = (
            _under_heading(lines, each, safe)
            or _behind_label(lines, each, safe)
            or _under_heading(lines, each, safe, bold=True)
        )
        (used if done is not None else left).append(each[0])
        lines = done if done is not None else lines
    return Filled("\n".join(lines), tuple(used), tuple(left))


def headings(text: str) -> tuple[str, ...]:
    """The headings of a Markdown text as `matches` compares them: how a template of the team's is recognised."""
    return tuple(each.name for each in _headings(re.sub(r"\r\n?", "\n", text).split("\n")))


def plain_heading(text: str) -> str:
    """A heading without case, emoji, signs, numbering and formatting: "3. 🎯 _Goal(s)_:" → "goals"."""
    bare = unicodedata.normalize("NFKC", _SHORT_CODE.sub(" ", _COMMENT.sub(" ", text))).casefold()
    bare = re.sub(r"\((\w{1,2})\)", r"\1", bare)  # "goal(s)"
    bare = re.sub(r"^\W*(?:step\s*)?\d+(?:\.\d+)*\s*[.):]\s*", "", bare)
    bare = re.sub(r"['’]", "", bare).replace("&", " and ")
    kept = "".join(sign if unicodedata.category(sign)[0] in "LN" else " " for sign in bare)
    return " ".join(kept.split())


def _headings(lines: Sequence[str]) -> list[_Heading]:
    inert = inert_lines(lines)
    found: list[tuple[str, int, int, int]] = []
    for number, line in enumerate(lines):
        if number in inert:
            continue
        atx = _ATX.fullmatch(line)
        if atx is not None and (atx[2] or "").strip():
            found.append((plain_heading(atx[2]), len(atx[1]), number, number + 1))
            continue
        under = lines[number + 1] if number + 1 < len(lines) and number + 1 not in inert else ""
        if line.strip() and _UNDERLINE.fullmatch(under) and not _is_structure(line, lines, number):
            found.append((plain_heading(line), 1 if under.strip()[0] == "=" else 2, number, number + 2))
            continue
        bold = _BOLD.fullmatch(line)
        if bold is not None and (number == 0 or not lines[number - 1].strip()):
            found.append((plain_heading(bold["name"]), BOLD_LINE, number, number + 1))
    ends = [*(row[2] for row in found[1:]), len(lines)][: len(found)]
    return [_Heading(*row, end) for row, end in zip(found, ends, strict=True)]


def _is_structure(line: str, lines: Sequence[str], number: int) -> bool:
    """Whether a line above "---" is no heading: a list, a quote, a table, a rule, or the end of a longer paragraph."""
    if re.match(r"\s*(?:[-*+>|]|\d+[.)]\s|/)", line) or "|" in line:
        return True
    return number > 0 and bool(lines[number - 1].strip()) and not _ATX.fullmatch(lines[number - 1])


def _under_heading(lines: Sequence[str], names: Sequence[str], value: str, *, bold: bool = False) -> list[str] | None:
    """The lines with the value in the section of these names; with `bold`, among lines in bold."""
    wanted = {plain_heading(name) for name in names}
    section = next(
        (each for each in _headings(lines) if each.name in wanted and (each.level == BOLD_LINE) is bold), None
    )
    if section is None:
        return None
    body = list(lines[section.body : section.end])
    tail: list[str] = []
    while body and (_TAIL.fullmatch(body[-1]) or not body[-1].strip()):
        tail.insert(0, body.pop())
    while tail and not tail[0].strip():
        tail.pop(0)
    inert = inert_lines(body)
    kept = [line for at, line in enumerate(body) if at in inert or not line.strip() or not _is_placeholder(line)]
    while kept and not kept[0].strip():
        kept.pop(0)
    while kept and not kept[-1].strip():
        kept.pop()
    before = ["", *kept] if kept else []
    return [*lines[: section.body], *before, "", *value.split("\n"), "", *tail, *lines[section.end :]]


def _is_placeholder(line: str) -> bool:
    return len(line) <= LONGEST_PLACEHOLDER and _PLACEHOLDER.fullmatch(line) is not None


def _behind_label(lines: Sequence[str], names: Sequence[str], value: str) -> list[str] | None:
    if "\n" in value:
        return None
    wanted = {plain_heading(name) for name in names}
    inert = inert_lines(lines)
    for number, line in enumerate(lines):
        found = None if number in inert else _LABEL.fullmatch(line)
        if found is not None and plain_heading(found["name"]) in wanted:
            return [*lines[:number], f"{found['head']} {value}", *lines[number + 1 :]]
    return None
