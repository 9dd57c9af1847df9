"""Looking for single objects in Kantata before and after they are written: by id, by marker, by what they say."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from psdm_cli.errors import Forbidden, NotFound
from psdm_cli.systems.http.asking import Misread
from psdm_cli.systems.kantata.client import Client
from psdm_cli.systems.kantata.contract import Value, is_id
from psdm_cli.systems.kantata.envelope import extent, rows
from psdm_cli.systems.kantata.questions import PAGE

SERVICE = "psdm"
#: A key longer than this is marked by its beginning and a digest of the whole.
LONGEST_MARK = 200
Row = Mapping[str, Any]


def mark_of(key: str) -> str:
    """What an object of this key is marked with: the key, as long and as plain as an outside system takes it."""
    text = key.encode("utf-8", "replace").decode()
    if len(text) <= LONGEST_MARK:
        return text
    return f"{text[: LONGEST_MARK - 17]}-{hashlib.sha256(text.encode()).hexdigest()[:16]}"


@dataclass(frozen=True, slots=True)
class Found:
    """A row, and what came along with it, by collection and id."""

    id: str
    row: Row
    sides: Mapping[str, Any]

    def side(self, collection: str, ident: Any) -> Row:
        """A row that came along; empty when it did not."""
        table = self.sides.get(collection)
        row = table.get(str(ident)) if isinstance(table, dict) else None
        return row if isinstance(row, dict) else {}


class Looker:
    """Reads what doors need to see. Raises what reading raises; a missing object is None."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._me: str | None = None

    def me(self) -> str:
        """The id of the token's owner."""
        if self._me is None:

            def understand(payload: Any) -> str:
                found, _ = rows(payload, "users")
                if not found:
                    raise Misread("it names nobody")
                return found[0][0]

            self._me = self._client.get(self._client.call(), "/users/me", {}, understand, permission="to see yourself")
        return self._me

    def one(self, path: str, name: str, ident: str, params: Mapping[str, Value], permission: str) -> Found | None:
        """The object of this id; None when it is unknown or may not be seen at all."""
        if not is_id(ident):
            return None

        def understand(payload: Any) -> Found | None:
            return next(_found(payload, name), None)

        try:
            return self._client.get(self._client.call(), path, params, understand, ident=ident, permission=permission)
        except NotFound:
            return None

    def all(self, path: str, name: str, params: Mapping[str, Value], permission: str) -> Iterator[Found]:
        """Every row of a list, page by page."""
        number, pages = 1, 1
        while number <= pages:

            def understand(payload: Any) -> tuple[list[Found], int]:
                found = list(_found(payload, name))
                return found, extent(payload, PAGE, len(found))[1]

            asked = {**params, "page": number, "per_page": PAGE}
            found, pages = self._client.get(self._client.call(), path, asked, understand, permission=permission)
            yield from found
            number += 1

    def marked(self, subject_type: str, model: str, key: str) -> str | None:
        """The id of the object that carries our marker for `key`; None also where markers may not be seen."""
        mark = mark_of(key)
        params: dict[str, Value] = {
            "subject_type": subject_type,
            "service_name": SERVICE,
            "service_model": model,
            "service_model_ref": mark,
            "include": ("subject",),
        }
        try:
            for found in self.all("/external_references", "external_references", params, "to see external references"):
                if str(found.row.get("service_model_ref")) == mark and found.row.get("subject_id") is not None:
                    return str(found.row["subject_id"])
        except Forbidden:
            return None  # its natural key is looked for instead
        return None


def _found(payload: Any, name: str) -> Iterator[Found]:
    listed, envelope = rows(payload, name)
    for key, row in listed:
        if isinstance(row, dict):
            yield Found(key, row, envelope)
