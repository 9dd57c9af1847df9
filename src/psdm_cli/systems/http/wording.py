"""Foreign text on its way into a sentence of ours."""

from __future__ import annotations

import re

#: C0, DEL, C1, line separators, bidi and zero-width characters: never part of an error's sentence.
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]+")
_LONGEST = 300


def one_line(text: str, secret: str = "", longest: int = _LONGEST) -> str:
    """Foreign text for a sentence: one line, no control or bidi characters, no `secret`, not endless."""
    if secret:
        text = text.replace(secret, "***")  # before anything is cut: half a secret is one too
    flat = " ".join(_CONTROL.sub(" ", text[: longest * 20]).split())
    return flat if len(flat) <= longest else flat[: longest - 1].rstrip() + "…"


def lapse(seconds: float) -> str:
    """How long to wait, for people: seconds, and hours or minutes beside them where those are many."""
    if seconds < 120:
        return f"{seconds:.0f} s"
    if seconds < 7200:
        return f"{seconds:.0f} s ({seconds / 60:.0f} min)"
    return f"{seconds:.0f} s ({seconds / 3600:.0f} h)"
