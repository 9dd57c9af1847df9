"""What people told psdm, and forecasts that were frozen."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from tests.postgres import UrlOf

from psdm_cli.errors import StoreProblem
from psdm_cli.store import open_store, tables
from psdm_cli.store.database import Store

NOW = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)


@pytest.fixture
def store(tmp_path: Path, url_of: UrlOf) -> Iterator[Store]:
    with open_store(url_of("one"), tmp_path, site="https://one.example/api/v1") as opened:
        yield opened


def test_a_fact_is_kept_with_who_and_when(store: Store) -> None:
    store.facts.put("40", "kickoff", "2026-11-02", who="Pat", at=NOW)
    store.facts.put("40", "transition_date", "2026-12-01", who="Pat", at=NOW)
    store.facts.put("41", "kickoff", "2026-11-09", who="Sam", at=NOW)
    fact = store.facts.get("40", "kickoff")
    assert fact is not None
    assert (fact.value, fact.who, fact.at) == ("2026-11-02", "Pat", NOW)
    assert {key: sorted(facts) for key, facts in store.facts.of(["40", "41", "42"]).items()} == {
        "40": ["kickoff", "transition_date"],
        "41": ["kickoff"],
    }


def test_a_later_word_replaces_the_earlier_one(store: Store) -> None:
    store.facts.put("40", "kickoff", "2026-11-02", who="Pat", at=NOW)
    store.facts.put("40", "kickoff", "2026-11-03", who="Sam", at=NOW + timedelta(days=1))
    assert [(fact.value, fact.who) for fact in store.facts.of(["40"])["40"].values()] == [("2026-11-03", "Sam")]


def test_a_fact_can_be_forgotten(store: Store) -> None:
    store.facts.put("40", "kickoff", "2026-11-02", who="Pat", at=NOW)
    assert store.facts.remove("40", "kickoff")
    assert not store.facts.remove("40", "kickoff")
    assert store.facts.get("40", "kickoff") is None


def test_thousands_of_engagements_can_be_asked_at_once(store: Store) -> None:
    store.facts.put("39999", "kickoff", "2026-11-02", who="Pat", at=NOW)
    assert list(store.facts.of(str(n) for n in range(40_000))) == ["39999"]


def test_an_instant_needs_a_zone(store: Store) -> None:
    with pytest.raises(ValueError, match="no zone"):
        store.facts.put("40", "kickoff", "x", who="Pat", at=datetime(2026, 11, 23))
    assert store.facts.of(["40"]) == {}


def test_sites_are_apart(store: Store, tmp_path: Path, url_of: UrlOf) -> None:
    store.facts.put("40", "kickoff", "2026-11-02", who="Pat", at=NOW)
    store.snapshots.freeze("2026-W48", "me", date(2026, 11, 23), "one", "Pat", NOW)
    with open_store(url_of("one"), tmp_path, site="sandbox") as other:
        assert other.facts.of(["40"]) == {}
        assert other.snapshots.latest("me") is None
        assert other.snapshots.freeze("2026-W48", "me", date(2026, 11, 23), "two", "Pat", NOW) == 1


def test_each_freeze_of_a_week_is_a_new_revision_and_the_old_ones_stay(store: Store) -> None:
    freeze = store.snapshots.freeze
    revisions = [freeze("2026-W48", "me", date(2026, 11, 23), f"body {n}", "Pat", NOW) for n in (1, 2, 3)]
    assert revisions == [1, 2, 3]
    assert freeze("2026-W48", "sam", date(2026, 11, 23), "other", "Sam", NOW) == 1
    assert freeze("2026-W49", "me", date(2026, 11, 30), "next", "Pat", NOW) == 1
    bodies = [store.snapshots.get("me", "2026-W48", n) for n in (1, 2, 3)]
    assert [one.body for one in bodies if one] == ["body 1", "body 2", "body 3"]
    assert [(head.week, head.scope, head.revision) for head in store.snapshots.list()] == [
        ("2026-W48", "me", 1),
        ("2026-W48", "me", 2),
        ("2026-W48", "me", 3),
        ("2026-W48", "sam", 1),
        ("2026-W49", "me", 1),
    ]


@pytest.mark.parametrize(
    ("before_week", "on_or_before", "expected"),
    [
        pytest.param(None, None, "third", id="the newest"),
        pytest.param("2027-W01", None, "second, again", id="of an earlier week: its last revision"),
        pytest.param("2026-W53", None, "first", id="week 53 belongs to the old year"),
        pytest.param(None, date(2027, 1, 3), "second, again", id="on or before a day"),
        pytest.param(None, date(2026, 11, 22), None, id="before the first"),
        pytest.param("2026-W48", None, None, id="nothing earlier"),
    ],
)
def test_the_snapshot_to_compare_with(
    store: Store, before_week: str | None, on_or_before: date | None, expected: str | None
) -> None:
    freeze = store.snapshots.freeze
    freeze("2026-W48", "me", date(2026, 11, 23), "first", "Pat", NOW)
    freeze("2026-W53", "me", date(2026, 12, 28), "second", "Pat", NOW)
    freeze("2026-W53", "me", date(2026, 12, 28), "second, again", "Pat", NOW)
    freeze("2027-W01", "me", date(2027, 1, 4), "third", "Pat", NOW)
    freeze("2027-W01", "sam", date(2027, 1, 4), "not mine", "Sam", NOW)
    found = store.snapshots.latest("me", before_week, on_or_before)
    assert (found.body if found else None) == expected


def test_the_body_comes_back_as_it_was(store: Store) -> None:
    body = '{"é": "\u202e", "rows": [' + "1," * 100_000 + "1]}"
    store.snapshots.freeze("2026-W48", "me", date(2026, 11, 23), body, "Pat", NOW)
    found = store.snapshots.latest("me")
    assert found is not None
    assert found.body == body
    assert (found.head.as_of, found.head.created_at, found.head.who) == (date(2026, 11, 23), NOW, "Pat")


def test_snapshots_offer_no_change_and_no_removal(store: Store) -> None:
    doors = {name for name in dir(store.snapshots) if not name.startswith("_")}
    assert doors == {"freeze", "get", "latest", "list"}


def test_a_week_is_an_iso_week(store: Store) -> None:
    with pytest.raises(ValueError, match="ISO week"):
        store.snapshots.freeze("2026-48", "me", date(2026, 11, 23), "x", "Pat", NOW)


def test_a_damaged_snapshot_is_named(store: Store) -> None:
    store.snapshots.freeze("2026-W48", "me", date(2026, 11, 23), "x", "Pat", NOW)
    with store.write() as connection:
        connection.execute(tables.snapshots.update().values(body=b"\0"))
    with pytest.raises(StoreProblem, match="2026-W48 revision 1 is unreadable"):
        store.snapshots.latest("me")


def test_freezing_side_by_side_gives_every_revision_once(store: Store) -> None:
    with ThreadPoolExecutor(4) as threads:
        given = threads.map(
            lambda n: store.snapshots.freeze("2026-W48", "me", date(2026, 11, 23), str(n), "Pat", NOW), range(12)
        )
        assert sorted(given) == list(range(1, 13))
