"""Check-boxes in a description: counting them, and ticking exactly the one that was read."""

from __future__ import annotations

import re

_BOX = re.compile(r"^(?P<head>\s*(?:>\s*)*(?:[-*+]|\d+[.)])\s+\[)(?P<mark>[ xX~\u00a0])(?P<tail>\](?:\s.*|))$")
_FENCE = re.compile(r"^\s{0,3}(```+|~~~+)")
_POSITION = re.compile(r"^(\d+):(\d+)-(\d+):(\d+)$")


class Stale(Exception):
    """The text is no longer what the asker read; `vanished` when it does not even have that line."""

    def __init__(self, vanished: bool = False) -> None:
        super().__init__()
        self.vanished = vanished


class Unusable(Exception):
    """The wish itself makes no sense, whatever the text says."""


def box_lines(text: str) -> list[int]:
    """Indexes of the lines that hold a check-box, leaving out code blocks."""
    found, fence = [], ""
    for index, line in enumerate(text.split("\n")):
        mark = _FENCE.match(line)
        if mark and not fence:
            fence = mark[1][:3]
        elif mark and mark[1].startswith(fence):
            fence = ""
        elif not fence and _BOX.match(line.rstrip("\r")):
            found.append(index)
    return found


def completion(text: str | None) -> tuple[int, int]:
    """How many check-boxes a text has, and how many of them are ticked; inapplicable ones (`[~]`) count as neither."""
    lines = (text or "").split("\n")
    marks = [match["mark"] for i in box_lines(text or "") if (match := _BOX.match(lines[i].rstrip("\r")))]
    counted = [mark for mark in marks if mark != "~"]
    return len(counted), sum(mark in "xX" for mark in counted)


def toggled(text: str | None, checked: bool, line_source: str, position: str) -> tuple[str, str]:
    """The text with one box ticked or cleared, and that line's words.

    Raises Stale when the line at the position is not the one that was read, Unusable when the position is not one or
    the line has no box.
    """
    place = _POSITION.match(position)
    if place is None:
        raise Unusable("lineSourcepos is not a source position")
    lines = (text or "").split("\n")
    index = int(place[1]) - 1
    if not 0 <= index < len(lines):
        raise Stale(vanished=True)
    if lines[index].rstrip("\r") != line_source.rstrip("\r\n"):
        raise Stale
    box = _BOX.match(lines[index].rstrip("\r"))
    if box is None or index not in box_lines(text or "") or box["mark"] == "~":
        raise Unusable("the line is not a task list item")
    ending = "\r" if lines[index].endswith("\r") else ""
    lines[index] = f"{box['head']}{'x' if checked else ' '}{box['tail']}{ending}"
    return "\n".join(lines), box["tail"].lstrip("]").strip()
