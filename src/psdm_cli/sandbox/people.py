"""Who asks: personas with their rights, and the readings of what the contract leaves unconfirmed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

MONEY = frozenset({"financial", "task_budgets", "project_lead", "project_admin"})
LEAD = MONEY | {"project_status", "time_estimates", "reports_viewer"}
ADMINISTRATOR_ONLY = frozenset(
    {
        "billable_utilizations",
        "rate_card_roles",
        "rate_card_sets",
        "rate_card_set_versions",
        "survey_answers",
        "survey_questions",
        "survey_responses",
        "survey_templates",
    }
)


@dataclass(frozen=True, slots=True)
class Persona:
    """A token's owner: rights show gated attributes, refused collections answer 403."""

    name: str
    rights: frozenset[str]
    refused: frozenset[str] = ADMINISTRATOR_ONLY
    may_write: bool = True
    user: str | None = None
    sees: Literal["all", "participating"] = "all"


@dataclass(slots=True)
class Readings:
    """One reading of everything `kantata.md` calls UNCONFIRMED; change a field to serve the other."""

    current_assignments_with_unnamed: bool = False
    time_off_dates_inclusive: bool = True
    workweeks_refused: bool = False
    ids_without_include: bool = True
    primary_maven_without_include: bool = False
    current_report_any_age: bool = False
    suffix: Literal["both", "required", "refused"] = "both"
    hard_when_omitted: bool = False
    state_true_is_hard: bool = True
    unnamed_may_be_hard: bool = True
    archiving_drops_future_bookings: bool = False
    default_filters_can_be_switched_off: bool = False
    limit_body: Literal["json", "text"] = "json"
    undeletable: frozenset[str] = field(default_factory=frozenset)


def personas() -> dict[str, Persona]:
    """The personas every sandbox knows, by name."""
    everyone = (
        Persona("full", LEAD),
        Persona("no-money", LEAD - MONEY, ADMINISTRATOR_ONLY | {"project_accounting_records", "rate_cards"}),
        Persona("no-people", LEAD, ADMINISTRATOR_ONLY | {"account_memberships", "time_off_entries"}),
        Persona("reader", LEAD, may_write=False),
        Persona("narrow", LEAD, sees="participating"),
        Persona("admin", LEAD | {"account_admin"}, frozenset()),
    )
    return {persona.name: persona for persona in everyone}


def token_of(persona: str) -> str:
    """The bearer token of a persona; not a secret, it opens nothing but the sandbox."""
    return f"sandbox-{persona}"
