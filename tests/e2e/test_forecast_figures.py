"""Every number of `psdm forecast-prep --json`, reproduced by hand-made arithmetic over the sandbox account's rows."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import jsonschema
import pytest
from by_hand import Hand
from by_hand_check import assert_breakdown_adds_up, assert_by_hand, assert_portfolio_by_hand
from crooked import bend
from psdm_process import Psdm

from psdm_cli.sandbox import KantataSandbox

AS_OF = date(2026, 11, 23)


def test_the_sandbox_prints_one_valid_document_with_every_number_right(alone: Psdm) -> None:
    done = alone("--sandbox", "--as-of", AS_OF.isoformat(), "forecast-prep", "--no-input", "--json")
    schema = alone("schema", "forecast-prep")
    assert done.code == 3
    assert done.document["schema"] == "psdm.forecast-prep/1"
    assert done.document["status"] == "attention"
    assert done.document["as_of"] == AS_OF.isoformat()
    jsonschema.validate(
        done.document, json.loads(schema.out), format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER
    )
    with KantataSandbox(as_of=AS_OF) as same:
        assert_by_hand(done, Hand(same.account, AS_OF))
    assert done.result["deadlines"] == {
        "prep_complete": "2026-11-23T10:00:00-05:00",
        "forecast_updated": "2026-11-23T11:00:00-05:00",
    }


def test_the_practice_portfolio_of_today_is_right_as_well(alone: Psdm) -> None:
    done = alone("--sandbox", "forecast-prep", "--no-input", "--json")
    assert done.code == 3
    as_of = date.fromisoformat(done.document["as_of"])
    with KantataSandbox(state_dir=alone.home / "psdm" / "data" / "sandbox", as_of=as_of) as kept:
        assert_by_hand(done, Hand(kept.account, as_of))


@pytest.mark.parametrize(
    ("seed", "as_of"),
    [
        pytest.param(2, date(2026, 11, 28), id="a Saturday after Thanksgiving"),
        pytest.param(3, date(2027, 1, 29), id="the last business day of a quarter"),
        pytest.param(4, date(2028, 2, 29), id="a leap day"),
        pytest.param(5, date(2026, 12, 31), id="the last day of a month"),
        pytest.param(6, date(2026, 10, 30), id="the Friday before the clocks change"),
    ],
)
def test_a_crooked_account_is_reckoned_to_the_cent(alone: Psdm, seed: int, as_of: date) -> None:
    with KantataSandbox(as_of=as_of, seed=seed) as server:
        bend(server.account, seed)
        done = alone.at(server)("forecast-prep", "--as-of", as_of.isoformat(), "--no-input", "--json")
        assert done.code == 3, done.err
        hand = Hand(server.account, as_of)
        assert_by_hand(done, hand)
        psdm = alone.at(server).with_(PSDM_AS_OF=as_of.isoformat())
        assert_portfolio_by_hand(psdm("portfolio", "--offline", "--json"), hand)
        assert server.violations == []
        assert server.writes == []


# Typed in by hand: the arithmetic stands beside each figure. As of Monday 2026-11-23; days off: Thanksgiving 26 and 27
# November, 25 December, 1 and 18 January.
BY_HAND: dict[str, dict[str, Any]] = {
    # T&M: an engineer 8 h at 200.00, the lead 0.5 h at 180.00, an architect 1 h at 250.00: 1,940.00 a day.
    "SOW-2304": {
        "forecast": {
            "2026-11": "7760.00",  # 23, 24, 25, 30 November: 4 x 1,940
            "2026-12": "39390.00",  # 22 days x 1,940, less the engineer's 8 and 9 (3,200) and the lead's 16 (90)
            "2027-01": "36860.00",  # 19 days x 1,940
            "2027-02": "38800.00",  # 1 to 26 February: 20 days x 1,940
        },
        "beyond": "0.00",  # the engagement ends on 26 February
        "hard_booked": "122810.00",  # the sum of the four
        "hard_hours": 601.0,  # 65 days x 9.5 h = 617.5, less 16 h and 0.5 h
        "worked": {"2026-11": "29100.00", "2026-12": "0.00", "2027-01": "0.00", "2027-02": "0.00"},  # 15 x 1,940
        "month_total": {  # November: 29,100 + 7,760
            "2026-11": "36860.00",
            "2026-12": "39390.00",
            "2027-01": "36860.00",
            "2027-02": "38800.00",
        },
        "to_forecast": "0.00",
        "coverage": {role: {"gap_from": None, "until": None} for role in ("PM", "PSE", "TA")},
    },
    # Fixed fee: 40,000 done; open: 45,000 due 4 November, 35,000 undated, 60,000 on 29 January (the quarter's last
    # business day), 25,000 on 3 December, 20,000 on 5 March.
    "SOW-2302": {
        "forecast": {"2026-11": "0.00", "2026-12": "25000.00", "2027-01": "60000.00", "2027-02": "0.00"},
        "beyond": "20000.00",
        "overdue": "45000.00",
        "undated": "35000.00",
        "budget": "225000.00",  # 40 + 45 + 35 + 60 + 25 + 20 thousand
        "used": "40000.00",
        "remaining": "185000.00",
        "to_forecast": "80000.00",  # 185,000 - (25,000 + 60,000 + 20,000): what is overdue or undated is not planned
        "worked": {"2026-11": "0.00", "2026-12": "0.00", "2027-01": "0.00", "2027-02": "0.00"},
    },
    # Yen, which have no subunit: 0.5 h at 24,000, 4 h at 30,000, 2 h at 36,000: 204,000 a day.
    "SOW-2308": {
        "currency": "JPY",
        "forecast": {
            "2026-11": "816000.00",  # 4 days
            "2026-12": "4404000.00",  # 22 days = 4,488,000, less the lead's 16 (12,000) and the architect's 22 (72,000)
            "2027-01": "3876000.00",  # 19 days
            "2027-02": "4080000.00",  # 20 days
        },
        "beyond": "3060000.00",  # 1 to 19 March: 15 days
    },
    # Hard bookings end on 11 December; two months out is 23 January.
    "SOW-2301": {
        "coverage": {role: {"gap_from": "2026-12-14", "until": "2027-01-23"} for role in ("PM", "PSE", "TA")},
    },
}
# 23 November to 20 December: 18 days of 8 h. 4 h and 1 h a day booked on two engagements: 90 of 144 h, 62.5 %.
UNDER_ALLOCATED = {
    ("Jonas Wexford", 144.0, 90.0, 0.0, 0.625),
    ("Aiko Tremblay", 144.0, 90.0, 104.0, 0.625),  # and softly 13 days of 8 h
}


def test_figures_that_were_reckoned_with_paper_and_pencil(calm: dict[str, Any]) -> None:
    shown = {project["sow"]: project for project in calm["projects"]}
    for sow, figures in BY_HAND.items():
        assert {name: shown[sow][name] for name in figures} == figures
    people = {
        (p["name"], p["capacity_hours"], p["hard_hours"], p["soft_hours"], p["booked_ratio"]) for p in calm["people"]
    }
    assert people == UNDER_ALLOCATED


@pytest.mark.parametrize("by", ["project", "month", "role", "person", "type"])
def test_the_forecast_adds_up_however_it_is_grouped(warm: tuple[Psdm, Hand], by: str) -> None:
    psdm, hand = warm
    done = psdm("forecast", "show", "--by", by, "--offline", "--json")
    assert done.code == 0
    assert_breakdown_adds_up(done, hand)


@pytest.fixture(scope="module")
def warm(tmp_path_factory: pytest.TempPathFactory) -> tuple[Psdm, Hand]:
    """A home with a mirror of the seeded portfolio, and the hand reckoning of it."""
    with KantataSandbox(as_of=AS_OF) as server:
        psdm = Psdm(tmp_path_factory.mktemp("warm")).at(server).with_(PSDM_AS_OF=AS_OF.isoformat())
        assert psdm("sync").code == 0
        return psdm, Hand(server.account, AS_OF)
