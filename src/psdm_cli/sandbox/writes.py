"""Creates, updates and deletes as the contract has them: the body checked, the rules of the collection applied."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from psdm_cli.sandbox.account import Row
from psdm_cli.sandbox.associations import SUBJECT_TYPES
from psdm_cli.sandbox.contract import Resource, WriteSpec, contract
from psdm_cli.sandbox.refusals import invalid, malformed, not_found
from psdm_cli.sandbox.write_actions import ACTIONS
from psdm_cli.sandbox.write_rules import CREATE, DELETE, UPDATE
from psdm_cli.sandbox.writing import Given, Hand

# Sent along with a create or update, but not attributes of the row itself.
ASIDE = ("external_reference", "custom_fields")
# Deleted tasks stay behind, hidden unless `show_deleted` is asked for.
KEPT_WHEN_DELETED = ("stories",)


def _is_date(value: Any) -> bool:
    try:
        return bool(date.fromisoformat(value))
    except (TypeError, ValueError):
        return False


# What a JSON value must be for each type of the contract; booleans are no numbers.
FITS: dict[str, Callable[[Any], bool]] = {
    "any": lambda _value: True,
    "integer": lambda value: (
        (isinstance(value, int) and not isinstance(value, bool)) or (isinstance(value, str) and value.isdigit())
    ),
    "number": lambda value: isinstance(value, int | float) and not isinstance(value, bool),
    "boolean": lambda value: isinstance(value, bool),
    "array": lambda value: isinstance(value, list),
    "object": lambda value: isinstance(value, dict),
    "date": _is_date,
}


def _fits(kind: str, value: Any) -> bool:
    return value is None or FITS.get(kind, lambda given: isinstance(given, str))(value)


class Writer(Hand):
    """Applies one write request."""

    def write(
        self, method: str, resource: Resource, rest: list[str], body: dict[str, Any], query: dict[str, str]
    ) -> list[Row] | None:
        """The rows to answer with; None where the contract answers a bare `{"success": true}`."""
        name = "/".join("{id}" if part.isdigit() else part for part in rest)
        action = ACTIONS.get(f"{method} {resource.name}/{name}")
        if action is not None:
            if resource.create_or_update is not None and name == "create_or_update":
                body = self._checked(resource.create_or_update, self._object(resource.create_or_update, body), True)
            return action(self, rest, body, query)
        if method == "POST" and not rest and resource.create is not None:
            return self._create(resource, resource.create, body)
        if method == "PUT" and len(rest) == 1 and resource.update is not None:
            given = self._checked(resource.update, self._object(resource.update, body), False)
            return [self._update(resource, rest[0], given)]
        raise not_found()

    def delete(self, table: str, ids: list[str]) -> None:
        """Deletes rows for good (tasks stay behind, hidden)."""
        for id_ in ids:
            rule = DELETE.get(table)
            if rule is not None:
                rule(self, self.account.row(table, id_))
            if table in KEPT_WHEN_DELETED:
                self.change(table, id_, {"deleted_at": self.stamp()})
            else:
                self.account.remove(table, id_)

    def _object(self, spec: WriteSpec, body: dict[str, Any]) -> Given:
        given = body.get(spec.key)
        if not isinstance(given, dict):
            raise malformed(f"The request body must hold the object '{spec.key}'.")
        self.problems += [f"unknown body key '{key}'" for key in body if key != spec.key]
        return given

    def _create(self, resource: Resource, spec: WriteSpec, body: dict[str, Any]) -> list[Row]:
        several = body.get(spec.bulk_key) if spec.bulk_key else None
        if several is None:
            return [self._created(resource, self._checked(spec, self._object(spec, body), True))]
        if not isinstance(several, list) or not all(isinstance(item, dict) for item in several):
            raise malformed(f"'{spec.bulk_key}' must be a list of objects.")
        if spec.bulk_most is not None and len(several) > spec.bulk_most:
            raise invalid("base", f"at most {spec.bulk_most} at a time")
        checked = [self._checked(spec, item, True, index) for index, item in enumerate(several)]
        return [self._created(resource, given) for given in checked]

    def _checked(self, spec: WriteSpec, given: Given, creating: bool, index: int | None = None) -> Given:
        kept: Given = {}
        for name, value in given.items():
            kind = spec.attributes.get(name)
            if kind is None:
                self.problems.append(f"unknown attribute '{name}' in '{spec.key}'")
                continue
            if kind["type"] == "string" and type(value) is int and name.endswith("_id"):
                self.problems.append(f"'{name}' in '{spec.key}' is a text in the contract, a number came")
                value = str(value)  # noqa: PLW2901  (taken as the server framework takes it)
            if not _fits(kind["type"], value):
                raise invalid(name, f"must be of type {kind['type']}", index)
            if "enum" in kind and value is not None and value not in kind["enum"]:
                raise invalid(name, f"must be one of {', '.join(kind['enum'])}", index)
            if "maxLength" in kind and value is not None and len(value) > kind["maxLength"]:
                raise invalid(name, f"is too long (maximum is {kind['maxLength']} characters)", index)
            kept[name] = value
        for name in spec.required:
            blank = kept.get(name) is None or kept.get(name) in ("", [])
            if blank and (creating or name in kept or name == "request_resolution_status"):
                raise invalid(name, "can't be blank", index)
        return kept

    def _created(self, resource: Resource, given: Given) -> Row:
        rule = CREATE.get(resource.name)
        row = rule(self, given) if rule else self.add(resource.name, self._plain(resource, given))
        return self._with_asides(resource, row, given)

    def _update(self, resource: Resource, id_: str, given: Given) -> Row:
        rule = UPDATE.get(resource.name)
        old = self.account.row(resource.name, id_)
        row = rule(self, old, given) if rule else self.change(resource.name, id_, self._plain(resource, given))
        return self._with_asides(resource, row, given)

    def _plain(self, resource: Resource, given: Given) -> Given:
        """Attributes that are stored as they came, ids in the type the answers use."""
        found: Given = {}
        for name, value in given.items():
            attribute = contract()[resource.name].attributes.get(name)
            if attribute is not None and name not in ASIDE:
                as_text = attribute.type == "string" and isinstance(value, int) and not isinstance(value, bool)
                found[name] = str(value) if as_text else value
        return found

    def _with_asides(self, resource: Resource, row: Row, given: Given) -> Row:
        kind = SUBJECT_TYPES.get(resource.name)
        if kind is not None:
            self.refer(given.get("external_reference"), kind, row["id"])
            if "custom_fields" in given:
                self.set_custom_fields(given["custom_fields"], kind, row["id"])
        return self.account.row(resource.name, row["id"])
