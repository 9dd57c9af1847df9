"""Every record comes back from the store as it went in."""

from __future__ import annotations

import typing
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from psdm_cli.domain.records import RECORD_TYPES, Kind, Record, Resource, Workspace
from psdm_cli.store import open_store
from psdm_cli.store.codec import CODECS, user_of, workspace_of
from psdm_cli.store.states import By, Part, PartHead, Promotion, Row, ScopeState

ZONES = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
VALUES: dict[object, st.SearchStrategy[object]] = {
    datetime: st.datetimes(timezones=ZONES).map(lambda moment: moment.replace(fold=0)),  # means nothing in a fixed zone
    date: st.dates(),
    Decimal: st.decimals(allow_nan=False, allow_infinity=False),
    str: st.text(st.characters(), max_size=20),  # lone surrogates and NUL too: JSON may carry them
    int: st.integers(),
    bool: st.booleans(),
}


def value(hint: object) -> st.SearchStrategy[object]:
    """Values of a field's type."""
    if hint in VALUES:
        return VALUES[hint]
    if hint is type(None):
        return st.none()
    arguments = typing.get_args(hint)
    if typing.get_origin(hint) is tuple:
        if arguments[-1] is Ellipsis:
            return st.lists(value(arguments[0]), max_size=4).map(tuple)
        return st.tuples(*(value(each) for each in arguments))
    return st.one_of(*(value(each) for each in arguments))


def records(kind: Kind) -> st.SearchStrategy[Record]:
    hints = typing.get_type_hints(RECORD_TYPES[kind])
    return st.builds(RECORD_TYPES[kind], **{name: value(hint) for name, hint in hints.items()})


@pytest.mark.parametrize("kind", Kind)
def test_round_trip_of_every_kind(kind: Kind) -> None:
    @given(st.lists(records(kind), max_size=3))
    @settings(max_examples=30, deadline=None, database=None)
    def there_and_back(some: list[Record]) -> None:
        back = CODECS[kind].decode(CODECS[kind].encode(one) for one in some)
        assert back == some
        assert [repr(one) for one in back] == [repr(one) for one in some], "the same types, not only equal values"

    there_and_back()


def test_hostile_text_goes_through_the_database(tmp_path: Path) -> None:
    odd = Workspace("7\ud800", "\0'; DROP TABLE facts;--\ud83d \x1b[31m\u202e", custom_fields=(("a", "\ud800"),))
    now = datetime(2026, 11, 23, tzinfo=timezone.utc)  # noqa: UP017 - the zone above is the same class
    with open_store(None, tmp_path) as store:
        mirror = store.mirror("http://x/\ud800 1")
        parking = mirror.parking()
        row = Row("7\\ud800", "7\\ud800", None, CODECS[Kind.WORKSPACES].encode(odd))
        parking.park(Part(PartHead(Kind.WORKSPACES, By.WORKSPACE, ("7\\ud800",), now), (row,)), now)
        mirror.promote(parking.run, Promotion(ScopeState("leads:\ud800", now)))
        assert mirror.load(Kind.WORKSPACES) == [odd]
        assert mirror.scope("leads:\ud800") is not None


@pytest.mark.parametrize(
    ("kind", "record", "expected"),
    [
        pytest.param(Kind.WORKSPACES, Workspace("5"), ("5", None), id="a project is its own"),
        pytest.param(Kind.RESOURCES, Resource("9", "5", "8"), ("5", "8"), id="a resource has both"),
        pytest.param(Kind.RESOURCES, Resource("9"), (None, None), id="unknown stays unknown"),
    ],
)
def test_keys(kind: Kind, record: Record, expected: tuple[str | None, str | None]) -> None:
    assert (workspace_of(kind, record), user_of(record)) == expected
