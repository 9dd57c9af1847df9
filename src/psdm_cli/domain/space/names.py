"""Names that psdm gives: SOW and PO numbers, the path of a customer, titles (interface.md 5)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

LONGEST = 255  # GitLab's limit for titles, names and paths
LONGEST_SLUG = 100  # of a customer's path: full paths stay readable, and far from any limit
SOW_FORM = "SOW-<digits>, such as SOW-1234"
PO_FORM = "letters, digits and hyphens, such as 4500012345"

#: paths that GitLab keeps for itself below a group
RESERVED = frozenset(
    {
        "badges",
        "blame",
        "blob",
        "builds",
        "commits",
        "create",
        "edit",
        "files",
        "new",
        "preview",
        "raw",
        "refs",
        "tree",
        "update",
        "wikis",
    }
)

_SOW = re.compile(r"(?:SOW[-_ #]?)?(\d{1,12})", re.IGNORECASE)
_PO = re.compile(r"(?:PO[-_ #]?)?([A-Z0-9]+(?:-[A-Z0-9]+)*)", re.IGNORECASE)
_LONGEST_PO = 40
#: letters that no decomposition turns into ASCII
_SPELLED = str.maketrans(
    {
        "ß": "ss",
        "ẞ": "ss",
        "æ": "ae",
        "Æ": "ae",
        "œ": "oe",
        "Œ": "oe",
        "ø": "o",
        "Ø": "o",
        "đ": "d",
        "Đ": "d",
        "ð": "d",
        "Ð": "d",
        "þ": "th",
        "Þ": "th",
        "ł": "l",
        "Ł": "l",
        "ı": "i",
        "&": " and ",
        "'": "",
        "’": "",
        "`": "",
    }
)


@dataclass(frozen=True, slots=True)
class Contract:
    """The number that an engagement goes by: a SOW's, or a purchase order's. `name` is `SOW-1234` or `PO-4711`."""

    number: str
    po: bool = False

    @property
    def name(self) -> str:
        """As it stands in titles, paths and labels."""
        return f"{'PO' if self.po else 'SOW'}-{self.number}"

    @property
    def pattern(self) -> re.Pattern[str]:
        """Matches the number in a foreign title: not as a part of a longer one."""
        kind = "PO" if self.po else "SOW"
        return re.compile(
            rf"(?<![A-Za-z0-9]){kind}\s*[-_#:]?\s*0*{re.escape(self.number)}(?![A-Za-z0-9])", re.IGNORECASE
        )

    def stands_in(self, text: str | None) -> bool:
        """Whether a text names this contract."""
        return text is not None and self.pattern.search(text) is not None


def contract(text: str, *, po: bool = False) -> Contract:
    """The contract that a word on the command line means. Raises `ValueError` with the form that is expected."""
    word = text.strip()
    found = (_PO if po else _SOW).fullmatch(word)
    if found is None or len(word) > _LONGEST_PO:
        raise ValueError(f"expected {PO_FORM if po else SOW_FORM}, not {word!r}")
    return Contract(found[1].upper() if po else found[1], po)


def clean_name(text: str) -> str:
    """A customer's name as it may stand in a title: one line, no control or bidi characters, at most 255 characters."""
    kept = "".join(" " if char.isspace() else char for char in text if char.isspace() or _printable(char))
    return " ".join(kept.split())[:LONGEST].rstrip()


def _printable(char: str) -> bool:
    category = unicodedata.category(char)
    # joiners belong to names and emoji; direction marks, controls and lone surrogates do not
    return char in "\u200c\u200d" or category not in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")


def slug(name: str, fallback: str = "customer", longest: int = LONGEST_SLUG) -> str:
    """Lower-case ASCII words joined by `-`, for a path or a key.

    A name without a single ASCII letter or digit gets `fallback` and eight hex digits of its own, the same every time.
    Cut at a word where it is too long.
    """
    decomposed = unicodedata.normalize("NFKD", name.translate(_SPELLED))
    bare = "".join(char for char in decomposed if not unicodedata.combining(char))
    words: list[str] = re.findall(r"[a-z0-9]+", bare.lower())
    if not words:
        return f"{fallback}-{sha256(clean_name(name).encode('utf-8', 'replace')).hexdigest()[:8]}"
    found = words[0][:longest]
    for word in words[1:]:
        if len(found) + 1 + len(word) > longest:
            break
        found = f"{found}-{word}"
    return found


def group_path(customer: str) -> str:
    """The path of a customer's group: their slug, unless GitLab keeps that word for itself."""
    found = slug(customer)
    return f"{found}-customer" if found in RESERVED else found


def group_name(customer: str) -> str:
    """A customer's name as GitLab takes it for a group: letters, digits, emoji, `_.()`, dashes and spaces.

    What it does not take becomes a space; both spellings are the same customer (`same_name`).
    """
    kept = "".join(char if _fits_group(char) else " " for char in clean_name(customer))
    found = " ".join(kept.split()).lstrip(" .()-–—")
    return found or group_path(customer)


def _fits_group(char: str) -> bool:
    return char.isalnum() or char in "_.() " or 0xA9 <= ord(char) <= 0x1F9FF or unicodedata.category(char) == "Pd"


def slugs(names: Sequence[str], fallback: str = "activity") -> tuple[str, ...]:
    """A slug for each name, all different: the second of a kind gets `-2`."""
    taken: set[str] = set()
    found = []
    for name in names:
        base = slug(name, fallback)
        made, number = base, 2
        while made in taken:
            made, number = f"{base}-{number}", number + 1
        taken.add(made)
        found.append(made)
    return tuple(found)


def same_name(one: str, other: str) -> bool:
    """Whether two spellings are the same customer: letters and digits alike, whatever case, spaces and legal dots."""
    return _folded(one) == _folded(other)


def names(title: str, customer: str) -> bool:
    """Whether a title holds a customer's name, letters and digits alike."""
    return _folded(customer) in _folded(title)


def _folded(name: str) -> str:
    text = unicodedata.normalize("NFKC", clean_name(name)).casefold()
    kept = "".join(char for char in text if char.isalnum())
    return kept or text


def fitting(prefix: str, customer: str, suffix: str) -> str:
    """A title with the customer's name in its middle, cut so that GitLab takes it."""
    room = LONGEST - len(prefix) - len(suffix)
    name = clean_name(customer)
    return prefix + (name if len(name) <= room else name[: room - 1].rstrip() + "…") + suffix


def epic_title(customer: str, name: str) -> str:
    """The Customer Epic's: SOW# + customer."""
    return fitting(f"{name} ", customer, "")


def raid_title(customer: str, name: str) -> str:
    """The RAID issue's."""
    return fitting("RAID - ", customer, f" - {name}")


def retro_title(customer: str, name: str) -> str:
    """The internal retrospective's, in ps_plan."""
    return fitting("Retrospective - ", customer, f" - {name}")


def customer_in(title: str, wanted: Contract) -> str | None:
    """The customer in a title such as "SOW-1234 Acme" or "Acme: SOW-1234"; None where nothing is left."""
    without = re.sub(r"\(\s*\)|\[\s*\]", " ", str(wanted.pattern.sub(" ", title)))
    found = clean_name(without).strip(" -–—:,;|/·+=@#*~^!?%$<>[]").strip()
    return found or None


def activity_key(name: str, activity_slug: str) -> str:
    """Key of an activity's marker: `SOW-1234/<slug>`."""
    return f"{name}/{activity_slug}"
