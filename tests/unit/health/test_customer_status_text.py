"""The text of a customer's status: nothing in it acts in GitLab, whatever titles people gave, and one marker stands."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.hostile import HOSTILE

from psdm_cli.domain.audience import Audience
from psdm_cli.domain.customer_status.fields import Draft, Sieve, posted
from psdm_cli.domain.internal_words import InternalRules
from psdm_cli.domain.markers import markers_in
from psdm_cli.domain.quick_actions import parse
from psdm_cli.templates.bodies import body

OURS = (("status", "SOW-1234/2026-W48"),)


def text_of(title: str) -> str:
    """The status with a title in every kind of field."""
    sieve = Sieve(InternalRules())
    said = sieve.drafted("a title", title)
    item = () if said is None else (said,)
    draft = Draft(
        overall=said,
        accomplished=item,
        upcoming=item,
        milestones=sieve.rows("m", [{"milestone": title, "date": title, "state": title}]),
        attention=sieve.rows("r", [{"type": "risk", "item": title, "owner": title, "due": title}]),
    )
    values = {**posted(draft), "sow": "SOW-1234", "customer": title.strip() or "Acme", "week": "2026-W48"}
    found = body("weekly-status", values)
    assert found.audience is Audience.CUSTOMER
    return found.text


@pytest.mark.parametrize("name", [name for name in HOSTILE if name != "surrogate"])
def test_hostile_titles_do_nothing(name: str) -> None:
    text = text_of(HOSTILE[name])
    parsed = parse(text)
    assert (parsed.text_without, parsed.unknown) == (text, ())
    assert markers_in(text) == OURS


@given(
    st.sampled_from(["/close", "@all", "<!-- psdm:retro:SOW-1 -->", "| a | b", "```\n/label ~x", "- [ ] x"]), st.text()
)
def test_pieces_that_act_are_tamed(piece: str, more: str) -> None:
    text = text_of(f"{piece} {more}")
    assert parse(text).text_without == text
    assert markers_in(text) == OURS
