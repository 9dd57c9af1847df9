"""Reads the text forms of query values: ids, lists, dates, instants, ranges; malformed ones are refused with 400."""

from __future__ import annotations

from datetime import UTC, date, datetime
from functools import lru_cache

from psdm_cli.sandbox.refusals import malformed

WORDS_FOR_YES = ("true", "1", "t", "yes")


def is_true(text: str) -> bool:
    """A boolean as the server framework reads it."""
    return text.strip().lower() in WORDS_FOR_YES


def listed(text: str) -> list[str]:
    """A comma list, blanks dropped."""
    return [part.strip() for part in text.split(",") if part.strip()]


def ids(text: str) -> frozenset[str]:
    """A comma list of ids."""
    found = listed(text)
    for part in found:
        if not part.isdigit():
            raise malformed(f"'{part}' is not an id")
    return frozenset(found)


def day(text: str) -> str:
    """A date, checked and given back as `YYYY-MM-DD`."""
    try:
        return date.fromisoformat(text.strip()[:10]).isoformat()
    except ValueError:
        raise malformed(f"'{text}' is not a date") from None


def days(text: str, separator: str = ":") -> tuple[str, str]:
    """A range of dates, inclusive; an empty side is open."""
    start, found, end = text.partition(separator)
    if not found:
        raise malformed(f"'{text}' is not a range from{separator}to")
    return (day(start) if start.strip() else "0000-01-01"), (day(end) if end.strip() else "9999-12-31")


@lru_cache(maxsize=400_000)
def instant(text: str) -> float:
    """An ISO 8601 instant as seconds since the epoch; a bare date is its midnight in UTC."""
    try:
        found = datetime.fromisoformat(text.strip().replace(" ", "+"))
    except ValueError:
        raise malformed(f"'{text}' is not a datetime") from None
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()


def matches(query: str, *texts: str | None) -> bool:
    """Word-prefix match: every word of the query begins some word of the texts."""
    words = " ".join(text or "" for text in texts).lower().split()
    return all(any(word.startswith(part) for word in words) for part in query.lower().split())
