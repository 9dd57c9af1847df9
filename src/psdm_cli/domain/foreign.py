"""Text from outside and text of ours: the characters that act, and the type of Markdown that is trusted."""

from __future__ import annotations

import re

# Characters that act or hide instead of being seen. Newlines are made visible apart from these.
ACTING = (
    "\x00-\x09\x0b-\x1f\x7f"  # C0 without newline, DEL
    "\x80-\x9f"  # C1: among them CSI, OSC and NEL
    "\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u3164\uffa0"  # soft hyphen, joiners and fillers without a shape
    "\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"  # zero width, separators, bidi, annotations
    "\ud800-\udfff"  # lone surrogates: no encoding can write them
    "\U000e0000-\U000e0fff"  # tags
)
CONTROL = re.compile(f"[{ACTING}]")


class Own(str):
    """Markdown that psdm itself wrote; any other text counts as foreign and is escaped."""

    __slots__ = ()


def made_visible(text: str) -> str:
    """Every acting character shown as its number (‹202e›); newlines stay."""
    if text.isascii() and text.isprintable():
        return text
    return CONTROL.sub(lambda found: f"‹{ord(found[0]):02x}›", text)
