"""Works at risk between GitLab and memory: what is kept, what a GitLab that is away leaves, what is unreadable."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from tests.postgres import UrlOf

from psdm_cli.domain.contract_clocks import RiskWatch
from psdm_cli.domain.gitlab import Issue
from psdm_cli.errors import BadAnswer, Forbidden, NotFound, Unavailable
from psdm_cli.settings.model import Settings
from psdm_cli.store import open_store
from psdm_cli.store.database import Store
from psdm_cli.workflows.risk_watch import FACT, WHOLE_SITE, ask, remembered

AT = datetime(2026, 11, 23, 13, tzinfo=UTC)
DAY = date(2026, 11, 23)


@dataclass
class Shelf:
    """A GitLab that has these issues, or fails."""

    rows: list[Issue] = field(default_factory=list)
    error: Exception | None = None
    asked: list[dict[str, Any]] = field(default_factory=list)

    def issues(self, **how: Any) -> list[Issue]:
        """What was asked for, by label or by words of the title."""
        self.asked.append(how)
        if self.error is not None:
            raise self.error
        labels = how.get("all_labels")
        return [
            row for row in self.rows if (labels[0] in row.labels if labels else "work at risk" in row.title.lower())
        ]


def issue(number: int, title: str, *labels: str, **more: Any) -> Issue:
    return Issue(f"7#{number}", str(number), "7", title, "opened", labels=labels, **more)


@pytest.fixture
def store(tmp_path: Path, url_of: UrlOf) -> Iterator[Store]:
    """A database of its own."""
    with open_store(url_of("here"), tmp_path, site="here") as opened:
        yield opened


def look(shelf: Shelf, store: Store, **more: Any) -> RiskWatch:
    return ask(shelf, Settings(), store, as_of=DAY, at=AT, **more)  # type: ignore[arg-type]


def test_what_is_seen_is_kept_and_each_only_once(store: Store) -> None:
    both = issue(2, "Work at Risk 2", "Work at Risk", "SOW-2", description="**Stop date:** 2026-12-04", url="https://x")
    shelf = Shelf([both, issue(1, "Paper pending", "Work at Risk", "SOW-1"), issue(3, "Work at risk of SOW-3")])
    seen = look(shelf, store)
    assert [(clock.sow, clock.stop) for clock in seen.clocks] == [
        ("SOW-1", None),
        ("SOW-2", date(2026, 12, 4)),
        ("SOW-3", None),
    ]
    assert (seen.seen_on, seen.failed, seen.why_not) == (DAY, False, "")
    assert remembered(store, "not asked") == RiskWatch(seen.clocks, DAY, "not asked")
    assert {how["project"] for how in shelf.asked} == {Settings().gitlab.projects.ps_plan}
    assert {how["state"] for how in shelf.asked} == {"opened"}


def test_what_was_closed_is_forgotten(store: Store) -> None:
    look(Shelf([issue(1, "Work at Risk", "SOW-1")]), store)
    assert look(Shelf(), store).clocks == ()
    assert remembered(store, "").clocks == ()


@pytest.mark.parametrize(
    "error",
    [
        Unavailable("down"),
        BadAnswer("odd"),
        Forbidden("no scope", call="GET issues", permission="read_api"),
        NotFound("no project"),
    ],
)
def test_a_gitlab_that_cannot_answer_leaves_what_was_seen(store: Store, error: Exception) -> None:
    seen = look(Shelf([issue(1, "Work at Risk", "SOW-1")]), store)
    failed = look(Shelf(error=error), store)
    assert failed.failed
    assert (failed.clocks, failed.seen_on, failed.why_not) == (seen.clocks, DAY, str(error))
    assert remembered(store, "").clocks == seen.clocks


def test_a_dry_run_keeps_nothing(store: Store) -> None:
    assert look(Shelf([issue(1, "Work at Risk", "SOW-1")]), store, keep=False).clocks
    assert remembered(store, "why") == RiskWatch(why_not="why")


@pytest.mark.parametrize(
    "text",
    ["", "no json", "[]", '{"seen_on": "soon", "clocks": []}', '{"seen_on": "2026-11-23", "clocks": [{"key": 1}]}'],
)
def test_a_memory_of_another_kind_is_no_memory(store: Store, text: str) -> None:
    store.facts.put(WHOLE_SITE, FACT, text, who="GitLab", at=AT)
    assert remembered(store, "why") == RiskWatch(why_not="why")
