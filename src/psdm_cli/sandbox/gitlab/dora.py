"""DORA metrics, the one place where a missing licence or role is answered 401."""

from __future__ import annotations

import random
from datetime import date, timedelta

from psdm_cli.sandbox.account import Row
from psdm_cli.sandbox.gitlab import levels
from psdm_cli.sandbox.gitlab.calls import Call, Reply
from psdm_cli.sandbox.gitlab.refusals import Refusal, failed
from psdm_cli.sandbox.gitlab.routes import Route

TIERS = ("production", "staging", "testing", "development", "other")
LONGEST_DAYS = 366
REFUSED = "You do not have permission to access dora metrics."


def metrics(call: Call) -> Reply:
    """A series of one metric; 401 without Ultimate or the Reporter role, 400 for a bad tier or range."""
    place = call.place()
    tiers = call.params.get("environment_tiers[]") or ["production"]
    start = date.fromisoformat(call.params.get("start_date") or (call.today - timedelta(days=90)).isoformat())
    end = date.fromisoformat(call.params.get("end_date") or call.today.isoformat())
    if not call.has("dora") or not call.may(levels.REPORTER, place):
        raise Refusal(401, {"message": REFUSED})
    if any(tier not in TIERS for tier in tiers):
        raise failed("The environment tiers must be from production, staging, testing, development, other.")
    if end < start:
        raise failed("The start date must be earlier than the end date.")
    if (end - start).days > LONGEST_DAYS:
        raise failed(f"Date range must be shorter than {LONGEST_DAYS} days.")
    return Reply(200, _series(call, place, start, end))


def _series(call: Call, place: Row, start: date, end: date) -> list[dict[str, object]]:
    metric, interval = call.params["metric"], call.params.get("interval") or "daily"
    days = [start + timedelta(days=n) for n in range((end - start).days + 1)]
    values = {day: _value(place, metric, day) for day in days}
    if interval == "daily":
        return [{"date": day.isoformat(), "value": value} for day, value in values.items()]
    spans = {day: day.replace(day=1).isoformat() if interval == "monthly" else None for day in days}
    found: list[dict[str, object]] = []
    for span in dict.fromkeys(spans.values()):
        inside = sorted(value for day, value in values.items() if spans[day] == span and value is not None)
        total: float = sum(inside) if metric == "deployment_frequency" else inside[len(inside) // 2] if inside else 0
        found.append({"date": span, "value": total if inside else None})
    return found


def _value(place: Row, metric: str, day: date) -> float | None:
    """Something plausible that is the same whenever asked; weekends have no deployments."""
    if day.weekday() > 4:
        return 0 if metric == "deployment_frequency" else None
    dice = random.Random(f"{place['id']}|{metric}|{day}")  # noqa: S311  (figures for practice)
    if metric == "deployment_frequency":
        return dice.randint(0, 4)
    return round(dice.random() * 0.2, 3) if metric == "change_failure_rate" else dice.randint(3_600, 200_000)


ROUTES = [
    Route("GET", "/projects/{project_id}/dora/metrics", metrics),
    Route("GET", "/groups/{group_id}/dora/metrics", metrics),
]
