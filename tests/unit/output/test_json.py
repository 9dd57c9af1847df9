"""JSON documents: they validate against their schema, and say unknown, money and hours as interface.md 4 does."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from jsonschema import Draft202012Validator, ValidationError
from reports import AS_OF, NOW, easy_week, report, several_leads, without_money
from views import Frozen, breakdown, difference, portfolio

from psdm_cli.domain.breakdown import By
from psdm_cli.domain.findings import State
from psdm_cli.output.breakdown_document import ForecastShowDocument
from psdm_cli.output.difference_document import ForecastDiffDocument
from psdm_cli.output.document import as_text, envelope
from psdm_cli.output.forecast_document import ForecastPrepDocument
from psdm_cli.output.freeze_document import ForecastFreezeDocument
from psdm_cli.output.json_shapes import plain_value
from psdm_cli.output.portfolio_document import PortfolioDocument
from psdm_cli.output.shapes import document_schema

DOCUMENTS: dict[str, Any] = {
    "usual": ForecastPrepDocument(report(), NOW),
    "two leads": ForecastPrepDocument(several_leads(), NOW),
    "without money": ForecastPrepDocument(without_money(), NOW),
    "easy": ForecastPrepDocument(easy_week(), NOW),
    "portfolio": PortfolioDocument(portfolio(), as_of=AS_OF, now=NOW, synced_at=NOW),
    "diff": ForecastDiffDocument(difference()),
    "freeze": ForecastFreezeDocument(Frozen()),
    "freeze, dry": ForecastFreezeDocument(Frozen(revision=None)),
    **{f"by {by.value}": ForecastShowDocument(breakdown(by), as_of=AS_OF, now=NOW) for by in By},
}


def printed(document: Any) -> dict[str, Any]:
    whole = as_text(envelope(document, as_of=AS_OF, generated_at=datetime(2026, 11, 23, 14, 5, tzinfo=UTC)))
    parsed: dict[str, Any] = json.loads(whole)
    return parsed


@pytest.mark.parametrize("document", DOCUMENTS.values(), ids=DOCUMENTS)
def test_documents_validate_against_their_schema(document: Any) -> None:
    schema = document_schema(document.command)
    Draft202012Validator.check_schema(schema)
    validator = Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)
    validator.validate(printed(document))


def test_the_schema_refuses_what_the_interface_does_not_allow() -> None:
    validator = Draft202012Validator(document_schema("forecast-prep"))
    for path, wrong in (
        (("projects", 0, "budget"), 240000.0),
        (("projects", 0, "budget"), "240000"),
        (("projects", 0, "hard_hours"), "522.20"),
        (("projects", 0, "forecast", "2026-11"), 0),
        (("projects", 0, "type"), "T&M"),
        (("steps", 0, "state"), "ok"),
        (("people", 0, "id"), 71),
        (("checklist",), None),
    ):
        document = printed(DOCUMENTS["usual"])
        target: Any = document["result"]
        for part in path[:-1]:
            target = target[part]
        target[path[-1]] = wrong
        with pytest.raises(ValidationError):
            validator.validate(document)


def test_forecast_prep_has_the_keys_of_the_interface() -> None:
    result = printed(DOCUMENTS["usual"])["result"]
    assert set(result) == {
        *("pm", "leads", "deadlines", "months", "projects", "totals", "steps", "people", "checklist"),
        *("week", "quarter", "synced_at", "compared_with", "worked_totals"),  # additions
        *("plan", "texts", "left", "run"),  # what --fix did
    }
    promised = {
        *("id", "sow", "title", "customer", "lead", "type", "status", "currency", "budget", "used", "remaining"),
        *("to_forecast", "hard_booked", "soft_booked", "hard_hours", "soft_hours", "unpriced_hours", "forecast"),
        *("worked", "beyond", "overdue", "undated", "milestones", "kickoff", "end", "coverage", "changes"),
    }
    assert set(result["projects"][0]) == {*promised, "month_total"}
    assert set(result["people"][0]) == {
        *("id", "name", "role", "capacity_hours", "hard_hours", "soft_hours", "booked_ratio")
    }
    assert set(result["steps"][0]) == {*("id", "title", "owner", "state", "reason", "evidence", "waived", "findings")}
    assert set(result["steps"][0]["findings"][0]) == {
        *("key", "step", "lead", "project", "sow", "subject", "message", "amount", "currency", "due", "data", "fix"),
        "state",
    }
    assert set(result["checklist"]) == {*("id", "subject", "done", "total", "blocking", "steps")}


def test_amounts_are_strings_hours_numbers_and_instants_have_offsets() -> None:
    result = printed(DOCUMENTS["usual"])["result"]
    acme = result["projects"][0]
    assert acme["budget"] == "240000.00"
    assert acme["forecast"] == {
        "2026-11": "12000.00", "2026-12": "58000.00", "2027-01": "40549.50", "2027-02": "15000.00"
    }  # fmt: skip
    assert acme["hard_hours"] == 522.2
    assert acme["coverage"] == {
        "PM": {"gap_from": None, "until": None},
        "PSE": {"gap_from": "2026-12-14", "until": "2027-01-04"},
    }
    assert acme["changes"][0] == {
        "kind": "push", "month_from": "2026-11", "month_to": "2026-12", "amount": "18000.00", "reason": None
    }  # fmt: skip
    assert result["people"][1]["booked_ratio"] == 0.7204
    assert result["deadlines"]["prep_complete"] == "2026-11-23T10:00:00-05:00"
    assert result["totals"]["EUR"]["2026-12"] == "24000.00"


def test_unknown_is_null_and_never_zero() -> None:
    result = printed(DOCUMENTS["without money"])["result"]
    for project in result["projects"]:
        for name in ("budget", "used", "remaining", "to_forecast", "hard_booked", "soft_booked", "beyond", "overdue"):
            assert project[name] is None
        assert set(project["forecast"].values()) == {None}
        assert project["hard_hours"] == 522.2
    assert result["totals"] == {}
    assert result["synced_at"] is None


def test_the_checklist_counts_and_blocks() -> None:
    checklist = printed(DOCUMENTS["usual"])["result"]["checklist"]
    assert checklist["id"] == "forecast-prep"
    assert checklist["subject"] == "2026-W48"
    assert (checklist["done"], checklist["total"]) == (2, 11)
    assert checklist["blocking"] == ["FP-01", "FP-02", "FP-03", "FP-06", "FP-07", "FP-08", "FP-09", "FP-10"]


@pytest.mark.parametrize(
    ("states", "status", "code"),
    [
        ([State.PASS, State.MANUAL], "ok", 0),
        ([State.PASS, State.UNVERIFIED], "partial", 3),
        ([State.UNVERIFIED, State.ATTENTION], "attention", 3),
    ],
)
def test_status_and_exit_code(states: list[State], status: str, code: int) -> None:
    made = report()
    steps = tuple(replace(step, state=state) for step, state in zip(made.steps, states, strict=False))
    document = ForecastPrepDocument(replace(made, steps=steps), NOW)
    assert (document.status, document.exit_code) == (status, code)


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("amount", Decimal("7.1"), "7.10"),
        ("amount", None, None),
        ("booked_hours", Decimal("12.50"), 12.5),
        ("ratio", Fraction(1, 4), 0.25),
        ("due", date(2026, 11, 23), "2026-11-23"),
        ("state", State.PASS, "pass"),
        ("flag", True, True),
        ("days", (1, 2), [1, 2]),
        ("names", frozenset({"b", "a"}), ["a", "b"]),
        ("hours", {"2026-11": Decimal("3.50")}, {"2026-11": 3.5}),
        ("forecast", {"USD": {"2026-11": Decimal(3)}}, {"USD": {"2026-11": "3.00"}}),
        ("text", "half \ud800", "half \ufffd"),
    ],
)
def test_the_numbers_behind_a_finding(name: str, value: object, expected: object) -> None:
    assert plain_value({name: value}) == {name: expected}


def test_nobody_pays_for_pydantic_who_asks_for_a_screen() -> None:
    code = """
import sys
from psdm_cli.output import breakdown_document, difference_document, forecast_document, freeze_document
from psdm_cli.output import portfolio_document, forecast_console, forecast_markdown, forecast_csv
print(*sorted({"pydantic", "requests", "sqlalchemy", "yaml", "rich.console", "rich.table"} & set(sys.modules)))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []
