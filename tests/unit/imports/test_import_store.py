"""Imports in the store: all or nothing, the same files change nothing, and never mixed with what Kantata said."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from import_samples import AT, BUDGET, REPORTS, SCOPE, TIME, put, source, taken
from tests.postgres import UrlOf

from psdm_cli.domain.assessment import Rules
from psdm_cli.domain.engagements import FieldNames
from psdm_cli.domain.imports.files import Taken
from psdm_cli.domain.policy import Policy
from psdm_cli.domain.records import Kind
from psdm_cli.errors import NotFound, WrongUsage
from psdm_cli.prompting import ScriptedPrompter
from psdm_cli.sheets.kantata_columns import column_map
from psdm_cli.store import open_store, tables
from psdm_cli.store.database import Store
from psdm_cli.store.moving import carry_out, export, plan_import
from psdm_cli.systems.ports import Me, Person
from psdm_cli.workflows import forecasting
from psdm_cli.workflows.forecasting import Selection, Sources
from psdm_cli.workflows.identity import imported_as, live_identity, remembered_owner
from psdm_cli.workflows.import_columns import refuse_twins, settle, told_columns
from psdm_cli.workflows.kantata_importing import lead_of, take, understand

ACCOUNT = f"{SCOPE} import:dana lindqvist"


class FakeKantata:
    """Somebody with a token."""

    def me(self) -> Me:
        return Me("7", "Dana Lindqvist", "dana@example.com")

    def leads(self) -> list[Person]:
        return []


def sources_of(store: Store, **changes: Any) -> Sources:
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
        prepared = forecasting.prepare(sources_of(store), Selection())
        assert [each.name for each in prepared.assessment.engagements] == ["SOW-31", "SOW-32"]
        assert "origin: import time.csv of 2026-11-20 (3 days old): time worked." in prepared.warnings
        assert not any("Offline" in text for text in prepared.warnings)
        forecast = prepared.assessment.forecasts[0]
        assert (forecast.remaining, forecast.hard_minutes) == (14500000, 14400)
        unverified = {step.id for step in prepared.steps() if step.unseen}
        assert {"FP-06", "FP-11"} <= unverified

        everybody = forecasting.prepare(sources_of(store), Selection(("all",)))
        assert everybody.assessment.scope.key == "import:all"
        assert prepared.assessment.scope.key == "leads:import:dana lindqvist"
        with pytest.raises(NotFound):
            forecasting.prepare(sources_of(store), Selection(("Somebody Else",)))


def test_the_same_files_twice_change_nothing(tmp_path: Path, url_of: UrlOf) -> None:
    with open_store(url_of("twice"), tmp_path, site=SCOPE) as store:
        files = put(tmp_path, **REPORTS)
        first = taken(store, files)
        assert (len(first.files), first.changed[Kind.TIME_ENTRIES]) == (4, 2)
        before = store.imports.current("dana lindqvist", rows=True)
        again = taken(store, files, at=AT + timedelta(hours=1))
        assert (again.files, len(again.unchanged)) == ((), 4)
        assert not any((*again.changed.values(), *again.deleted.values()))
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
            forecasting.prepare(sources_of(store), Selection())
        assert taken(store, files).files == ()
        assert len(forecasting.prepare(sources_of(store), Selection()).assessment.engagements) == 2


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
        mine = forecasting.prepare(sources_of(store), Selection())
        assert [e.name for e in mine.assessment.engagements] == ["SOW-31"]
        kim = forecasting.prepare(sources_of(store), Selection(("Kim Ode",)))
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


def test_the_day_of_a_file_can_be_corrected_and_a_time_stamp_alone_changes_nothing(tmp_path: Path) -> None:
    with open_store(None, tmp_path) as store:
        (path,) = put(tmp_path, budget=BUDGET)
        taken(store, [path])
        copied = take_again(store, path, date(2026, 11, 22), stated=False)
        assert (copied.files, copied.unchanged[0].exported_on) == ((), date(2026, 11, 20))
        told = take_again(store, path, date(2026, 11, 19), stated=True)
        assert [each.exported_on for each in told.current] == [date(2026, 11, 19)]
        assert told.changed.get(Kind.WORKSPACES, 0) == 0


def take_again(store: Store, path: Path, day: date, *, stated: bool) -> Taken:
    """A file imported as of another day."""
    columns = column_map(None)
    sources = [replace(source(path, day), is_stated=stated)]
    reports, told = settle(columns, sources, None, None)
    found = understand(columns, sources, reports)
    return take(store, SCOPE, "Dana Lindqvist", found, FieldNames(), now=AT, told=told, keep=True)


def test_what_was_said_about_a_column_is_remembered_but_not_by_a_dry_run(tmp_path: Path) -> None:
    (path,) = put(tmp_path, time="Project,User,Date,Hours,Billable,Approved,Ticket\nA,Kim,2026-11-23,8,y,y,T-1\n")
    sources = [source(path)]
    with open_store(None, tmp_path) as store:
        reports, told = settle(column_map(None), sources, None, ScriptedPrompter(["nothing"]))
        found = understand(column_map(None, told=told), sources, reports)
        for keep, kept in ((False, {}), (True, {"time": {"ticket": None}})):
            take(store, SCOPE, "Kim", found, FieldNames(), now=AT, told=told, keep=keep)
            assert told_columns(store) == kept
        assert settle(column_map(None, told=told_columns(store)), sources, None, None)[1] == {}


def test_a_mirror_that_another_psdm_wrote_is_made_anew_from_the_same_files(tmp_path: Path) -> None:
    with open_store(None, tmp_path) as store:
        files = put(tmp_path, budget=BUDGET)
        taken(store, files)
        with store.write() as connection:
            connection.execute(tables.accounts.update().values(format="older"))
        with pytest.raises(NotFound, match="cannot be read any more"):
            forecasting.prepare(sources_of(store), Selection())
        assert taken(store, files).files == ()
        assert len(forecasting.prepare(sources_of(store), Selection()).assessment.engagements) == 2


def test_the_same_content_twice_is_refused(tmp_path: Path) -> None:
    one, two = put(tmp_path, time=TIME, copy=TIME)
    with pytest.raises(WrongUsage, match="are the same file"):
        refuse_twins([source(one), source(two)])


def test_nobody_knows_whose_files_they_are(tmp_path: Path) -> None:
    with open_store(None, tmp_path) as store:
        with pytest.raises(WrongUsage, match="--as NAME"):
            lead_of(store, None, (), None)
        assert lead_of(store, None, (), ScriptedPrompter([" Kim  Ode "])) == "Kim Ode"
        taken(store, put(tmp_path, budget=BUDGET))
        assert lead_of(store, None, (), None) == "Dana Lindqvist"
