"""The hidden marker by which psdm knows what it made: `<!-- psdm:KIND:KEY -->` in a description or note."""

from __future__ import annotations

import re

_KIND = re.compile(r"[a-z][a-z0-9_-]*")
_KEY = re.compile(r"[\w./@+#&=,-]+")
_MARKER = re.compile(r"<!-- psdm:([a-z][a-z0-9_-]*):([\w./@+#&=,-]+) -->")


def marker(kind: str, key: str) -> str:
    """The marker of an object. Raises `ValueError` for what would not stay hidden: blanks, `--`, `>`, line ends."""
    if not _KIND.fullmatch(kind):
        raise ValueError(f"{kind!r} is no kind for a marker")
    if not _KEY.fullmatch(key) or "--" in key or key.endswith("-"):
        raise ValueError(f"{key!r} cannot be in a marker")
    return f"<!-- psdm:{kind}:{key} -->"


def markers_in(text: str | None) -> tuple[tuple[str, str], ...]:
    """Kind and key of every marker in a text, in order."""
    return tuple((found[1], found[2]) for found in _MARKER.finditer(text or ""))


def with_marker(body: str, kind: str, key: str) -> str:
    """The text with the marker as its last paragraph; as it is where it carries the marker already."""
    if (kind, key) in markers_in(body):
        return body
    mark = marker(kind, key)
    text = body.rstrip()
    return f"{text}\n\n{mark}" if text else mark


def without_markers(text: str | None) -> str:
    """The text as people see it."""
    return _MARKER.sub("", text or "").rstrip()
