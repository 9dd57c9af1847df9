"""The walk's options as they are typed."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from walk_samples import AS_OF

from psdm_cli.errors import WrongUsage
from psdm_cli.workflows.walk_options import StepOption, UpsideOption, WaiveOption, options_of


def test_what_is_typed() -> None:
    found = options_of(
        waive=["FP-01:3001=mail to kim@example.com = sent@2026-12-04"],
        upside=["FP-07:1=waits for kim@example.com", "FP-07:2=decides Friday@60", "FP-07:3=so@0.25"],
        answer=["FP-12=no"],
        confirm=["FP-13=in the sheet"],
        as_of=AS_OF,
    )
    assert found.waive == (WaiveOption("FP-01:3001", "mail to kim@example.com = sent", date(2026, 12, 4)),)
    assert found.upside == (
        UpsideOption("FP-07:1", "waits for kim@example.com", None),
        UpsideOption("FP-07:2", "decides Friday", Decimal("0.6")),
        UpsideOption("FP-07:3", "so", Decimal("0.25")),
    )
    assert found.steps == (StepOption("FP-12", "no"), StepOption("FP-13", "yes", "in the sheet"))
    assert not found.is_empty
    assert options_of(as_of=AS_OF).is_empty


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"waive": ["FP-01:3001"]}, "expected KEY=REASON@DATE"),
        ({"waive": ["FP-01:3001=because"]}, "the last day is missing"),
        ({"waive": ["FP-01:3001=because@yesterday"]}, "YYYY-MM-DD"),
        ({"waive": ["FP-01:3001=because@2026-11-22"]}, "not in the past"),
        ({"waive": ["FP-01:3001=@2026-12-04"]}, "needs a reason"),
        ({"upside": ["FP-07:1=@60"]}, "because of"),
        ({"upside": ["FP-07:1=so@0"]}, "1 to 100 %"),
        ({"upside": ["FP-07:1=so@150%"]}, "1 to 100 %"),
        ({"confirm": ["FP-12"]}, "expected STEP=NOTE"),
        ({"answer": ["=yes"]}, "expected STEP=VALUE"),
        ({"answer": ["FP-12=yes"], "confirm": ["fp-12=done"]}, "answered twice"),
    ],
)
def test_what_makes_no_sense(given: dict[str, list[str]], said: str) -> None:
    with pytest.raises(WrongUsage, match=said):
        options_of(**given, as_of=AS_OF)  # type: ignore[arg-type]
