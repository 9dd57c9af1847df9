"""Every number of rules.md and domain.md that a team may change, with the handbook's value as default."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time
from decimal import Decimal

DELIVERY_ROLES = ("PM", "PSE", "TA")

ROLE_ALIASES: dict[str, tuple[str, ...]] = {
    "PM": ("Project Manager", "Program Manager", "PM"),
    "PSE": ("Professional Services Engineer", "PSE"),
    "TA": ("Technical Architect", "TA"),
}


@dataclass(frozen=True, slots=True)
class Policy:
    """Numbers behind the findings. Defaults are the handbook's, else rules.md's, else domain.md's proposals."""

    hidden_statuses: tuple[str, ...] = ("Estimate", "Completed", "Cancelled")
    money_only_statuses: tuple[str, ...] = ("Closed",)
    not_yet_booked_statuses: tuple[str, ...] = ("On Hold", "Backlog")
    active_statuses: tuple[str, ...] = ("Active",)
    delivery_roles: tuple[str, ...] = DELIVERY_ROLES
    always_required_roles: tuple[str, ...] = ("PM",)
    booking_horizon_months: int = 2
    forecast_months_ahead: int = 3
    default_workday_minutes: int = 480
    just_kicked_off_business_days: int = 10
    under_allocated_below: Decimal = Decimal("0.80")
    people_weeks: int = 4
    milestone_needs_start: bool = False
    sign_off_last_business_days: int = 5
    health_report_max_age_days: int = 7
    upside_milestone_days_after_quarter: int = 30
    runway_weeks: int = 4
    funds_tolerance: Decimal = Decimal("0.00")
    push_reason_above: Decimal = Decimal("1000.00")
    accuracy_tolerance: Decimal = Decimal("0.05")
    accuracy_tolerance_blocks: Decimal = Decimal("0.10")
    soft_probability: Decimal = Decimal("0.40")
    pending_co_probability: Decimal | None = None
    milestone_probability: Decimal | None = None
    other_probability: Decimal | None = None
    upside_review_days: int = 7
    health_yellow_eac: Decimal = Decimal("1.00")
    health_red_eac: Decimal = Decimal("1.10")
    large_plan: int = 10
    today_milestone_days: int = 14
    today_expiry_days: int = 60
    today_gap_days: int = 7
    today_waiver_days: int = 7
    today_funds_days: int = 30
    today_quarter_days: int = 14
    passive_acceptance_days: int = 5
    prep_complete_at: time = time(10, 0)
    forecast_updated_at: time = time(11, 0)
