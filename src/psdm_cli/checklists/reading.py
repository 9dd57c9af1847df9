"""Values of a checklist file, one by one: of the right type, or a complaint with file, line and key."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, TypeVar

from psdm_cli.checklists.conditions import meant
from psdm_cli.yamlfile import Document, Place

LINK = re.compile(r"[a-z][a-z0-9_]{0,63}|https?://[^\s<>\"'`]{1,2000}")
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")
Choice = TypeVar("Choice", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class Reader:
    """A file's content, and what is wrong with it so far as (line, sentence)."""

    name: str
    document: Document
    problems: list[tuple[int, str]] = field(default_factory=list)

    def complain(self, place: Place, why: str) -> None:
        """Add a complaint about the key at `place`, or about the nearest thing above that has a line."""
        line = next((self.document.lines[place[:n]] for n in range(len(place), 0, -1) if self._has(place[:n])), 1)
        key = place[-1] if place and not place[-1].isdigit() else ""
        self.problems.append((line, f"{self.name} line {line}: {key + ': ' if key else ''}{why.rstrip('.')}."))

    def _has(self, place: Place) -> bool:
        return place in self.document.lines

    def known_keys(self, data: Mapping[str, Any], place: Place, known: Sequence[str], what: str) -> None:
        """Complain about keys that there are not, with the nearest one."""
        for key in data:
            if key not in known:
                self.complain((*place, key), f"{what} has no such key{meant(key, known)}")

    def text(self, data: Mapping[str, Any], key: str, place: Place, *, required: bool = False) -> str:
        """A text; "" when it is absent."""
        value = data.get(key)
        if value is None:
            if required or key in data:
                self.complain((*place, key), f"{key} is missing" if key not in data else "expected a text")
            return ""
        if isinstance(value, bool | dict | list) or not str(value).strip():
            self.complain((*place, key), "expected a text that is not empty")
            return ""
        return str(value).strip()

    def name_of(self, data: Mapping[str, Any], place: Place) -> str:
        """An id: letters, digits, `-`, `_` and `.`; "" when it is missing or wrong."""
        found = self.text(data, "id", place, required=True)
        if found and not NAME.fullmatch(found):
            self.complain((*place, "id"), f"expected letters, digits, - and _ (such as FP-01), not {found!r}")
            return ""
        return found

    def link(self, data: Mapping[str, Any], place: Place) -> str | None:
        """The name of a link in the settings, or an address; None when it is absent or wrong."""
        found = self.text(data, "link", place)
        if found and not LINK.fullmatch(found):
            why = f"expected the name of a link in the settings (psdm open lists them) or an address, not {found!r}"
            self.complain((*place, "link"), why)
            return None
        return found or None

    def texts(self, data: Mapping[str, Any], key: str, place: Place) -> tuple[tuple[str, Place], ...]:
        """A list of texts, or one alone, each with its place."""
        value = data.get(key)
        if value is None:
            if key in data:
                self.complain((*place, key), "expected a text, or a list of texts")
            return ()
        rows = value if isinstance(value, list) else [value]
        found: list[tuple[str, Place]] = []
        for number, row in enumerate(rows):
            where = (*place, key, str(number)) if isinstance(value, list) else (*place, key)
            if isinstance(row, bool | dict | list) or row is None or not str(row).strip():
                self.complain(where, "expected a text (true, false, yes and no in quotes)")
            else:
                found.append((str(row).strip(), where))
        return tuple(found)

    def truth(self, data: Mapping[str, Any], key: str, place: Place, *, default: bool) -> bool:
        """true or false."""
        value = data.get(key, default)
        if not isinstance(value, bool):
            self.complain((*place, key), f"expected true or false, not {value!r}")
            return default
        return value

    def choice(self, data: Mapping[str, Any], key: str, place: Place, kind: type[Choice], default: Choice) -> Choice:
        """One of an enumeration's words; complains about any other, and where it is required and missing."""
        word = self.text(data, key, place, required=True)
        words = [member.value for member in kind]
        if word and word not in words:
            self.complain((*place, key), f"there is no {key} {word!r}{meant(word, words)}")
        return kind(word) if word in words else default
