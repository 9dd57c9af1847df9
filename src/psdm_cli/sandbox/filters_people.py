"""Filters of projects, people, calendars and money."""

from __future__ import annotations

import json

from psdm_cli.sandbox.filters import (
    Asking,
    Filter,
    Predicate,
    among,
    date_after,
    date_before,
    date_within,
    equal,
    flag,
    no_effect,
    present,
    when_true,
    words,
)
from psdm_cli.sandbox.reading import day, ids, is_true, listed, matches


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


PEOPLE_FILTERS: dict[str, dict[str, Filter]] = {
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
