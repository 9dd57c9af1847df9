"""Findings and steps for the walk's tests."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from psdm_cli.domain.dates import quarter_of
from psdm_cli.domain.findings import Finding, State, Step
from psdm_cli.domain.queue import Decision, Verdict, seen_of

AS_OF = date(2026, 11, 23)
AT = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)
QUARTER = quarter_of(AS_OF)
EASTERN = ZoneInfo("America/New_York")
TEN = datetime(2026, 11, 23, 10, tzinfo=EASTERN)
ELEVEN = datetime(2026, 11, 23, 11, tzinfo=EASTERN)


def finding(key: str, amount: str | None = None, project: str | None = "3001", **changed: Any) -> Finding:
    """A finding on an engagement, in USD where there is an amount."""
    worth = None if amount is None else Decimal(amount)
    return Finding(
        key=key,
        step=key[:5],
        subject=changed.pop("subject", "SOW-1"),
        message=changed.pop("message", f"message of {key}"),
        project=project,
        sow="SOW-1",
        amount=worth,
        stake=int(worth * 100) if worth is not None else 0,
        currency="USD" if worth is not None else None,
        **changed,
    )


def soft(booking: str = "71", amount: str | None = "5000.00", **data: Any) -> Finding:
    """A soft booking as FP-04 finds it."""
    return finding(
        f"FP-04:soft-booking:{booking}",
        amount,
        message="soft booking of Kim Ito: 40 h in FY27-Q4, worth 5,000.00 USD",
        due=date(2026, 12, 7),
        data={"scenario": "soft-booking", "booking_id": booking, "hours": 40.0, **data},
    )


def milestone(ident: str = "900", amount: str | None = "30000.00") -> Finding:
    """An undated milestone as FP-04 finds it."""
    return finding(
        f"FP-04:milestone:story:{ident}",
        amount,
        subject="SOW-1: Handover",
        message="milestone “Handover” (30,000.00 USD) is undated: could it be signed off in FY27-Q4?",
        data={"scenario": "milestone", "milestone_id": ident},
    )


def step(*findings: Finding, unseen: tuple[str, ...] = ()) -> Step:
    """A step that found these, attention."""
    name = findings[0].step
    return Step(name, f"title of {name}", "PM", State.ATTENTION, "found", (), findings, unseen)


def decided(found: Finding, verdict: Verdict, number: int = 1) -> dict[str, Decision]:
    """A decision about a finding as it stands."""
    return {found.key: Decision(found.key, verdict, "", "Pat", AT, seen_of(found), number)}
