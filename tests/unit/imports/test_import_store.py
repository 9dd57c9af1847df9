"""Imports in the store: all or nothing, the same files change nothing, and never mixed with what Kantata said."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from import_samples import AT, BUDGET, REPORTS, SCOPE, TIME, put, taken
from tests.postgres import UrlOf

from psdm_cli.domain.assessment import Rules
from psdm_cli.domain.engagements import FieldNames
from psdm_cli.domain.policy import Policy
from psdm_cli.domain.records import Kind
from psdm_cli.errors import NotFound
from psdm_cli.store import open_store
from psdm_cli.store.database import Store
from psdm_cli.store.moving import carry_out, export, plan_import
from psdm_cli.systems.ports import Me, Person
from psdm_cli.workflows import forecasting
from psdm_cli.workflows.forecasting import Selection, Sources
from psdm_cli.workflows.identity import imported_as, live_identity, remembered_owner

ACCOUNT = f"{SCOPE} import:dana lindqvist"


class FakeKantata:
    """Somebody with a token."""

    def me(self) -> Me:
        return Me("7", "Dana Lindqvist", "dana@example.com")

    def leads(self) -> list[Person]:
        return []


def sources(store: Store, **changes: Any) -> Sources:
    from zoneinfo import ZoneInfo

    rules = Rules(policy=Policy(), fields=FieldNames(), zone=ZoneInfo("America/New_York"), fiscal_year_start=2)
    values: dict[str, Any] = {
        "store": store,
        "kantata": None,
        "account_scope": SCOPE,
        "rules": rules,
        "as_of": date(2026, 11, 23),
        "as_of_moved": False,
        "now": AT,
    }
    return Sources(**(values | changes))


def test_files_answer_offline_with_their_origin_and_age(tmp_path: Path) -> None:
    with open_store(None, tmp_path) as store:
        taken(store, put(tmp_path, **REPORTS))
        prepared = forecasting.prepare(sources(store), Selection())
        assert [each.name for each in prepared.assessment.engagements] == ["SOW-31", "SOW-32"]
        assert "origin: import time.csv of 2026-11-20 (3 days old): time worked." in prepared.warnings
        assert not any("Offline" in text for text in prepared.warnings)
        forecast = prepared.assessment.forecasts[0]
        assert (forecast.remaining, forecast.hard_minutes) == (14500000, 14400)
        unverified = {step.id for step in prepared.steps() if step.unseen}
        assert {"FP-06", "FP-11"} <= unverified

        everybody = forecasting.prepare(sources(store), Selection(("all",)))
        assert everybody.assessment.scope.key == "import:all"
        assert prepared.assessment.scope.key == "leads:import:dana lindqvist"
        with pytest.raises(NotFound):
            forecasting.prepare(sources(store), Selection(("Somebody Else",)))


def test_the_same_files_twice_change_nothing(tmp_path: Path, url_of: UrlOf) -> None:
    with open_store(url_of("twice"), tmp_path, site=SCOPE) as store:
        files = put(tmp_path, **REPORTS)
        first = taken(store, files)
        assert (len(first.files), first.changed[Kind.TIME_ENTRIES]) == (4, 2)
        before = store.imports.current("dana lindqvist", rows=True)
        again = taken(store, files, at=AT + timedelta(hours=1))
        assert (again.files, len(again.unchanged), again.changed) == ((), 4, {})
        assert store.imports.current("Dana Lindqvist", rows=True) == before


def test_a_newer_file_of_a_report_replaces_it_and_leaves_the_others(tmp_path: Path) -> None:
    with open_store(None, tmp_path) as store:
        taken(store, put(tmp_path, **REPORTS))
        newer = put(tmp_path, time="\n".join(TIME.splitlines()[:2]) + "\n")
        done = taken(store, newer)
        assert ([each.file for each in done.replaced], done.deleted[Kind.TIME_ENTRIES]) == (["time.csv"], 1)
        mirror = store.mirror(ACCOUNT)
        assert len(mirror.load(Kind.TIME_ENTRIES)) == 1
        assert len(mirror.load(Kind.ALLOCATIONS)) == 2


def test_a_dry_run_and_a_failure_half_way_leave_all_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with open_store(None, tmp_path) as store:
        files = put(tmp_path, **REPORTS)
        would = taken(store, files, keep=False)
        assert (len(would.files), len(would.current)) == (4, 4)
        assert (store.imports.current("Dana Lindqvist"), imported_as(store)) == ((), None)

        def broken(*_: Any) -> None:
            raise KeyboardInterrupt

        from psdm_cli.store import promotion

        monkeypatch.setattr(promotion, "_set_scope", broken)
        with pytest.raises(KeyboardInterrupt):
            taken(store, files)
        assert store.imports.current("Dana Lindqvist") == ()
        assert store.mirror(ACCOUNT).state().rows == {}


def test_reading_kantata_ends_it_and_importing_again_brings_it_back(tmp_path: Path) -> None:
    with open_store(None, tmp_path) as store:
        files = put(tmp_path, budget=BUDGET)
        taken(store, files)
        assert remembered_owner(store).id == "import:dana lindqvist"
        live_identity(FakeKantata(), store, ("me",), AT)  # type: ignore[arg-type]
        assert remembered_owner(store) == Me("7", "Dana Lindqvist", "dana@example.com")
        with pytest.raises(NotFound):  # Kantata's own mirror is empty: the files are not shown in its place
            forecasting.prepare(sources(store), Selection())
        assert taken(store, files).files == ()
        assert len(forecasting.prepare(sources(store), Selection()).assessment.engagements) == 2


def test_a_lead_who_is_not_in_the_files_is_told(tmp_path: Path) -> None:
    with open_store(None, tmp_path) as store:
        done = taken(store, put(tmp_path, budget=BUDGET), lead="Nobody Known")
        assert any("No project is led by Nobody Known" in text and "Dana Lindqvist" in text for text in done.warnings)


def test_projects_of_several_leads_keep_apart(tmp_path: Path) -> None:
    with open_store(None, tmp_path) as store:
        two = BUDGET.replace(
            "32,Contoso rollout,Contoso,Active,Dana Lindqvist", "32,Contoso rollout,Contoso,Active,Kim Ode"
        )
        taken(store, put(tmp_path, budget=two))
        source = sources(store)
        assert [e.name for e in forecasting.prepare(source, Selection()).assessment.engagements] == ["SOW-31"]
        kim = forecasting.prepare(replace(source), Selection(("Kim Ode",)))
        assert [e.name for e in kim.assessment.engagements] == ["SOW-32"]


def test_a_state_file_carries_the_imports_and_not_who_answers_offline(tmp_path: Path) -> None:
    file = tmp_path / "state.psdm"
    with open_store(None, tmp_path / "old", site=SCOPE) as old:
        taken(old, put(tmp_path, **REPORTS))
        taken(old, put(tmp_path, time=TIME.splitlines()[0] + "\n"), at=AT + timedelta(hours=1))
        before = old.imports.current("Dana Lindqvist", rows=True)
        export(old, file, program="0", exported_at=AT.isoformat())
    with open_store(None, tmp_path / "new", site=SCOPE) as new:
        for _ in range(2):  # a second time nothing is there twice
            carry_out(new, plan_import(new, file))
            assert new.imports.current("Dana Lindqvist", rows=True) == before
        assert len(before) == 4
        assert new.mirror(ACCOUNT).load(Kind.TIME_ENTRIES) == []
        assert len(new.mirror(ACCOUNT).load(Kind.ALLOCATIONS)) == 2
