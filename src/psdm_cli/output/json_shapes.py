"""Shapes that the JSON documents share (interface.md 4): one source for what is printed and for `psdm schema`.

Amounts are strings with two decimals beside a `currency`, hours numbers, dates ISO, instants with offset, ids strings;
unknown is null, never 0. Within a version only additions.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from enum import Enum
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, WithJsonSchema

from psdm_cli.domain.findings import State
from psdm_cli.output.text import valid_text


def _valid(value: Any) -> Any:
    return valid_text(value) if isinstance(value, str) else value


Foreign = Annotated[str, BeforeValidator(_valid)]
"""Text that may come from outside: as it is, only lone surrogates replaced."""

Amount = Annotated[
    Decimal,
    PlainSerializer(lambda value: f"{value:.2f}", return_type=str),
    WithJsonSchema({"type": "string", "pattern": r"^-?\d+\.\d{2}$", "title": "Amount, two decimals"}),
]
Hours = Annotated[
    Decimal,
    PlainSerializer(float, return_type=float),
    WithJsonSchema({"type": "number", "title": "Hours"}),
]
Ratio = Annotated[
    Decimal,
    PlainSerializer(float, return_type=float),
    WithJsonSchema({"type": "number", "title": "Ratio, 1 is the whole"}),
]
Month = Annotated[str, WithJsonSchema({"type": "string", "pattern": r"^\d{4}-\d{2}$", "title": "Month"})]
MonthAmounts = dict[Month, Amount | None]
CurrencyMonths = Annotated[dict[Foreign, dict[Month, Amount]], Field(description="Per currency and month.")]

StepState = Literal["pass", "attention", "manual", "unverified", "done", "skipped"]

_NUMBERS = ("hours", "minutes", "ratio", "percent", "days", "count", "probability")


class Shape(BaseModel):
    """A part of a document, made from the domain's frozen models by name."""

    model_config = ConfigDict(from_attributes=True, extra="forbid", frozen=True)


def plain_value(value: Any, name: str = "") -> Any:
    """The numbers behind a sentence as JSON values.

    A Decimal is an amount (two decimals, a string) unless its name ends in hours, minutes, ratio, percent, days, count
    or probability: those are numbers.
    """
    if isinstance(value, Enum):
        value = value.value
    if isinstance(value, Mapping):
        # months and currencies as keys take the meaning of the value from the name above them
        return {valid_text(str(k)): plain_value(v, name if _is_index(str(k)) else str(k)) for k, v in value.items()}
    if isinstance(value, Sequence | set | frozenset) and not isinstance(value, str):
        rows = sorted(value) if isinstance(value, set | frozenset) else value
        return [plain_value(row, name) for row in rows]
    return _plain_scalar(value, name)


def _plain_scalar(value: Any, name: str) -> Any:
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, str):
        return valid_text(value)
    if isinstance(value, date):  # datetimes are dates too
        return value.isoformat()
    if isinstance(value, Decimal) and not name.endswith(_NUMBERS):
        return f"{value:.2f}"
    return float(value)  # hours and ratios, Decimal or Fraction


def _is_index(key: str) -> bool:
    return key[:4].isdigit() or (len(key) <= 3 and key.isupper())


class Finding(Shape):
    """One thing that needs attention; `key` is the same from run to run, `data` carries the numbers behind it."""

    key: Foreign
    step: str
    lead: Foreign | None
    project: str | None = Field(description="Kantata's id of the project.")
    sow: Foreign | None
    subject: Foreign
    message: Foreign
    amount: Amount | None = Field(description="Money at stake.")
    currency: Foreign | None
    due: date | None
    data: Annotated[dict[str, Any], BeforeValidator(plain_value)]
    fix: Foreign | None = Field(description="What to do about it.")
    state: Literal["open", "waived", "fixed"]


class Step(Shape):
    """One step of a checklist. `waived`: how many of its findings are waived."""

    id: str
    title: Foreign
    owner: Foreign
    state: StepState
    reason: Foreign
    evidence: list[Foreign]
    waived: int
    findings: list[Finding]


class Checklist(Shape):
    """A checklist for a subject (an ISO week, a SOW). `done`: passed, done and skipped steps."""

    id: str
    subject: Foreign
    done: int
    total: int
    blocking: list[str] = Field(description="Ids of the steps that are attention or unverified.")
    steps: list[Step]


class PlanItem(Shape):
    """One change of an outside system, planned or made."""

    n: int
    system: str
    action: Literal["create", "change", "close", "delete", "keep"]
    kind: str
    key: Foreign
    title: Foreign
    place: Foreign | None
    audience: Literal["internal", "customer"]
    before: Any
    after: Any
    id: str | None
    url: Foreign | None
    state: Literal["planned", "applied", "kept", "failed", "skipped"]
    error: Foreign | None


FINISHED = frozenset({State.PASS, State.DONE, State.SKIPPED})
BLOCKING = frozenset({State.ATTENTION, State.UNVERIFIED})


def plain(shape: Shape) -> dict[str, Any]:
    """A shape as plain JSON values."""
    return shape.model_dump(mode="json", by_alias=True)
