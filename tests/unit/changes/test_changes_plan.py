"""Order, references, comparing: the values that everything else stands on."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from changes_world import NOW, change, create
from hypothesis import given
from hypothesis import strategies as st

from psdm_cli.changes.codec import change_of, plain, to_document
from psdm_cli.changes.comparing import differences, said, settled
from psdm_cli.changes.plan import (
    Action,
    Audience,
    Change,
    CircularPlanError,
    number_of,
    plan_of,
    references,
    resolved,
    shown_text,
)


def test_changes_come_in_the_order_they_need() -> None:
    child = create("child", after={"parent": {"$id": "parent"}})
    plan = plan_of("test", NOW, [child, create("last", depends_on=("child",)), create("parent"), create("free")])
    assert [item.change.key for item in plan.items] == ["parent", "child", "last", "free"]
    assert [item.n for item in plan.items] == [1, 2, 3, 4]


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param([create("a", depends_on=("b",)), create("b", depends_on=("a",))], id="in a circle"),
        pytest.param([create("a", after={"of": {"$id": "nobody"}})], id="on one that is not there"),
    ],
)
def test_changes_that_wait_for_ever(changes: list[Change]) -> None:
    with pytest.raises(CircularPlanError):
        plan_of("test", NOW, changes)


def test_a_key_is_planned_once() -> None:
    with pytest.raises(ValueError, match="planned twice: a"):
        plan_of("test", NOW, [create("a"), create("a")])


def test_references_are_found_and_filled_anywhere() -> None:
    after = {"a": {"$id": "x"}, "b": [{"c": {"$id": "y"}}, 3], "d": {"$id": "x", "other": 1}}
    assert list(references(after)) == ["x", "y"]
    assert resolved(after, {"x": "1", "y": "2"}) == {"a": "1", "b": [{"c": "2"}, 3], "d": {"$id": "x", "other": 1}}
    with pytest.raises(KeyError):
        resolved(after, {"x": "1"})


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param(901, "901", id="an id as number and text"),
        pytest.param(480, 480.0, id="whole numbers"),
        pytest.param(Decimal("1.50"), 1.5, id="decimals"),
        pytest.param(None, "", id="nothing and empty"),
        pytest.param([], None, id="no items"),
        pytest.param(["2", "1"], [1, 2], id="lists of ids"),
        pytest.param("two\n  words ", "two words", id="blanks"),
        pytest.param(date(2027, 1, 4), "2027-01-04", id="dates"),
    ],
)
def test_what_counts_as_the_same(one: Any, other: Any) -> None:
    assert settled(one) == settled(other)
    assert differences({"x": one}, {"x": other}) == ()


@pytest.mark.parametrize(("one", "other"), [(True, 1), (True, "True"), (False, None), ("a", "b"), (0, None)])
def test_what_does_not(one: Any, other: Any) -> None:
    (found,) = differences({"x_id": one, "unseen": 1}, {"x_id": other})
    assert str(found) == f"x id is {said(other)}, not {said(one)}"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**9), 10**9) | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(min_size=1, max_size=5), inner, max_size=3),
    max_leaves=8,
)
TEXT = st.text(min_size=1, max_size=12).filter(lambda text: bool(text.strip()))


@given(
    st.builds(
        Change,
        system=TEXT,
        kind=TEXT,
        action=st.sampled_from(Action),
        key=TEXT,
        title=TEXT,
        place=st.text(max_size=5),
        audience=st.sampled_from(Audience),
        before=st.dictionaries(TEXT, JSON, max_size=3),
        after=st.dictionaries(TEXT, JSON, min_size=1, max_size=3),
        id=st.none() | TEXT,
        url=st.none() | TEXT,
        depends_on=st.lists(TEXT, max_size=2).map(tuple),
        sow=st.none() | TEXT,
        why=st.text(max_size=5),
    )
)
def test_a_change_comes_back_from_its_document(given_change: Change) -> None:
    assert change_of(to_document(given_change)) == given_change


def test_values_become_json() -> None:
    value = {"day": date(2027, 1, 4), "sum": Decimal("1.50"), "who": Audience.INTERNAL, "ids": ("1",)}
    assert plain(value) == {"day": "2027-01-04", "sum": "1.50", "who": "internal", "ids": ["1"]}
    with pytest.raises(TypeError):
        plain({"x": object()})


def test_keep_writes_nothing() -> None:
    plan = plan_of("test", NOW, [change(Action.KEEP, "a")])
    assert plan.is_empty
    assert plan.writing == ()


def test_a_text_takes_the_numbers_that_the_plan_has_made() -> None:
    after = {
        "body": {"$text": f"see #{number_of('issue:raid:SOW-1')} and &{number_of('epic:a/b')}, {{$iid:}}"},
        "on": "1",
    }
    assert list(references(after)) == ["issue:raid:SOW-1", "epic:a/b"]
    ids = {"issue:raid:SOW-1": "41#7", "epic:a/b": "21&12"}
    assert resolved(after, ids) == {"body": "see #7 and &12, {$iid:}", "on": "1"}
    with pytest.raises(KeyError):
        resolved(after, {"epic:a/b": "21&12"})
    assert shown_text(str(after["body"]["$text"])) == "see #… and &…, {$iid:}"
