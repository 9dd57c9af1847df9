"""Filters shared by collections, and those of people, projects and money: what each parameter keeps of a list."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field

from psdm_cli.sandbox.account import Row
from psdm_cli.sandbox.associations import SUBJECT_TYPES, Looking
from psdm_cli.sandbox.people import Persona
from psdm_cli.sandbox.reading import day, days, ids, instant, is_true, listed, matches
from psdm_cli.sandbox.refusals import malformed

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


def _has_participant(asking: Asking, value: str) -> Predicate:
    found = asking.workspaces_of(value)
    return lambda row: row["id"] in found


def _lacks_participant(asking: Asking, value: str) -> Predicate:
    found = asking.workspaces_of(value)
    return lambda row: row["id"] not in found


def _mine(asking: Asking, value: str) -> Predicate | None:
    return _has_participant(asking, asking.user) if is_true(value) else None


def _participants(asking: Asking, value: str) -> Predicate:
    found = {str(p["user_id"]) for p in asking.looking.account.find("participations", "workspace_id", value)}
    return lambda row: row["id"] in found


def _strangers(asking: Asking, value: str) -> Predicate:
    inside = _participants(asking, value)
    return lambda row: not inside(row)


def _leads(asking: Asking, value: str) -> Predicate | None:
    found = {str(w.get("primary_maven_id")) for w in asking.looking.account.rows("workspaces")}
    return (lambda row: row["id"] in found) if is_true(value) else None


def _skilled(attribute: str) -> Filter:
    def build(asking: Asking, value: str) -> Predicate:
        try:
            wanted = json.loads(value)
        except json.JSONDecodeError:
            wanted = {"ids": listed(value)}
        wanted_ids = {str(id_) for id_ in (wanted.get("ids", ()) if isinstance(wanted, dict) else wanted)}
        memberships = asking.looking.account.rows("skill_memberships")
        people = {str(m["user_id"]) for m in memberships if str(m["skill_id"]) in wanted_ids}
        return lambda row: str(row.get(attribute)) in people

    return build


def _in_workspace_roles(asking: Asking, value: str) -> Predicate:
    found = {str(r.get("role_id")) for r in asking.looking.account.find("workspace_resources", "workspace_id", value)}
    return lambda row: row["id"] in found


def _on_workspace(attribute: str) -> Filter:
    def build(asking: Asking, value: str) -> Predicate:
        found = {str(p["user_id"]) for p in asking.looking.account.find("participations", "workspace_id", value)}
        return lambda row: str(row.get(attribute)) in found

    return build


def _time_off_from(asking: Asking, value: str) -> Predicate:
    bound = day(value)
    if asking.looking.readings.time_off_dates_inclusive:
        return lambda row: row["requested_date"] >= bound
    return lambda row: row["requested_date"] > bound


def _time_off_until(asking: Asking, value: str) -> Predicate:
    bound = day(value)
    if asking.looking.readings.time_off_dates_inclusive:
        return lambda row: row["requested_date"] <= bound
    return lambda row: row["requested_date"] < bound


FILTERS: dict[str, dict[str, Filter]] = {
    "workspaces": {
        "archived": no_effect,
        "include_archived": no_effect,
        "budgeted": flag("budgeted"),
        "created_at": date_within("created_at", separator=";"),
        "creator": among("creator_id"),
        "current_user_is_maven_participant": lambda asking, _: _has_participant(asking, asking.user),
        "due_date_after": date_after("due_date"),
        "due_date_before": date_before("due_date"),
        "start_date_after": date_after("start_date"),
        "start_date_before": date_before("start_date"),
        "except": lambda _, value: lambda row: row["id"] not in ids(value),
        "financials_viewable_by_user": lambda asking, value: (
            (lambda _row: "financial" in asking.persona.rights) if is_true(value) else None
        ),
        "has_maven_participant": _has_participant,
        "has_participant": _has_participant,
        "has_participation": _mine,
        "only_participating_or_joinable": _mine,
        "only_project_manager_in": _mine,
        "user_not_participating": _lacks_participant,
        "matching": words("title"),
        "on_my_account": no_effect,
        "provider_lead": among("primary_maven_id"),
        "require_time_approvals": flag("require_time_approvals"),
        "stage": lambda _, value: lambda row: row.get("stage", "project") == value,
        "workspace_groups": lambda _, value: lambda row: bool(ids(value) & set(row.get("workspace_group_ids") or ())),
    },
    "workspace_groups": {"companies_only": flag("company"), "matching": words("name")},
    "participations": {
        "workspace_id": equal("workspace_id"),
        "by_user": equal("user_id"),
        "by_user_full_name": lambda asking, value: (
            lambda row: matches(value, (asking.looking.account.get("users", row["user_id"]) or {}).get("full_name"))
        ),
        "mavens_only": when_true(lambda row: row["role"] == "maven"),
    },
    "users": {
        "on_my_account": no_effect,
        "show_disabled": no_effect,
        "account_id": no_effect,
        "account_role_ids": among("role_id"),
        "by_full_name": lambda _, value: lambda row: row["full_name"].lower() == value.lower(),
        "by_email_address": lambda _, value: lambda row: row["email_address"].lower() == value.lower(),
        "by_email_addresses": lambda _, value: lambda row: row["email_address"].lower() in listed(value.lower()),
        "matching": words("full_name", "email_address"),
        "participant_in": _participants,
        "not_participant_in": _strangers,
        "provider_leads_on_account_projects": _leads,
        "is_project_lead": _leads,
        "with_users": among("id"),
        "without_users": lambda _, value: lambda row: row["id"] not in ids(value),
        "with_skills": _skilled("id"),
    },
    "account_memberships": {
        "by_full_name": lambda asking, value: (
            lambda row: matches(value, (asking.looking.account.get("users", row["user_id"]) or {}).get("full_name"))
        ),
        "by_user_id": equal("user_id"),
        "with_user_ids": among("user_id"),
        "can_log_in": lambda _, value: lambda row: (row.get("disabled_at") is None) == is_true(value),
        "only_active": when_true(lambda row: row.get("disabled_at") is None),
        "only_inactive": when_true(lambda row: row.get("disabled_at") is not None),
        "with_skills": _skilled("user_id"),
    },
    "roles": {"matching": words("name"), "only_active": no_effect, "for_workspace": _in_workspace_roles},
    "organizations": {"type": equal("type"), "matching": words("name"), "for_current_user": present(lambda _row: True)},
    "holidays": {"matching": words("name")},
    "time_off_entries": {
        "user_id": equal("user_id"),
        "user_ids": among("user_id"),
        "workspace_id": _on_workspace("user_id"),
        "start_date": _time_off_from,
        "end_date": _time_off_until,
    },
    "rate_cards": {
        "active": no_effect,
        "currencies": lambda _, value: lambda row: row["currency"] in listed(value),
        "matching": words("rate_card_set_title"),
        "matching_title_or_currency": words("rate_card_set_title", "currency"),
        "rate_card_set_id": equal("rate_card_set_id"),
    },
    "rate_card_roles": {
        "rate_card_version_id": equal("rate_card_version_id"),
        "with_role_ids": among("role_id"),
    },
    "project_accounting_records": {
        "workspace_ids": among("workspace_id"),
        "type": equal("type"),
        "status": lambda _, value: lambda row: row.get("status") in listed(value),
        "start_date": date_within("start_date", separator=";"),
        "end_date": date_within("end_date", separator=";"),
        "user_id": equal("user_id"),
        "ids": among("id"),
        "show_deleted": no_effect,
        "created_at": date_after("created_at"),
    },
}
