"""The quick look for completion agrees with the mirror, and gives nothing rather than an error."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

import pytest

from psdm_cli.commands import completion_values
from psdm_cli.domain.engagements import FieldNames, sow_number
from psdm_cli.domain.records import Kind, Workspace
from psdm_cli.domain.steps.catalog import run
from psdm_cli.store import glance, open_store, tables
from psdm_cli.store.checklists import RunKey, StoredAnswer
from psdm_cli.store.codec import CODECS
from psdm_cli.store.database import Store
from psdm_cli.store.states import By, Part, PartHead, Promotion, Row, ScopeState
from psdm_cli.workflows.forecasting import KNOWN_STATUSES

NOW = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)
PROJECTS = (
    Workspace("1", title="SOW-1001 Acme", status="Active", lead_id="7", lead_name="Pat Lead"),
    Workspace("2", title="Umbrella", status="On Hold", custom_fields=(("SOW", "sow-1002"),)),
    Workspace("3", title="No number", status="Active"),
    Workspace("4", title="SOW-1004 Gone", archived=True),
)


def mirror(store: Store, account: str = "site 1", projects: tuple[Workspace, ...] = PROJECTS) -> None:
    copy = store.mirror(account)
    parking = copy.parking()
    rows = tuple(Row(one.id, one.id, None, CODECS[Kind.WORKSPACES].encode(one)) for one in projects)
    parking.park(Part(PartHead(Kind.WORKSPACES, By.ACCOUNT, ("",), NOW), rows), NOW)
    scope = ScopeState("all", NOW, tuple(one.id for one in projects))
    copy.promote(parking.run, Promotion(scope, (), frozenset({Kind.WORKSPACES})))


def test_it_sees_what_the_mirror_holds(tmp_path: Path) -> None:
    with open_store(None, tmp_path) as store:
        mirror(store)
        loaded = cast("list[Workspace]", store.mirror("site 1").load(Kind.WORKSPACES))
    seen = {one.id: one for one in glance.engagements(tmp_path / "psdm.db")}
    assert seen.keys() == {one.id for one in loaded if not one.archived} == {"1", "2", "3"}
    for one in loaded:
        if not one.archived:
            found = seen[one.id]
            assert (found.title, found.status, found.lead, found.lead_id) == (
                one.title,
                one.status,
                one.lead_name,
                one.lead_id,
            )
            assert found.sow == sow_number(one, FieldNames())


def test_it_reads_while_somebody_writes(tmp_path: Path) -> None:
    with open_store(None, tmp_path) as store:
        mirror(store)
        with store.write() as connection:
            connection.execute(tables.rows.delete())
            assert len(glance.engagements(tmp_path / "psdm.db")) == 3


def test_it_writes_nothing(tmp_path: Path) -> None:
    with open_store(None, tmp_path) as store:
        mirror(store)
    before = (tmp_path / "psdm.db").read_bytes()
    glance.engagements(tmp_path / "psdm.db")
    glance.checklists(tmp_path / "psdm.db")
    assert (tmp_path / "psdm.db").read_bytes() == before
    assert glance.engagements(tmp_path / "other.db") == ()
    assert not (tmp_path / "other.db").exists()


def test_a_mirror_of_another_version_is_not_misread(tmp_path: Path) -> None:
    with open_store(None, tmp_path) as store:
        mirror(store)
        with store.write() as connection:
            connection.execute(tables.accounts.update().values(format="older"))
    assert glance.engagements(tmp_path / "psdm.db") == ()


def test_checklists_that_were_begun(tmp_path: Path) -> None:
    with open_store(None, tmp_path) as store:
        for name in ("ours", "theirs", "ours"):
            store.checklists.answer(RunKey(name, "w"), "w", StoredAnswer("A", "done", "", "Pat", NOW))
    assert glance.checklists(tmp_path / "psdm.db") == ("ours", "theirs")


@pytest.mark.parametrize("content", [b"", b"no database", b"SQLite format 3\x00" + b"\x00" * 200])
def test_what_is_no_store_gives_nothing(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "psdm.db").write_bytes(content)
    assert glance.engagements(tmp_path / "psdm.db") == ()
    assert glance.checklists(tmp_path / "psdm.db") == ()


def test_another_programs_database_gives_nothing(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "psdm.db") as raw:
        raw.execute("CREATE TABLE mirror_rows (x)")
    assert glance.engagements(tmp_path / "psdm.db") == ()


# the lists that completion has of its own are those of the program


def test_the_steps_are_the_catalogs() -> None:
    from psdm_cli.domain.assessment import Rules, Scope, assess
    from psdm_cli.domain.portfolio import Portfolio

    steps = run(assess(Portfolio(), NOW.date(), Rules(), Scope("me")))
    assert {step.id: step.title for step in steps} == completion_values.STEPS


def test_the_statuses_groupings_and_figures_are_the_programs() -> None:
    from psdm_cli.domain.breakdown import By
    from psdm_cli.workflows.explaining import NAMES

    assert completion_values.STATUSES == KNOWN_STATUSES
    assert tuple(by.value for by in By) == completion_values.GROUPINGS
    assert set(completion_values.FIGURES) == set(NAMES)
