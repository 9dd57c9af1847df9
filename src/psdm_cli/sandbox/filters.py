"""What a filter is, the building blocks of filters, and the filters that most collections share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from psdm_cli.sandbox.account import Row
from psdm_cli.sandbox.associations import SUBJECT_TYPES
from psdm_cli.sandbox.people import Persona
from psdm_cli.sandbox.reading import day, days, ids, instant, is_true, listed, matches
from psdm_cli.sandbox.refusals import malformed
from psdm_cli.sandbox.resolvers import Looking

Predicate = Callable[[Row], bool]


@dataclass(slots=True)
class Asking:
    """One list request: who asks, for which collection, with which filters."""

    looking: Looking
    persona: Persona
    user: str
    resource: str
    given: dict[str, str] = field(default_factory=dict)

    def yes(self, name: str) -> bool:
        """Whether a boolean parameter was given as true."""
        return is_true(self.given.get(name, ""))

    def archived_workspaces(self) -> frozenset[str]:
        """Ids of archived projects."""
        return frozenset(self.looking.account.ids_where("workspaces", "archived", True))

    def workspaces_of(self, user: str) -> frozenset[str]:
        """Ids of the projects a person participates in."""
        return frozenset(str(p["workspace_id"]) for p in self.looking.account.find("participations", "user_id", user))


Filter = Callable[[Asking, str], Predicate | None]


def equal(attribute: str) -> Filter:
    """Keeps rows whose attribute equals the value, compared as text."""
    return lambda _, value: lambda row: str(row.get(attribute)) == value


def among(attribute: str) -> Filter:
    """Keeps rows whose attribute is one of the comma-listed ids."""

    def build(_: Asking, value: str) -> Predicate:
        wanted = ids(value)
        return lambda row: str(row.get(attribute)) in wanted

    return build


def flag(attribute: str) -> Filter:
    """Keeps rows whose boolean attribute is as given."""
    return lambda _, value: lambda row: bool(row.get(attribute)) == is_true(value)


def present(predicate: Predicate) -> Filter:
    """A boolean whose value is ignored: being there means true."""
    return lambda _asking, _value: predicate


def when_true(predicate: Predicate) -> Filter:
    """A boolean that does nothing when false."""
    return lambda _, value: predicate if is_true(value) else None


def no_effect(_: Asking, __: str) -> Predicate | None:
    """A parameter that changes default filters elsewhere, or that this account cannot tell apart."""
    return None


def words(*attributes: str) -> Filter:
    """Word-prefix search over some attributes."""
    return lambda _, value: lambda row: matches(value, *(str(row.get(a) or "") for a in attributes))


def date_after(attribute: str) -> Filter:
    """Keeps rows dated after the day."""

    def build(_: Asking, value: str) -> Predicate:
        bound = day(value)
        return lambda row: (row.get(attribute) or "") > bound

    return build


def date_before(attribute: str) -> Filter:
    """Keeps rows dated before the day."""

    def build(_: Asking, value: str) -> Predicate:
        bound = day(value)
        return lambda row: "" < (row.get(attribute) or "") < bound

    return build


def date_within(*attributes: str, separator: str = ":") -> Filter:
    """Keeps rows with one of the dates in the inclusive range."""

    def build(_: Asking, value: str) -> Predicate:
        start, end = days(value, separator)
        return lambda row: any(start <= (row.get(a) or "")[:10] <= end for a in attributes)

    return build


def _stamp(attribute: str, later: bool) -> Filter:
    def build(_: Asking, value: str) -> Predicate:
        bound = instant(value)
        if later:
            return lambda row: instant(row[attribute]) > bound
        return lambda row: instant(row[attribute]) < bound

    return build


def _references(asking: Asking, row: Row) -> list[Row]:
    kind = SUBJECT_TYPES.get(asking.resource)
    found = asking.looking.account.find("external_references", "subject_id", row["id"])
    return [r for r in found if r["subject_type"] == kind]


def _reference(attribute: str, several: bool = False) -> Filter:
    def build(asking: Asking, value: str) -> Predicate:
        wanted = set(listed(value)) if several else {value}
        return lambda row: any(str(r.get(attribute)) in wanted for r in _references(asking, row))

    return build


def _field_pairs(value: str) -> list[tuple[str, str]]:
    """`(field:value):(field:value)` or `field:value;field:value`, as pairs."""
    text = value.strip()
    parts = text[1:-1].split("):(") if text.startswith("(") else text.split(";")
    pairs = [tuple(part.split(":", 1)) for part in parts]
    if any(len(pair) != 2 for pair in pairs):
        raise malformed(f"'{value}' is not field:value")
    return [(pair[0], pair[1]) for pair in pairs]


def _custom_values(asking: Asking, row: Row, field_id: str) -> list[Row]:
    kind = SUBJECT_TYPES[asking.resource]
    found = asking.looking.account.find("custom_field_values", "subject_id", row["id"])
    return [v for v in found if v["subject_type"] == kind and v["custom_field_id"] == field_id]


def _custom(test: Callable[[Row, str], bool]) -> Filter:
    def build(asking: Asking, value: str) -> Predicate:
        pairs = _field_pairs(value)
        return lambda row: all(any(test(v, want) for v in _custom_values(asking, row, id_)) for id_, want in pairs)

    return build


def _custom_choice(asking: Asking, value: str) -> Predicate:
    pairs = _field_pairs(value)

    def kept(row: Row) -> bool:
        for id_, want in pairs:
            chosen = {str(c) for v in _custom_values(asking, row, id_) for c in v.get("selected_choice_ids") or ()}
            if not (not chosen if want == "blank" else chosen & set(listed(want))):
                return False
        return True

    return kept


def _has_custom(asking: Asking, value: str) -> Predicate:
    wanted = ids(value)
    return lambda row: all(_custom_values(asking, row, id_) for id_ in wanted)


def _within_custom(value: Row, want: str) -> bool:
    start, end = days(want)
    return start <= str(value["value"]) <= end


SHARED: dict[str, Filter] = {
    "created_after": _stamp("created_at", later=True),
    "created_before": _stamp("created_at", later=False),
    "updated_after": _stamp("updated_at", later=True),
    "updated_before": _stamp("updated_at", later=False),
    "external_reference_service_name": _reference("service_name"),
    "external_reference_service_model": _reference("service_model"),
    "external_reference_service_model_ref": _reference("service_model_ref"),
    "external_reference_service_model_refs": _reference("service_model_ref", several=True),
    "external_reference_status": _reference("status"),
    "external_reference_external_status": _reference("external_status"),
    "external_reference_external_message": _reference("external_message"),
    "has_external_references": lambda asking, value: lambda row: bool(_references(asking, row)) == is_true(value),
    "without_external_reference_service_name": lambda asking, value: (
        lambda row: all(r.get("service_name") != value for r in _references(asking, row))
    ),
    "by_custom_text_value": _custom(lambda v, want: want.lower() in str(v["value"]).lower()),
    "by_custom_number_value": _custom(lambda v, want: str(v["value"]) == want),
    "by_custom_date_value": _custom(_within_custom),
    "by_custom_currency_value": _custom(lambda v, want: ":".join(str(part) for part in v["value"]) == want),
    "by_custom_choice_value": _custom_choice,
    "has_value_for_custom_field_ids": _has_custom,
    "search": words("title", "full_name", "message", "description"),
}
