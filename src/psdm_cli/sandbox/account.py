"""The account behind the sandbox: tables of plain rows with lazy indexes, readable and changeable by tests."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

Row = dict[str, Any]


class Account:
    """Rows of every collection, keyed by text id.

    A row is a dict in the contract's own attribute names and types; attributes left out are answered as null.
    Change rows through `put`, `update` and `remove` (or call `touched()` after a direct change), so that indexes,
    cached answers and the state file follow. `facts` says who "me" is, the seed, and the day everything was placed
    around.
    """

    def __init__(self, facts: Mapping[str, Any]) -> None:
        self.facts: dict[str, Any] = dict(facts)
        self.tables: dict[str, dict[str, Row]] = {}
        self.version = 0
        self.encoded: dict[tuple[str, str], dict[str, str]] = {}
        self.unsaved: dict[tuple[str, str], None] = {}
        self._indexes: dict[tuple[str, str], dict[str, dict[str, None]]] = {}
        self._last_id: dict[str, int] = {}

    @classmethod
    def generated(cls, projects: int = 3000, my_projects: int = 40, **more: Any) -> Account:
        """A big account for benchmarks; see `generated.generated` for the further arguments."""
        from psdm_cli.sandbox.generated import generated

        return generated(projects, my_projects, **more)

    @property
    def me(self) -> str:
        """Id of the user the sandbox's tokens belong to."""
        return str(self.facts["me"])

    def table(self, name: str) -> dict[str, Row]:
        """All rows of a collection by id, in order of creation."""
        return self.tables.setdefault(name, {})

    def rows(self, name: str) -> Iterator[Row]:
        """All rows of a collection."""
        return iter(self.table(name).values())

    def get(self, name: str, id_: object) -> Row | None:
        """The row with this id, or None."""
        return self.table(name).get(str(id_))

    def row(self, name: str, id_: object) -> Row:
        """The row with this id; KeyError when there is none."""
        return self.table(name)[str(id_)]

    def find(self, name: str, attribute: str, value: object) -> list[Row]:
        """Rows whose attribute equals the value (compared as text), through an index built on first use."""
        table = self.table(name)
        return [table[id_] for id_ in self.ids_where(name, attribute, value)]

    def ids_where(self, name: str, attribute: str, value: object) -> Iterable[str]:
        """Ids of the rows whose attribute equals the value (compared as text)."""
        index = self._indexes.get((name, attribute))
        if index is None:
            index = self._indexes[(name, attribute)] = {}
            for id_, row in self.table(name).items():
                index.setdefault(str(row.get(attribute)), {})[id_] = None
        return index.get(str(value), ())

    def new_id(self, name: str) -> str:
        """The next free id of a collection; ids of removed rows do not come back."""
        last = self._last_id.get(name)
        if last is None:
            last = max((int(id_) for id_ in self.table(name)), default=0)
        self._last_id[name] = last + 1
        return str(last + 1)

    def put(self, name: str, row: Row) -> Row:
        """Adds or replaces a row; gives it the next id when it has none."""
        id_ = str(row.setdefault("id", self.new_id(name)))
        old = self.table(name).get(id_)
        for (table, attribute), index in self._indexes.items():
            if table != name:
                continue
            if old is not None:
                index.get(str(old.get(attribute)), {}).pop(id_, None)
            index.setdefault(str(row.get(attribute)), {})[id_] = None
        self.table(name)[id_] = row
        if int(id_) > self._last_id.get(name, 0) and name in self._last_id:
            self._last_id[name] = int(id_)
        self._changed(name, id_)
        return row

    def update(self, name: str, id_: object, **changes: Any) -> Row:
        """Changes attributes of one row; KeyError when there is none."""
        return self.put(name, self.row(name, id_) | changes)

    def remove(self, name: str, id_: object) -> None:
        """Deletes a row for good."""
        old = self.table(name).pop(str(id_))
        for (table, attribute), index in self._indexes.items():
            if table == name:
                index.get(str(old.get(attribute)), {}).pop(str(id_), None)
        self._changed(name, str(id_))

    def touched(self) -> None:
        """Forgets everything derived from rows; call it after changing a row's dict directly."""
        self.version += 1
        self.encoded.clear()
        self._indexes.clear()

    def _changed(self, name: str, id_: str) -> None:
        self.version += 1
        self.unsaved[(name, id_)] = None
        for (table, _view), texts in self.encoded.items():
            if table == name:
                texts.pop(id_, None)
