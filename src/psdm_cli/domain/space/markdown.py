"""Reading other people's Markdown line by line: headings, check-boxes, text; code and HTML comments left out."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

_HEADING = re.compile(r" {0,3}#{1,6}\s+(.*?)\s*#*\s*")
_BOLD_LINE = re.compile(r"\s*(?:\*\*|__)([^*_]{3,120})(?:\*\*|__):?\s*")
_BOX = re.compile(r"\s*(?:[-*+]|\d+[.)])\s+\[([ xX])\]\s+(.*)")
_FENCE = re.compile(r"\s*(```|~~~)")
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_PLACEHOLDER = re.compile(
    r"(?:tbd|tba|todo|n/?a|none|\.{2,}|…|-+|_+|\?+|\[[^\]]*\]|<[^>]*>|_[^_]+_|\*[^*]+\*"
    r"|(?:please )?fill (?:me|this|in).*|to be (?:filled|added|determined).*)",
    re.IGNORECASE,
)
_BULLET = re.compile(r"^\s*(?:[-*+]|\d+[.)])\s+")
_LABELLED = re.compile(r"([^:]{1,60}):\s*(.*)")


@dataclass(frozen=True, slots=True)
class Line:
    """A line: `raw` as it stands, `text` without its bullet; `heading` and `checked` None where it is none."""

    raw: str
    text: str
    heading: str | None = None
    checked: bool | None = None


def lines_of(description: str) -> Iterator[Line]:
    """The lines outside code blocks and HTML comments. A line that is only bold counts as a heading."""
    fence: str | None = None
    for raw, seen in zip(description.split("\n"), _without_comments(description).split("\n"), strict=True):
        mark = _FENCE.match(seen)
        if mark:
            fence = None if fence == mark[1] else fence or mark[1]
            continue
        if fence is None:
            yield _line(raw.rstrip("\r"), seen.rstrip())


def _without_comments(text: str) -> str:
    """Comments blanked, their line breaks kept."""
    return _COMMENT.sub(lambda found: "\n" * found[0].count("\n"), text)


def _line(raw: str, seen: str) -> Line:
    box = _BOX.fullmatch(seen)
    if box:
        return Line(raw, box[2].strip(), checked=box[1] != " ")
    heading = _HEADING.fullmatch(seen) or _BOLD_LINE.fullmatch(seen)
    if heading:
        return Line(raw, heading[1].strip(), heading=plain(heading[1]))
    return Line(raw, _BULLET.sub("", seen).strip())


def plain(text: str) -> str:
    """Without emphasis marks and links' addresses, spaces joined."""
    without = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", text)
    return " ".join(re.sub(r"[*_`~]{1,3}", "", without).split()).rstrip(":").strip()


def filled(texts: Iterable[str]) -> bool:
    """Whether lines say anything: not only blanks, quoted instructions, placeholders, or labels without a value."""
    return any(_says_something(_BULLET.sub("", text).strip()) for text in texts)


def _says_something(text: str) -> bool:
    if not text or text.startswith(">") or is_placeholder(text):
        return False
    labelled = _LABELLED.fullmatch(plain(text) if not text.endswith(":") else text)
    return labelled is None or not (labelled[2] == "" or is_placeholder(labelled[2]))


def is_placeholder(text: str) -> bool:
    """Whether a text only holds the place of one: TBD, …, [name], _describe here_."""
    return not text.strip() or _PLACEHOLDER.fullmatch(text.strip()) is not None
