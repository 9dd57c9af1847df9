"""GitLab's human durations: `1w 2d 3h30m`, where a month is 4 weeks, a week 5 days, a day 8 hours."""

from __future__ import annotations

import re

_UNITS = {"mo": 4 * 5 * 8 * 3600, "w": 5 * 8 * 3600, "d": 8 * 3600, "h": 3600, "m": 60, "s": 1}
_PART = re.compile(
    r"\s*(\d+(?:\.\d+)?)\s*(months?|mos?|weeks?|wks?|w|days?|d|hours?|hrs?|h|minutes?|mins?|m|seconds?|secs?|s)"
)


def seconds(text: str) -> int | None:
    """The seconds that a duration stands for (a bare number is hours); None when it is not one."""
    rest = text.strip()
    sign = -1 if rest.startswith("-") else 1
    rest = rest.lstrip("+-").strip()
    if re.fullmatch(r"\d+(\.\d+)?", rest):
        return sign * int(float(rest) * 3600)
    total, at = 0.0, 0
    while at < len(rest):
        part = _PART.match(rest, at)
        if part is None:
            return None
        unit = "mo" if part[2].startswith("mo") else part[2][0]
        total += float(part[1]) * _UNITS[unit]
        at = part.end()
        while at < len(rest) and rest[at] in " ,":
            at += 1
    return sign * int(total) if rest else None


def human(amount: int) -> str | None:
    """A duration as GitLab writes it; None for nothing."""
    left, words = abs(amount), []
    for unit, size in _UNITS.items():
        count, left = divmod(left, size)
        if count:
            words.append(f"{count}{unit}")
    return ("-" if amount < 0 else "") + " ".join(words) if words else None
