"""Top Customer in the store: lists, notes with all their history, reasons of pushes; apart by site, moved whole."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from tests.postgres import UrlOf

from psdm_cli.domain.pushes import PushReason
from psdm_cli.domain.top_customer import Kept, Notes
from psdm_cli.store import open_store
from psdm_cli.store.database import Store
from psdm_cli.store.moving import carry_out, export, plan_import

NOW = datetime(2026, 11, 24, 18, 0, tzinfo=UTC)
NOTES = Notes(progress="in", fix_by=date(2026, 11, 30), contributors=("Ana", "Bö 😀"), internal="Y")


@pytest.fixture
def store(tmp_path: Path, url_of: UrlOf) -> Iterator[Store]:
    with open_store(url_of("top"), tmp_path, site="https://one.example/api/v1") as opened:
        yield opened


def kept(week: str, progress: str, *, project: str = "1", minutes: int = 0) -> Kept:
    """Notes of a week."""
    notes = Notes(progress=progress)
    return Kept(project, "SOW-1", "Acme", week, notes, progress, "Robin", NOW + timedelta(minutes=minutes))


def test_every_word_stays_and_the_last_one_counts(store: Store) -> None:
    room = store.top_customers
    whole = Kept("1", None, "Acme", "2026-W48", NOTES, "Progress: in", "Robin", NOW)
    room.keep(whole)
    assert room.history("1") == (whole,)
    rows = [kept("2026-W46", "a"), kept("2026-W47", "b", minutes=1), kept("2026-W47", "c", minutes=2)]
    for each in (*rows, kept("2026-W47", "another", project="2")):
        room.keep(each)
    assert room.latest(["1", "2", "3"], "2026-W47").keys() == {"1", "2"}
    assert room.latest(["1"], "2026-W47")["1"].notes.progress == "c"
    assert room.before(["1"], "2026-W48")["1"].text == "c"
    assert room.before(["1"], "2026-W47")["1"].text == "a"
    assert room.before(["1"], "2026-W46") == {}
    assert len(room.history("1")) == 4


def test_the_list_of_a_week_holds_until_there_is_another(store: Store) -> None:
    room = store.top_customers
    assert room.latest_list("me", "2026-W48") is None
    room.keep_list("me", "2026-W47", ["2", "1"], who="Robin", at=NOW)
    room.keep_list("all", "2026-W48", ["9"], who="Robin", at=NOW)
    assert room.latest_list("me", "2026-W48") == ("2026-W47", ("2", "1"))
    assert room.latest_list("me", "2026-W46") is None
    room.keep_list("me", "2026-W48", ["3"], who="Robin", at=NOW)
    room.keep_list("me", "2026-W48", ["4"], who="Robin", at=NOW)
    assert room.latest_list("me", "2026-W48") == ("2026-W48", ("4",))


def test_a_reason_is_kept_once_a_week_and_push(store: Store) -> None:
    room = store.top_customers

    def reason(why: str, week: str = "2026-W48", later: int = 0) -> PushReason:
        return PushReason("1", "SOW-1", "2026-11", "2026-12", week, why, "Robin", NOW + timedelta(minutes=later))

    for each in (reason("first"), reason("better", later=1), reason("next", "2026-W49", 2)):
        room.give_reason(each)
    assert room.reasons() == (reason("better", later=1), reason("next", "2026-W49", 2))


def test_sites_do_not_mix(tmp_path: Path, url_of: UrlOf) -> None:
    with open_store(url_of("top"), tmp_path, site="one") as one:
        one.top_customers.keep(kept("2026-W48", "a"))
        one.top_customers.keep_list("me", "2026-W48", ["1"], who="Robin", at=NOW)
    with open_store(url_of("top"), tmp_path, site="two") as two:
        assert two.top_customers.history("1") == ()
        assert two.top_customers.latest_list("me", "2026-W48") is None


def test_two_that_write_at_once_lose_nothing(tmp_path: Path, url_of: UrlOf) -> None:
    def write(who: int) -> None:
        with open_store(url_of("top"), tmp_path, site="one") as opened:
            for number in range(10):
                opened.top_customers.keep(kept("2026-W48", f"{who}-{number}"))

    open_store(url_of("top"), tmp_path, site="one").close()
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(write, range(2)))
    with open_store(url_of("top"), tmp_path, site="one") as opened:
        assert {each.text for each in opened.top_customers.history("1")} == {
            f"{who}-{number}" for who in range(2) for number in range(10)
        }


def test_a_state_file_carries_it_all_and_takes_the_later_word(tmp_path: Path, url_of: UrlOf) -> None:
    def reason(why: str, minutes: int) -> PushReason:
        at = NOW + timedelta(minutes=minutes)
        return PushReason("1", "SOW-1", "2026-11", "2026-12", "2026-W48", why, "Robin", at)

    file = tmp_path / "state.psdm"
    with open_store(url_of("top"), tmp_path / "old", site="one") as old:
        old.top_customers.keep(kept("2026-W48", "a"))
        old.top_customers.keep_list("me", "2026-W48", ["1"], who="Robin", at=NOW)
        old.top_customers.give_reason(reason("later", 5))
        export(old, file, program="0", exported_at=NOW.isoformat())
    with open_store(url_of("new"), tmp_path / "new", site="one") as new:
        new.top_customers.keep(kept("2026-W47", "b"))
        new.top_customers.give_reason(reason("earlier", 1))
        for _ in range(2):  # a second time nothing is there twice
            carry_out(new, plan_import(new, file))
            assert sorted(each.text for each in new.top_customers.history("1")) == ["a", "b"]
            assert new.top_customers.latest_list("me", "2026-W48") == ("2026-W48", ("1",))
            assert new.top_customers.reasons() == (reason("later", 5),)
