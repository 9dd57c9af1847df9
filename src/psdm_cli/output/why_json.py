"""JSON of `psdm why` and its schema (interface.md 4)."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import Field

from psdm_cli.domain.explanation import Explanation, Part, Unit
from psdm_cli.output.json_shapes import Amount, Foreign, Hours, Shape, plain

Money = Annotated[str, Field(pattern=r"^-?\d+\.\d{2}$", title="Amount, two decimals")]
Value = Money | float | None


class WhyRow(Shape):
    """One thing behind a figure. `value`: what it adds to its part, in its unit; null: unknown, or shown only."""

    what: Foreign
    value: Value
    id: Foreign | None
    role: Foreign | None
    project: Foreign | None
    start: date | None = Field(description="Its first day that counts.")
    end: date | None = Field(description="Its last day that counts.")
    days: int | None = Field(description="Days that carry hours.")
    hours: Hours | None
    rate: Amount | None = Field(description="Per hour.")
    note: Foreign


class WhyPart(Shape):
    """Rows of one kind with their sum; with `counts` the subtotal is part of the figure."""

    title: Foreign
    unit: Literal["money", "hours", "ratio", "date", "text"]
    counts: bool
    subtotal: Value
    rows: list[WhyRow]


class WhyRule(Shape):
    """The rule in a plain sentence, and where it stands."""

    source: str
    text: str


class WhyClause(Shape):
    """What the handbook says."""

    name: str
    heading: str
    text: str
    url: str


class WhySubject(Shape):
    """What the question is about; `project` is Kantata's id."""

    name: Foreign
    project: str | None
    sow: Foreign | None
    title: Foreign


class WhyResult(Shape):
    """The answer: the subtotals of the parts that count add up to `value`."""

    asked: Foreign
    subject: WhySubject
    sentence: Foreign
    unit: Literal["money", "hours", "ratio", "date", "text"]
    shown: Foreign = Field(description="The value in words.")
    value: Value = Field(description="An amount (text), hours or a ratio (numbers); null: unknown, a date or a text.")
    currency: Foreign | None
    parts: list[WhyPart]
    rule: WhyRule
    clauses: list[WhyClause]
    unknown: list[Foreign] = Field(description="What is unknown, and which permission would tell.")
    findings: list[Foreign] = Field(description="Keys of a step's findings.")
    synced_at: datetime | None


def why_result(answer: Explanation, synced_at: datetime | None) -> dict[str, Any]:
    """The `result` of `psdm why --json`."""
    return plain(
        WhyResult(
            asked=answer.asked,
            subject=WhySubject.model_validate(answer.subject),
            sentence=answer.sentence,
            unit=answer.unit.value,
            shown=answer.shown,
            value=_value(answer.value, answer.unit),
            currency=answer.currency,
            parts=[_part(part) for part in answer.parts],
            rule=WhyRule.model_validate(answer.rule),
            clauses=[WhyClause.model_validate(clause) for clause in answer.clauses],
            unknown=list(answer.unknown),
            findings=list(answer.findings),
            synced_at=synced_at,
        )
    )


def _part(part: Part) -> WhyPart:
    rows = [
        WhyRow(
            what=row.what,
            value=_value(row.value, part.unit),
            id=row.id,
            role=row.role,
            project=row.project,
            start=row.start,
            end=row.end,
            days=row.days,
            hours=row.hours,
            rate=row.rate,
            note=row.note,
        )
        for row in part.rows
    ]
    return WhyPart(
        title=part.title,
        unit=part.unit.value,
        counts=part.counts,
        subtotal=_value(part.subtotal, part.unit),
        rows=rows,
    )


def _value(value: Decimal | None, unit: Unit) -> str | float | None:
    """Amounts are text with two decimals; hours and ratios are numbers."""
    if value is None:
        return None
    return float(value) if unit in (Unit.HOURS, Unit.RATIO) else f"{value:.2f}"
