"""Labels of work items: which are in reach, unknown names that become labels, scopes that exclude each other."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from psdm_cli.sandbox.account import Row
from psdm_cli.sandbox.gitlab import levels, tables
from psdm_cli.sandbox.gitlab.calls import Call

DEFAULT_COLOR = "#6699cc"


def reachable(call: Call, place: Row) -> list[Row]:
    """Labels that an item of this place may carry: the place's own first, then those of the groups above."""
    found: list[Row] = []
    for each in tables.with_ancestors(call.account, place):
        found += call.account.find("labels", tables.column_of(each), each["id"])
    return found


def names_in(value: object) -> list[str]:
    """Label names as REST takes them: a comma list or an array of them, blanks and doubles dropped."""
    texts = [value] if isinstance(value, str) else list(value) if isinstance(value, list | tuple) else []
    parts = [part.strip() for text in texts for part in str(text).split(",")]
    return list(dict.fromkeys(part for part in parts if part))


def ids_of(call: Call, place: Row, names: Sequence[str], *, create: bool) -> list[int]:
    """Ids of labels by exact name; with `create` an unknown one becomes a label of this very place, silently.

    Who may not create labels there gets the unknown names dropped, silently too.
    """
    known: dict[str, int] = {}
    for label in reachable(call, place):
        known.setdefault(label["name"], int(label["id"]))
    found = []
    for name in names:
        if name not in known and create and call.may(levels.PLANNER, place):
            known[name] = int(tables.make_label(call.account, place, name, DEFAULT_COLOR)["id"])
        if name in known:
            found.append(known[name])
    return found


def labels_of(call: Call, item: Row) -> list[Row]:
    """An item's labels that still exist, by name."""
    found = (call.account.get("labels", id_) for id_ in item.get("label_ids", ()))
    return sorted((row for row in found if row is not None), key=lambda row: str(row["name"]))


def scope_of(name: str) -> str | None:
    """What comes before the last `::`; None when the label has no scope."""
    scope, colons, value = name.rpartition("::")
    return scope if colons and scope and value else None


def changed(
    call: Call, present: Iterable[int], whole: Sequence[int] | None, add: Sequence[int], remove: Sequence[int]
) -> list[int]:
    """The labels after a change: new set or old, plus and minus the deltas; of each scope only one where paid."""
    old = list(dict.fromkeys(present)) if whole is None else []
    result = [id_ for id_ in old if id_ not in add]
    for id_ in dict.fromkeys([*(whole or []), *add]):
        scope = _scope(call, id_) if call.has("scoped_labels") else None
        if scope is not None:
            result = [other for other in result if _scope(call, other) != scope]
        result.append(id_)
    return [id_ for id_ in result if id_ not in remove]


def _scope(call: Call, id_: int) -> str | None:
    label = call.account.get("labels", id_)
    return scope_of(label["name"]) if label else None
