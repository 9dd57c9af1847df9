"""Reading a PM's notes for the Top Customer report from a YAML file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any

from psdm_cli.domain.pushes import months_of, push_reason
from psdm_cli.domain.top_customer import Notes
from psdm_cli.errors import WrongUsage

if TYPE_CHECKING:
    from psdm_cli.yamlfile import Document

_TEXTS = ("progress", "issue", "action", "assistance", "dri")
_KEYS = (*_TEXTS, "fix_by", "contributors", "temperature", "links", "pushes")
#: what an entry of the JSON document has besides and a person need not take out: psdm drafts it anew
_DRAFTED = ("customer", "sow", "upside", "valid", "problems", "text")


@dataclass(frozen=True, slots=True)
class GivenNotes:
    """Notes from a file: for which customer or SOW, where it stands, and the reasons of pushes by their months.

    `emptied`: fields that are written down as empty, so that what was noted before goes.
    """

    word: str
    where: str
    notes: Notes
    pushes: Mapping[tuple[str, str], str]
    emptied: frozenset[str] = frozenset()

    def over(self, before: Notes) -> Notes:
        """These notes over those of before, without what was emptied."""
        nothing = Notes()
        return self.notes.over(replace(before, **{name: getattr(nothing, name) for name in self.emptied}))


def read_notes(path: Path) -> tuple[GivenNotes, ...]:
    """The notes of a file, each with where it stands.

    `notes:` maps SOWs or customers to their fields; `entries:` is a list of entries as the JSON document has them; or
    the file itself is the map. Raises `WrongUsage` naming file, line and key, `WrongConfiguration` for what is no YAML.
    """
    from psdm_cli import yamlfile

    document = yamlfile.load(path, "file of notes")
    found = tuple(_Notes(path, document).read())
    if not found:
        raise WrongUsage(f"{path}: no notes are in it.", hint="notes: {SOW-1234: {progress: …, dri: …}}")
    seen: dict[str, GivenNotes] = {}
    for each in found:
        first = seen.setdefault(each.word.casefold(), each)
        if first is not each:
            raise WrongUsage(f"{each.where}: {each.word} has notes in this file already.")
    return found


class _Notes:
    """Turns a document into notes."""

    def __init__(self, path: Path, document: Document) -> None:
        self.path = path
        self.data, self.lines = document.data, document.lines

    def read(self) -> Iterator[GivenNotes]:
        for name in ("notes", "entries"):
            if name in self.data and isinstance(self.data[name], list):
                yield from self._listed(name)
                return
        root: tuple[str, ...] = ("notes",) if "notes" in self.data else ()
        rows = self.data["notes"] if root else self.data
        if not isinstance(rows, dict):
            raise self._wrong(root, "expected SOWs or customers with their notes")
        for word, fields in rows.items():
            yield self._given(str(word).strip(), (*root, str(word)), fields)

    def _listed(self, name: str) -> Iterator[GivenNotes]:
        for number, fields in enumerate(self.data[name]):
            place = (name, str(number))
            if not isinstance(fields, dict) or not (fields.get("sow") or fields.get("customer")):
                raise self._wrong(place, "expected an entry with sow or customer")
            yield self._given(str(fields.get("sow") or fields["customer"]).strip(), place, fields)

    def _wrong(self, place: tuple[str, ...], why: str) -> WrongUsage:
        line = next((self.lines[place[:end]] for end in range(len(place), 0, -1) if place[:end] in self.lines), 1)
        named = ".".join(place)
        return WrongUsage(f"{self.path} line {line}:{f' {named}:' if named else ''} {why}.")

    def _given(self, word: str, place: tuple[str, ...], fields: Any) -> GivenNotes:
        if not isinstance(fields, dict):
            raise self._wrong(place, "expected fields such as progress, dri, temperature")
        for key in fields:
            if key not in _KEYS and key not in _DRAFTED:
                near = get_close_matches(key, _KEYS, n=1, cutoff=0.5)
                meant = f"did you mean {near[0]}?" if near else f"there are: {', '.join(_KEYS)}"
                raise self._wrong((*place, key), f"there is no field {key!r}; {meant}")
        internal, customer = self._temperature(place, fields.get("temperature"))
        links = self._mapping((*place, "links"), fields.get("links"), ("raid", "epic"))
        notes = Notes(
            **{name: self._text((*place, name), fields.get(name)) for name in _TEXTS},
            fix_by=self._day((*place, "fix_by"), fields.get("fix_by")),
            contributors=self._names((*place, "contributors"), fields.get("contributors")),
            internal=internal,
            customer=customer,
            raid=links["raid"],
            epic=links["epic"],
        )
        line = self.lines.get(place, 1)
        pushes = self._pushes(place, fields.get("pushes"))
        written = (name for name in (*_TEXTS, "fix_by", "contributors") if name in fields)
        emptied = frozenset(name for name in written if not getattr(notes, name))
        return GivenNotes(word, f"{self.path} line {line}", notes, pushes, emptied)

    def _text(self, place: tuple[str, ...], value: Any) -> str:
        if value is None:
            return ""
        if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
            raise self._wrong(place, "expected a text")
        return str(value).strip()

    def _day(self, place: tuple[str, ...], value: Any) -> date | None:
        text = self._text(place, value)
        if not text:
            return None
        try:
            if len(text) != len("2026-11-30"):
                raise ValueError(text)
            return date.fromisoformat(text)
        except ValueError:
            raise self._wrong(place, f"expected a day such as 2026-11-30, not {text!r}") from None

    def _names(self, place: tuple[str, ...], value: Any) -> tuple[str, ...]:
        rows: Sequence[Any] = value if isinstance(value, list) else self._text(place, value).split(",")
        names = (self._text((*place, str(number)), row) for number, row in enumerate(rows))
        return tuple(name for name in names if name)

    def _mapping(self, place: tuple[str, ...], value: Any, names: tuple[str, ...]) -> dict[str, str]:
        if value is None:
            value = {}
        if not isinstance(value, dict):
            raise self._wrong(place, f"expected {' and '.join(names)}")
        for key in value:
            if key not in names:
                raise self._wrong((*place, key), f"there is no field {key!r}; there are: {', '.join(names)}")
        return {name: self._text((*place, name), value.get(name)) for name in names}

    def _temperature(self, place: tuple[str, ...], value: Any) -> tuple[str, str]:
        """Internal and customer: as two fields, or as the handbook writes them: `Y | G`."""
        at = (*place, "temperature")
        if isinstance(value, str):
            both = [part.strip() for part in value.split("|")]
            if len(both) != 2:
                raise self._wrong(at, f"expected internal | customer, such as Y | G, not {value!r}")
            return both[0], both[1]
        told = self._mapping(at, value, ("internal", "customer"))
        return told["internal"], told["customer"]

    def _pushes(self, place: tuple[str, ...], value: Any) -> dict[tuple[str, str], str]:
        """Reasons by months, `2026-11:2026-12: why`; or rows as the JSON document has them."""
        at = (*place, "pushes")
        if isinstance(value, list):
            rows = {}
            for number, row in enumerate(value):
                if not isinstance(row, dict) or "month_from" not in row or "month_to" not in row:
                    raise self._wrong((*at, str(number)), "expected month_from, month_to and reason")
                if row.get("reason"):
                    rows[f"{row['month_from']}:{row['month_to']}"] = row["reason"]
            value = rows
        if value is None:
            return {}
        if not isinstance(value, dict):
            raise self._wrong(at, "expected reasons by months, such as 2026-11:2026-12: why")
        found = {}
        for months, reason in value.items():
            try:
                found[months_of(months)] = push_reason(self._text((*at, months), reason))
            except ValueError as error:
                raise self._wrong((*at, months), str(error)) from None
        return found
