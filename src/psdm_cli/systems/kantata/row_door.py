"""What all doors of Kantata share: one collection, looked for by id, marker or natural key, written by its contract."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set
from dataclasses import replace
from typing import Any, ClassVar

from psdm_cli.changes.comparing import settled
from psdm_cli.changes.doors import Seen
from psdm_cli.changes.plan import Action, Change, references
from psdm_cli.errors import NotFound, WrongUsage
from psdm_cli.systems.kantata.contract import Value
from psdm_cli.systems.kantata.looking import SERVICE, Found, Looker, mark_of
from psdm_cli.systems.kantata.writing import KEY, Writer, body_of, calls

FINAL = "deletes are final in Kantata"


class RowDoor:
    """A door to one collection. Attributes have the names that Kantata takes in writes; ids are text."""

    system = "kantata"
    kind: ClassVar[str]
    path: ClassVar[str]
    #: The name of the subject in external references; empty where the contract allows no marker.
    subject: ClassVar[str] = ""
    #: Attributes that are called otherwise in answers: as written → as answered.
    answered_as: ClassVar[Mapping[str, str]] = {}
    to_see: ClassVar[str]
    to_write: ClassVar[str]
    #: Switches without which an existing object may be hidden.
    show: ClassVar[Mapping[str, Value]] = {}
    #: What comes along: an id of a row may be there only with what it points to (kantata.md section 3).
    include: ClassVar[tuple[str, ...]] = ()
    actions: ClassVar[frozenset[Action]] = frozenset({Action.CREATE, Action.CHANGE, Action.DELETE})

    def __init__(self, looker: Looker, writer: Writer) -> None:
        self.looker = looker
        self.writer = writer

    @property
    def name(self) -> str:
        """The collection."""
        return self.path.strip("/")

    # before anything is sent

    def check(self, change: Change) -> None:
        """Hold the change against the contract. Raises `WrongUsage` naming the attribute."""
        if change.action not in self.actions:
            raise WrongUsage(f"{change.title}: psdm does not {change.action} a {self.kind} in Kantata.")
        try:
            body_of(self.call(change), _with_stand_ins(self.given(change)))
            self.rules(change)
        except ValueError as error:
            raise WrongUsage(f"{change.title} ({change.key}): {error}.") from None
        if change.action not in (Action.CREATE, Action.KEEP) and change.id is None and not self.finds_by_key:
            raise WrongUsage(f"{change.title} ({change.key}): its id is missing.")

    finds_by_key: ClassVar[bool] = False

    def rules(self, change: Change) -> None:
        """What the contract demands beyond single attributes. Raises `ValueError`."""

    def call(self, change: Change) -> str:
        """The write that makes the change."""
        if change.action is Action.CREATE:
            return f"POST {self.path}"
        return f"{'DELETE' if change.action is Action.DELETE else 'PUT'} {self.path}/{{id}}"

    def given(self, change: Change) -> dict[str, Any]:
        """The attributes to send; a new object carries our marker where the contract allows one."""
        if change.action is Action.DELETE:
            return {}
        given = dict(change.after)
        if change.action is Action.CREATE and self.subject:
            given["external_reference"] = {
                "service_name": SERVICE,
                "service_model": self.kind,
                "service_model_ref": mark_of(change.key),
            }
        return given

    # looking

    def look(self, change: Change, taken: Set[str] = frozenset()) -> Seen | None:
        """The object by its id, else by our marker, else by its natural key."""
        if change.id is not None:
            found = self.by_id(change.id)
        else:
            found = self.by_marker(change, taken) or next(
                (each for each in self.alike(change) if each.id not in taken), None
            )
        return None if found is None else self.seen(found)

    def by_id(self, ident: str) -> Found | None:
        """The object of this id."""
        return self.looker.one(f"{self.path}/{{id}}", self.name, ident, self.asking(self.show), self.to_see)

    def asking(self, params: Mapping[str, Value]) -> dict[str, Value]:
        """The parameters of a read, with what has to come along."""
        return {**params, "include": self.include} if self.include else dict(params)

    def listed(self, params: Mapping[str, Value]) -> Iterator[Found]:
        """The rows that a filter finds."""
        return self.looker.all(self.path, self.name, self.asking(params), self.to_see)

    def by_marker(self, change: Change, taken: Set[str]) -> Found | None:
        """The object that carries our marker, if it is still there."""
        if not self.subject or change.action is not Action.CREATE:
            return None
        ident = self.looker.marked(self.subject, self.kind, change.key)
        return None if ident is None or ident in taken else self.by_id(ident)

    def alike(self, change: Change) -> Iterator[Found]:  # noqa: ARG002 - each door says what is alike
        """Objects that say the same, should the marker be missing."""
        yield from ()

    def seen(self, found: Found) -> Seen:
        """The object in the change's own terms."""
        return Seen(found.id, None, self.attributes(found.row))

    def attributes(self, row: Mapping[str, Any]) -> dict[str, Any]:
        """What a row says, under the names that writes use; ids as text."""
        known = {name for call in ("POST", "PUT") for name in self._writable(call)} - {KEY, "external_reference"}
        found = {}
        for name in known:
            answered = self.answered_as.get(name, name)
            if answered in row:
                value = row[answered]
                found[name] = str(value) if name.endswith("_id") and value is not None else value
        return found

    def _writable(self, method: str) -> Mapping[str, Any]:
        return calls().get(f"POST {self.path}" if method == "POST" else f"PUT {self.path}/{{id}}", {})

    # writing

    def send(self, change: Change) -> Seen | None:
        """Write it once. A delete of what is gone already is what was wanted."""
        method = self.call(change).partition(" ")[0]
        path = self.call(change).partition(" ")[2]
        try:
            written = self.writer.send(
                method, path, self.name, self.given(change), ident=change.id or "", permission=self.to_write
            )
        except NotFound as missing:
            if change.action is Action.DELETE and self.look(change) is None:
                return None
            raise NotFound(
                f"{change.title}: Kantata does not know it any more (404).",
                hint="Run the command again: it plans anew from what is there.",
            ) from missing
        return None if written is None else self.seen(Found(written[0], written[1], {}))

    # taking back

    def inverse(self, change: Change, seen: Seen | None) -> Change | str:
        """A new object deleted, a change changed back, a deleted object made anew (with a new id)."""
        bare = replace(change, depends_on=(), why="")
        if change.action is Action.CREATE:
            if seen is None:
                return "it is no longer there"
            before = {name: seen.attributes[name] for name in change.after if name in seen.attributes}
            return replace(bare, action=Action.DELETE, before=before, after={}, id=seen.id)
        if change.action is Action.CHANGE:
            lacking = [name for name in change.after if name not in change.before]
            if lacking:
                return f"what it was before is not known: {', '.join(lacking)}"
            after = {name: change.before[name] for name in change.after}
            return replace(bare, before=dict(change.after), after=after)
        return self.made_anew(bare)

    def made_anew(self, change: Change) -> Change | str:
        """The create that brings a deleted object back."""
        if Action.CREATE not in self.actions:
            return FINAL
        names = [name for name in self._writable("POST") if name not in (KEY, "external_reference")]
        after = {name: change.before[name] for name in names if change.before.get(name) not in (None, "", [])}
        anew = replace(change, action=Action.CREATE, before={}, after=after, id=None)
        try:
            self.check(anew)
        except WrongUsage as lacking:
            return f"{FINAL}, and too little of it was seen to make it anew ({lacking.message})"
        return anew


def _with_stand_ins(given: Mapping[str, Any]) -> dict[str, Any]:
    """The attributes with an id in place of each reference to a change that is not in yet."""
    return {name: _stand_in(value) for name, value in given.items()}


def _stand_in(value: Any) -> Any:
    if not any(references(value)):
        return value
    if isinstance(value, Mapping) and set(value) == {"$id"}:
        return "1"
    if isinstance(value, Mapping):
        return {name: _stand_in(each) for name, each in value.items()}
    return [_stand_in(each) for each in value]


def same(wanted: Mapping[str, Any], row: Mapping[str, Any], *names: str) -> bool:
    """Whether a row says what is wanted, in these attributes."""
    return all(settled(wanted.get(name)) == settled(row.get(name)) for name in names)
