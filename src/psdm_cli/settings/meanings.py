"""What each number of the policy means, in one line each, for the example file and the reference."""

from __future__ import annotations

POLICY: dict[str, str] = {
    "hidden_statuses": "Kantata statuses that take no part",
    "money_only_statuses": "statuses that take part in the money steps only",
    "not_yet_booked_statuses": "statuses whose bookings are not checked (FP-08)",
    "active_statuses": "statuses that need health reports (FP-11)",
    "delivery_roles": "roles whose bookings and time are checked",
    "always_required_roles": "roles that every engagement needs",
    "booking_horizon_months": "months out that must be hard-booked (FP-08)",
    "forecast_months_ahead": "months shown after the as-of month",
    "default_workday_minutes": "minutes of a workday where Kantata shows none",
    "just_kicked_off_business_days": "business days after kickoff with soft bookings allowed (FP-07)",
    "under_allocated_below": "hard-booked share of capacity below which a person is listed (FP-06)",
    "people_weeks": "weeks of that share, the as-of week included",
    "milestone_needs_start": "whether milestones need a start date too (FP-02)",
    "sign_off_last_business_days": "last business days of the quarter for open sign-offs (FP-10)",
    "health_report_max_age_days": "days until a health report is stale (FP-11)",
    "upside_milestone_days_after_quarter": "days after the quarter in which a milestone is an upside candidate (FP-04)",
    "runway_weeks": "full weeks that the average burn is taken from",
    "funds_tolerance": "remaining funds up to this amount are no finding (FP-01)",
    "accuracy_tolerance": "forecast accuracy goal, time and materials and fixed fee",
    "accuracy_tolerance_blocks": "forecast accuracy goal, consulting blocks and dedicated engineers",
    "soft_probability": "probability of a soft booking",
    "health_yellow_eac": "estimate at completion / budget above which yellow is suggested",
    "health_red_eac": "the same for red",
    "large_plan": "plans with more changes ask for their number instead of y",
    "prep_complete_at": "Monday: forecast preparation complete",
    "forecast_updated_at": "Monday: forecast and upside updated",
}
