"""Runs, answers and waivers in the database: one transaction each, history kept, sites and owners apart."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from pathlib import Path

import pytest
from checklist_samples import AS_OF, NOW
from tests.postgres import UrlOf

from psdm_cli.domain.waivers import Waiver
from psdm_cli.store import open_store
from psdm_cli.store.checklists import RunKey, StoredAnswer
from psdm_cli.store.database import Store

WEEK = RunKey("forecast-prep", "2026-W48", "leads:4711")


@pytest.fixture
def store(tmp_path: Path, url_of: UrlOf) -> Iterator[Store]:
    with open_store(url_of("one"), tmp_path, site="https://one.example/api/v1") as opened:
        yield opened


def said(step: str, value: str = "yes", minutes: int = 0, who: str = "Pat") -> StoredAnswer:
    seen = {"digest": "abc", "steps": {"FP-01": {"findings": 3}}}
    return StoredAnswer(step, value, f"note {value}", who, NOW + timedelta(minutes=minutes), seen)


def test_an_answer_is_kept_with_who_when_and_what_was_seen(store: Store) -> None:
    store.checklists.answer(WEEK, "2026-W48", said("FP-12"))
    assert store.checklists.answers(WEEK) == {"FP-12": said("FP-12")}


def test_the_latest_answer_counts_and_the_earlier_ones_stay(store: Store) -> None:
    for number, value in enumerate(("no", "yes", "skip")):
        store.checklists.answer(WEEK, "2026-W48", said("FP-12", value, number))
    store.checklists.answer(WEEK, "2026-W48", said("FP-13", "yes", 9))
    assert {step: answer.value for step, answer in store.checklists.answers(WEEK).items()} == {
        "FP-12": "skip",
        "FP-13": "yes",
    }
    assert [answer.value for answer in store.checklists.history(WEEK)] == ["no", "yes", "skip", "yes"]


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(RunKey("forecast-prep", "2026-W49", "leads:4711"), id="another week"),
        pytest.param(RunKey("forecast-prep", "2026-W48", "leads:9"), id="another PM's week in a shared store"),
        pytest.param(RunKey("month-end", "2026-W48", "leads:4711"), id="another checklist"),
    ],
)
def test_runs_are_apart(store: Store, other: RunKey) -> None:
    store.checklists.answer(WEEK, "2026-W48", said("FP-12"))
    assert store.checklists.answers(other) == {}
    assert store.checklists.get(other) is None


def test_sites_are_apart(store: Store, tmp_path: Path, url_of: UrlOf) -> None:
    store.checklists.answer(WEEK, "2026-W48", said("FP-12"))
    store.waivers.put(waiver("FP-01:1"))
    with open_store(url_of("one"), tmp_path, site="sandbox") as other:
        assert other.checklists.list() == []
        assert other.waivers.list() == ()
        assert not other.waivers.withdraw("FP-01:1", who="Sam", at=NOW)
    assert len(store.waivers.list()) == 1


def test_a_run_remembers_how_it_stood_and_is_listed_by_its_last_touch(store: Store) -> None:
    store.checklists.stand(WEEK, "2026-W48", done=3, total=13, who="Pat", at=NOW)
    engagement = RunKey("handover", "3004")
    store.checklists.answer(engagement, "SOW-2304", said("HO-03", minutes=5, who="Sam"))
    store.checklists.stand(WEEK, "2026-W48", done=13, total=13, who="Sam", at=NOW + timedelta(hours=1))
    first, second = store.checklists.list()
    assert (first.key, first.who, first.started_at, first.done, first.answers) == (WEEK, "Pat", NOW, 13, 0)
    assert first.is_complete
    assert (second.key, second.name, second.done, second.answers) == (engagement, "SOW-2304", None, 1)
    assert not second.is_complete
    assert [run.key for run in store.checklists.list("handover")] == [engagement]
    assert [run.key for run in store.checklists.list(scope="leads:9")] == [engagement]


def test_text_that_databases_do_not_take_is_written_out(store: Store) -> None:
    store.checklists.answer(WEEK, "2026-W48", StoredAnswer("FP-12", "a\0b", "\ud800", "Pat", NOW, {"x": "\ud800"}))
    (found,) = store.checklists.history(WEEK)
    assert (found.value, found.note) == ("a\\x00b", "\\ud800")
    assert found.seen == {"x": "\ud800"}


def test_answers_side_by_side_begin_one_run_and_are_all_kept(store: Store) -> None:
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda n: store.checklists.answer(WEEK, "W", said(f"S{n}")), range(12)))
    assert len(store.checklists.list()) == 1
    assert len(store.checklists.answers(WEEK)) == 12


def waiver(finding: str, until: date = AS_OF, minutes: int = 0) -> Waiver:
    return Waiver(finding, "signed soon", until, "Pat", NOW + timedelta(minutes=minutes), "SOW-1")


def test_a_waiver_comes_back_as_it_was(store: Store) -> None:
    store.waivers.put(waiver("FP-01:1"))
    assert store.waivers.list() == (waiver("FP-01:1"),)


def test_active_waivers_are_the_latest_that_are_not_over(store: Store) -> None:
    store.waivers.put(waiver("FP-01:1", AS_OF + timedelta(days=30)))
    store.waivers.put(waiver("FP-01:1", AS_OF, 1))
    store.waivers.put(waiver("FP-01:2", AS_OF + timedelta(days=7)))
    assert [each.finding for each in store.waivers.active(AS_OF)] == ["FP-01:1", "FP-01:2"]
    assert [each.finding for each in store.waivers.active(AS_OF + timedelta(days=1))] == ["FP-01:2"]
    assert store.waivers.active(AS_OF + timedelta(days=8)) == ()
    assert len(store.waivers.list()) == 3  # the expired ones stay, to be reviewed


def test_a_waiver_taken_back_is_gone_with_those_before_it(store: Store) -> None:
    store.waivers.put(waiver("FP-01:1"))
    store.waivers.put(waiver("FP-01:1", minutes=1))
    assert store.waivers.withdraw("FP-01:1", who="Sam", at=NOW)
    assert store.waivers.list() == ()
    assert not store.waivers.withdraw("FP-01:1", who="Sam", at=NOW)
    store.waivers.put(waiver("FP-01:1", minutes=2))
    assert [each.at for each in store.waivers.active(AS_OF)] == [NOW + timedelta(minutes=2)]
