"""Moving state: what is exported comes back the same, merges by rule, and nothing is taken from a damaged file."""

from __future__ import annotations

import json
import sqlite3
import stat
import zipfile
import zlib
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Update
from tests.postgres import ON_SQLITE, UrlOf

from psdm_cli.domain.records import Kind, Workspace
from psdm_cli.domain.snapshots import Snapshot, to_document
from psdm_cli.domain.waivers import Waiver
from psdm_cli.errors import RefusedByRule, StoreProblem, WrongUsage
from psdm_cli.store import open_store, portable, tables
from psdm_cli.store.checklists import RunKey, StoredAnswer
from psdm_cli.store.codec import CODECS
from psdm_cli.store.database import Store
from psdm_cli.store.moved_content import content_of
from psdm_cli.store.moved_tables import LEFT_OUT, PERSONAL_FACTS, SPECS
from psdm_cli.store.moving import Keep, carry_out, export, plan_import
from psdm_cli.store.overview import overview
from psdm_cli.store.states import By, Part, PartHead, Promotion, Row, ScopeState
from psdm_cli.workflows import identity
from psdm_cli.workflows.state_moving import Question, check, check_file, keep_of, take_in

SITE = "https://one.example/api/v1"
NOW = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
RUN = RunKey("forecast-prep", "2026-W48", "leads:1")
Open = Callable[[str], Store]


@pytest.fixture
def at(tmp_path: Path, url_of: UrlOf) -> Iterator[Open]:
    """Opens a store by name, each in a folder of its own."""
    opened: list[Store] = []

    def open_named(name: str) -> Store:
        opened.append(open_store(url_of(name), tmp_path / name, site=SITE))
        return opened[-1]

    yield open_named
    for store in opened:
        store.close()


def forecast(title: str = "Acme") -> str:
    return json.dumps(to_document(Snapshot(NOW.date(), "2026-W48", title, ())))


def freeze(store: Store, body: str | None = None, week: str = "2026-W48") -> None:
    store.snapshots.freeze(week, "leads:1", NOW.date(), body or forecast(), "Pat", NOW)


def mirror(store: Store, *titles: str, read_at: datetime = NOW, account: str = f"{SITE} 1") -> None:
    """A mirror of projects with these titles, read at that moment."""
    copy = store.mirror(account)
    parking = copy.parking()
    records = [Workspace(str(number), title=title) for number, title in enumerate(titles, 1)]
    rows = tuple(Row(one.id, one.id, None, CODECS[Kind.WORKSPACES].encode(one)) for one in records)
    parking.park(Part(PartHead(Kind.WORKSPACES, By.ACCOUNT, ("",), read_at), rows), read_at)
    scope = ScopeState("leads:1", read_at, tuple(one.id for one in records))
    copy.promote(parking.run, Promotion(scope, (), frozenset({Kind.WORKSPACES})))


def fill(store: Store) -> None:
    """A bit of everything."""
    freeze(store)
    freeze(store, forecast("Straße ✓ 東京"))
    store.facts.put("40", "kickoff", "2026-11-02", who="Pat", at=NOW)
    store.facts.put("", "token owner", '{"id": "1"}', who="Pat", at=NOW)
    store.checklists.answer(RUN, "2026-W48", StoredAnswer("FP-12", "done", "asked Sam", "Pat", NOW, {"digest": "x"}))
    store.checklists.answer(RUN, "2026-W48", StoredAnswer("FP-12", "done", "asked Kim", "Pat", NOW + HOUR))
    store.checklists.stand(RUN, "2026-W48", done=3, total=13, who="Pat", at=NOW + HOUR)
    store.waivers.put(Waiver("FP-02:7", "in December", date(2026, 12, 1), "Pat", NOW, "SOW-1"))
    store.waivers.put(Waiver("FP-02:8", "gone", date(2026, 12, 1), "Pat", NOW, "SOW-2"))
    store.waivers.withdraw("FP-02:8", who="Pat", at=NOW + HOUR)
    run = store.journal.begin("Pat", "booking change", NOW, ['{"key": "a"}', '{"key": "b"}'])
    store.journal.note(run, 1, "applied", NOW, answer='{"id": 1}')
    mirror(store, "SOW-1 Acme", "SOW-2 Umbrella")


def save(store: Store, file: Path, **more: Any) -> portable.StateFile:
    return export(store, file, program="0", exported_at=NOW.isoformat(), **more)


def take(store: Store, file: Path, keep: Keep | None = None) -> dict[str, tuple[int, int, int, int]]:
    """Import and say per table: new, changed, same, kept."""
    wanted = plan_import(store, file, keep)
    carry_out(store, wanted)
    found = wanted.differences.tables
    return {
        t.table: (len(t.new), len(t.changed), t.same, t.kept) for t in found if t.new or t.changed or t.same or t.kept
    }


def everything(store: Store) -> dict[str, list[dict[str, Any]]]:
    with store.read() as connection:
        content = content_of(connection)
    return {name: [dict(row.values) for row in rows.values()] for name, rows in content.rows.items() if rows}


# round trip


def test_every_table_is_moved_or_left_out_on_purpose() -> None:
    assert set(SPECS) | LEFT_OUT == set(tables.metadata.tables)
    assert not set(SPECS) & LEFT_OUT


def test_the_personal_facts_are_those_that_are_kept() -> None:
    assert frozenset({identity._OWNER, identity.IMPORTED_AS}) == PERSONAL_FACTS


def test_export_import_export_gives_the_same_file(at: Open, tmp_path: Path) -> None:
    here, there = at("here"), at("there")
    fill(here)
    there.facts.put("99", "kickoff", "2026-01-01", who="Sam", at=NOW)  # so that numbers of rows differ
    there.facts.remove("99", "kickoff")
    first, second = tmp_path / "first", tmp_path / "second"
    save(here, first)
    take(there, first)
    save(there, second)
    assert first.read_bytes() == second.read_bytes()
    assert everything(here) == everything(there)
    assert there.snapshots.get("leads:1", "2026-W48", 2) == here.snapshots.get("leads:1", "2026-W48", 2)
    assert there.mirror(f"{SITE} 1").load(Kind.WORKSPACES) == here.mirror(f"{SITE} 1").load(Kind.WORKSPACES)
    assert there.checklists.history(RUN) == here.checklists.history(RUN)
    assert there.waivers.list() == here.waivers.list()


def test_the_numbers_of_the_other_database_do_not_matter(at: Open, tmp_path: Path) -> None:
    """Rows here have numbers that rows there have too; children find their own parents."""
    here, there = at("here"), at("there")
    fill(here)
    other = RunKey("team", "40", "")
    for number in range(3):
        there.checklists.answer(
            RunKey("team", str(number), ""), "x", StoredAnswer("A", "done", "", "Sam", NOW + number * HOUR)
        )
    mirror(there, "SOW-9 Other", account=f"{SITE} 2")
    save(here, tmp_path / "file")
    take(there, tmp_path / "file")
    assert [answer.note for answer in there.checklists.history(RUN)] == ["asked Sam", "asked Kim"]
    assert there.checklists.history(other) == []
    assert [one.title for one in there.mirror(f"{SITE} 2").load(Kind.WORKSPACES)] == ["SOW-9 Other"]  # type: ignore[union-attr]


def test_importing_twice_is_importing_once(at: Open, tmp_path: Path) -> None:
    here, there = at("here"), at("there")
    fill(here)
    save(here, tmp_path / "file")
    take(there, tmp_path / "file")
    before = everything(there)
    assert all(new == changed == kept == 0 for new, changed, _, kept in take(there, tmp_path / "file").values())
    assert everything(there) == before


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    facts=st.dictionaries(st.tuples(st.text(max_size=5), st.text(max_size=5)), st.text(max_size=20), max_size=5),
    titles=st.lists(st.text(max_size=20), max_size=4),
    notes=st.lists(st.text(max_size=20), max_size=4),
)
def test_whatever_people_write_survives(
    tmp_path_factory: pytest.TempPathFactory,
    facts: dict[tuple[str, str], str],
    titles: list[str],
    notes: list[str],
) -> None:
    folder = tmp_path_factory.mktemp("moved")
    with open_store(None, folder / "a", site=SITE) as here, open_store(None, folder / "b", site=SITE) as there:
        for (engagement, name), value in facts.items():
            here.facts.put(engagement, name, value, who="Pat", at=NOW)
        for number, note in enumerate(notes):
            here.checklists.answer(RUN, "w", StoredAnswer("A", "done", note, "Pat", NOW + number * HOUR))
        mirror(here, *titles)
        save(here, folder / "first")
        take(there, folder / "first")
        save(there, folder / "second")
    assert (folder / "first").read_bytes() == (folder / "second").read_bytes()


def test_without_the_mirror(at: Open, tmp_path: Path) -> None:
    here, there = at("here"), at("there")
    fill(here)
    save(here, tmp_path / "file", mirror=False)
    take(there, tmp_path / "file")
    assert there.accounts() == []
    assert len(there.snapshots.list()) == 2


def test_the_file_is_for_its_owner_and_never_overwritten_silently(at: Open, tmp_path: Path) -> None:
    here = at("here")
    file = tmp_path / "file"
    save(here, file)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    before = file.read_bytes()
    fill(here)
    with pytest.raises(WrongUsage, match="already"):
        save(here, file)
    assert file.read_bytes() == before
    save(here, file, replace=True)
    assert file.read_bytes() != before
    assert [each.name for each in tmp_path.iterdir() if each.name.startswith(".")] == []


def test_a_folder_that_is_not_there(at: Open, tmp_path: Path) -> None:
    with pytest.raises(StoreProblem, match="cannot be written"):
        save(at("here"), tmp_path / "missing" / "file")


# merging


def test_facts_go_by_the_later_word(at: Open, tmp_path: Path) -> None:
    here, there = at("here"), at("there")
    here.facts.put("40", "kickoff", "2026-11-02", who="Pat", at=NOW)
    here.facts.put("41", "kickoff", "2026-11-02", who="Pat", at=NOW + HOUR)
    here.facts.put("", "token owner", "me", who="Pat", at=NOW + HOUR)
    there.facts.put("40", "kickoff", "2026-11-09", who="Sam", at=NOW + HOUR)
    there.facts.put("41", "kickoff", "2026-11-09", who="Sam", at=NOW)
    there.facts.put("", "token owner", "another", who="Sam", at=NOW)
    save(here, tmp_path / "file")
    assert take(there, tmp_path / "file") == {"facts": (0, 1, 0, 2)}
    assert {key: of["kickoff"].value for key, of in there.facts.of(["40", "41"]).items()} == {
        "40": "2026-11-09",
        "41": "2026-11-02",
    }
    owner = there.facts.get("", "token owner")
    assert owner is not None
    assert owner.value == "another"  # who works at a machine is not imported


def test_a_withdrawn_waiver_stays_withdrawn(at: Open, tmp_path: Path) -> None:
    here, there = at("here"), at("there")
    waiver = Waiver("FP-02:7", "in December", date(2026, 12, 1), "Pat", NOW, "SOW-1")
    for store in (here, there):
        store.waivers.put(waiver)
    there.waivers.withdraw("FP-02:7", who="Sam", at=NOW + HOUR)
    save(here, tmp_path / "open")
    save(there, tmp_path / "withdrawn")
    assert take(there, tmp_path / "open") == {"waivers": (0, 0, 0, 1)}
    assert there.waivers.list() == ()
    assert take(here, tmp_path / "withdrawn") == {"waivers": (0, 1, 0, 0)}
    assert here.waivers.list() == ()


def test_answers_of_both_sides_come_together(at: Open, tmp_path: Path) -> None:
    here, there = at("here"), at("there")
    here.checklists.answer(RUN, "w", StoredAnswer("FP-12", "done", "here", "Pat", NOW))
    there.checklists.answer(RUN, "w", StoredAnswer("FP-13", "done", "there", "Sam", NOW + HOUR))
    save(here, tmp_path / "file")
    take(there, tmp_path / "file")
    assert {step: answer.note for step, answer in there.checklists.answers(RUN).items()} == {
        "FP-12": "here",
        "FP-13": "there",
    }


def test_the_latest_answer_is_the_one_that_was_given_last_wherever(at: Open, tmp_path: Path) -> None:
    here, there = at("here"), at("there")
    here.checklists.answer(RUN, "w", StoredAnswer("FP-12", "done", "first", "Pat", NOW))
    there.checklists.answer(RUN, "w", StoredAnswer("FP-12", "skip", "later", "Sam", NOW + HOUR))
    save(here, tmp_path / "file")
    take(there, tmp_path / "file")
    assert there.checklists.answers(RUN)["FP-12"].note == "later"
    assert [answer.note for answer in there.checklists.history(RUN)] == ["first", "later"]


def test_a_snapshot_is_never_changed_silently(at: Open, tmp_path: Path) -> None:
    here, there = at("here"), at("there")
    freeze(here, forecast("here"))
    freeze(there, forecast("there"))
    here.facts.put("40", "kickoff", "2026-11-02", who="Pat", at=NOW)
    save(here, tmp_path / "file")
    wanted = plan_import(there, tmp_path / "file")
    assert [conflict.name for conflict in wanted.differences.conflicts] == [f"snapshots {SITE} 2026-W48 leads:1 1"]
    with pytest.raises(RefusedByRule, match="2026-W48 leads:1 1") as refused:
        carry_out(there, wanted)
    assert refused.value.exit_code == 6
    assert "--keep" in refused.value.hint
    assert there.facts.get("40", "kickoff") is None  # all or nothing


@pytest.mark.parametrize(("keep", "title"), [(Keep.MINE, "there"), (Keep.THEIRS, "here")])
def test_whose_snapshot_stays_may_be_said(at: Open, tmp_path: Path, keep: Keep, title: str) -> None:
    here, there = at("here"), at("there")
    freeze(here, forecast("here"))
    freeze(there, forecast("there"))
    save(here, tmp_path / "file")
    take(there, tmp_path / "file", keep)
    kept = there.snapshots.get("leads:1", "2026-W48", 1)
    assert kept is not None
    assert kept.body == forecast(title)


@pytest.mark.parametrize("later", ["here", "there"])
def test_of_two_mirrors_the_later_one_counts_whole(at: Open, tmp_path: Path, later: str) -> None:
    here, there = at("here"), at("there")
    mirror(here, "one", "two", read_at=NOW + (HOUR if later == "here" else -HOUR))
    mirror(there, "one", "three", "four", read_at=NOW)
    save(here, tmp_path / "file")
    wanted = plan_import(there, tmp_path / "file")
    carry_out(there, wanted)
    titles = [getattr(one, "title", None) for one in there.mirror(f"{SITE} 1").load(Kind.WORKSPACES)]
    assert titles == (["one", "two"] if later == "here" else ["one", "three", "four"])
    assert bool(wanted.differences.skipped) is (later == "there")


def test_a_mirror_of_another_version_is_left_alone(at: Open, tmp_path: Path) -> None:
    here, there = at("here"), at("there")
    fill(here)
    with here.write() as connection:
        connection.execute(tables.accounts.update().values(format="older"))
    save(here, tmp_path / "file")
    wanted = plan_import(there, tmp_path / "file")
    carry_out(there, wanted)
    assert there.accounts() == []
    assert len(there.snapshots.list()) == 2
    assert "another version" in wanted.differences.skipped[0]


def test_a_database_that_moved_meanwhile_is_not_written(at: Open, tmp_path: Path) -> None:
    here, there = at("here"), at("there")
    fill(here)
    save(here, tmp_path / "file")
    wanted = plan_import(there, tmp_path / "file")
    freeze(there, forecast("meanwhile"))
    before = everything(there)
    with pytest.raises(RefusedByRule, match="has changed since"):
        carry_out(there, wanted)
    assert everything(there) == before


FULL = {
    "sqlite": ("CREATE TRIGGER full BEFORE INSERT ON waivers BEGIN SELECT RAISE(ABORT, 'disk is full'); END",),
    "postgresql": (
        "CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS "
        "$$BEGIN RAISE EXCEPTION 'No space left on device' USING ERRCODE = 'disk_full'; END$$",
        "CREATE TRIGGER full_disk BEFORE INSERT ON waivers FOR EACH ROW EXECUTE FUNCTION no_room()",
    ),
}


def test_a_failure_half_way_leaves_nothing(at: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    here, there = at("here"), at("there")
    fill(here)
    save(here, tmp_path / "file")
    wanted = plan_import(there, tmp_path / "file")
    with there.write() as connection:
        for statement in FULL[connection.dialect.name]:
            connection.exec_driver_sql(statement)
    before = everything(there)
    with pytest.raises(StoreProblem, match="disk is full"):
        carry_out(there, wanted)
    assert everything(there) == before == {}


# questions


@ON_SQLITE
@pytest.mark.parametrize(
    ("question", "applied"),
    [
        pytest.param(Question(dry_run=True, yes=True), False, id="a dry run"),
        pytest.param(Question(yes=True), True, id="yes"),
        pytest.param(Question(confirm=lambda _: True), True, id="asked, yes"),
        pytest.param(Question(confirm=lambda _: False), False, id="asked, no"),
    ],
)
def test_who_may_import(at: Open, tmp_path: Path, question: Question, applied: bool) -> None:
    here, there = at("here"), at("there")
    fill(here)
    save(here, tmp_path / "file")
    assert take_in(there, tmp_path / "file", None, question).applied is applied
    assert bool(everything(there)) is applied


def test_nobody_to_ask(at: Open, tmp_path: Path) -> None:
    here, there = at("here"), at("there")
    fill(here)
    save(here, tmp_path / "file")
    with pytest.raises(WrongUsage, match="nobody can be asked"):
        take_in(there, tmp_path / "file", None, Question())
    assert take_in(here, tmp_path / "file", None, Question()).applied is False  # nothing to do, nothing to ask


def test_a_larger_import_than_allowed(at: Open, tmp_path: Path) -> None:
    here, there = at("here"), at("there")
    fill(here)
    save(here, tmp_path / "file")
    with pytest.raises(RefusedByRule, match="--max-changes 3"):
        take_in(there, tmp_path / "file", None, Question(yes=True, max_changes=3))
    assert everything(there) == {}


def test_keep_is_mine_or_theirs() -> None:
    assert (keep_of(None), keep_of("Mine"), keep_of("theirs")) == (None, Keep.MINE, Keep.THEIRS)
    with pytest.raises(WrongUsage):
        keep_of("ours")


# damaged files


def rewritten(file: Path, change: Callable[[dict[str, bytes]], None]) -> None:
    """The file with other members, and the manifest's checksums made to fit."""
    import hashlib

    with zipfile.ZipFile(file) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    change(members)
    manifest = json.loads(members["manifest.json"])
    for entry in manifest["tables"]:
        body = members.get(portable.member(entry["name"]), b"")
        entry |= {"sha256": hashlib.sha256(body).hexdigest(), "rows": len(body.splitlines())}
    members["manifest.json"] = json.dumps(manifest).encode()
    with zipfile.ZipFile(file, "w") as archive:
        for name, body in members.items():
            archive.writestr(name, body)


def edited(table: str, **values: Any) -> Callable[[dict[str, bytes]], None]:
    """Change the first row of a table."""

    def change(members: dict[str, bytes]) -> None:
        first, *rest = members[portable.member(table)].splitlines()
        row = json.dumps(json.loads(first) | values).encode()
        members[portable.member(table)] = b"\n".join([row, *rest]) + b"\n"

    return change


@ON_SQLITE
@pytest.mark.parametrize(
    ("change", "said"),
    [
        pytest.param(edited("facts", stored_at="yesterday"), "stored_at cannot be read", id="no instant"),
        pytest.param(edited("facts", stored_at="2026-11-23T10:00:00"), "stored_at has no zone", id="no zone"),
        pytest.param(edited("facts", value=7), "facts line 1: value is no text", id="a number for a text"),
        pytest.param(edited("facts", value=None), "facts line 1: value is missing", id="nothing"),
        pytest.param(edited("facts", value="a\x00b"), "characters that no database takes", id="NUL"),
        pytest.param(edited("facts", surprise=1), "there is no column 'surprise'", id="a column too many"),
        pytest.param(edited("snapshots", body="{}"), "the forecast in it cannot be read", id="no forecast"),
        pytest.param(edited("snapshots", week="last"), "its week is none", id="no week"),
        pytest.param(edited("snapshots", revision=True), "revision is no whole number", id="true is no number"),
        pytest.param(edited("checklist_answers", parent=99), "belongs to line 99", id="an orphan"),
        pytest.param(edited("checklist_answers", seen="{"), "seen cannot be read", id="broken JSON"),
        pytest.param(edited("waivers", until="soon"), "until cannot be read", id="no day"),
        pytest.param(edited("mirror_rows", body="[]"), "the record in it cannot be read", id="no record"),
        pytest.param(edited("mirror_rows", kind="x" * 41), "longer than 40 characters", id="too long"),
        pytest.param(edited("snapshots", revision=2), "holds a row twice", id="twice"),
        pytest.param(lambda m: m.pop(portable.member("facts")), "tables/facts.jsonl is missing", id="a member less"),
        pytest.param(lambda m: m.update({portable.member("facts"): b"not json\n"}), "line 1 is no row", id="no JSON"),
    ],
)
def test_a_file_that_cannot_be_meant_is_refused_whole(
    at: Open, tmp_path: Path, change: Callable[[dict[str, bytes]], None], said: str
) -> None:
    here, there = at("here"), at("there")
    fill(here)
    file = tmp_path / "file"
    save(here, file)
    rewritten(file, change)
    with pytest.raises(StoreProblem) as problem:
        plan_import(there, file)
    assert said in problem.value.message
    assert str(file) in problem.value.message
    assert problem.value.exit_code == 2
    assert everything(there) == {}


def manifest(**values: Any) -> Callable[[dict[str, bytes]], None]:
    def change(members: dict[str, bytes]) -> None:
        members["manifest.json"] = json.dumps(json.loads(members["manifest.json"]) | values).encode()

    return change


def newer_table(members: dict[str, bytes]) -> None:
    found = json.loads(members["manifest.json"])
    found["tables"].append({"name": "dreams", "rows": 1, "sha256": ""})
    members["manifest.json"] = json.dumps(found).encode()
    members[portable.member("dreams")] = b'{"id": 1}\n'


@ON_SQLITE
@pytest.mark.parametrize(
    "change",
    [
        pytest.param(manifest(format="psdm.state/2"), id="format"),
        pytest.param(manifest(revision="9999"), id="revision"),
        pytest.param(newer_table, id="table"),
    ],
)
def test_a_newer_file_is_named(at: Open, tmp_path: Path, change: Callable[[dict[str, bytes]], None]) -> None:
    file = tmp_path / "file"
    save(at("here"), file)
    rewritten(file, change)
    with pytest.raises(StoreProblem, match="newer psdm"):
        check_file(file)


@ON_SQLITE
def test_a_checksum_that_does_not_fit(at: Open, tmp_path: Path) -> None:
    here = at("here")
    fill(here)
    file = tmp_path / "file"
    save(here, file)
    with zipfile.ZipFile(file) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    members[portable.member("facts")] = members[portable.member("facts")].replace(b"2026-11-02", b"2026-11-03")
    with zipfile.ZipFile(file, "w") as archive:
        for name, body in members.items():
            archive.writestr(name, body)
    with pytest.raises(StoreProblem, match="checksum of facts"):
        check_file(file)


@ON_SQLITE
def test_every_cut_of_a_file_is_noticed(at: Open, tmp_path: Path) -> None:
    here = at("here")
    fill(here)
    whole = tmp_path / "whole"
    save(here, whole)
    body = whole.read_bytes()
    for length in range(0, len(body), max(1, len(body) // 40)):
        (tmp_path / "cut").write_bytes(body[:length])
        with pytest.raises(StoreProblem):
            check_file(tmp_path / "cut")


@ON_SQLITE
def test_every_flipped_byte_is_noticed_or_harmless(at: Open, tmp_path: Path) -> None:
    """Whatever is flipped: it is refused with a sentence, or the content is the same (a time stamp of the zip)."""
    here = at("here")
    fill(here)
    whole = tmp_path / "whole"
    content = save(here, whole).tables
    body = whole.read_bytes()
    for place in range(0, len(body), max(1, len(body) // 150)):
        flipped = bytearray(body)
        flipped[place] ^= 0x55
        (tmp_path / "flipped").write_bytes(flipped)
        try:
            found = portable.read(tmp_path / "flipped")
        except StoreProblem:
            continue
        assert found.tables == content, place


@pytest.mark.parametrize("body", [b"", b"PK", b"SQLite format 3\x00", b"{}"])
def test_something_else_is_no_state_file(tmp_path: Path, body: bytes) -> None:
    (tmp_path / "file").write_bytes(body)
    with pytest.raises(StoreProblem, match="no state file"):
        check_file(tmp_path / "file")


def test_no_file_at_all(tmp_path: Path) -> None:
    with pytest.raises(WrongUsage, match="There is no file"):
        check_file(tmp_path / "missing")


# check and overview


def test_a_sound_store_is_sound(at: Open) -> None:
    store = at("here")
    fill(store)
    found = check(store)
    assert found.problems == ()
    assert found.rows == sum(len(rows) for rows in everything(store).values())


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        (tables.snapshots.update().where(tables.snapshots.c.revision == 1).values(body=b"\0"), "1 1 is unreadable"),
        (tables.rows.update().where(tables.rows.c.id == "1").values(body="{"), "the record in it cannot be read"),
        (tables.facts.update().values(stored_at="x"), "stored_at cannot be read"),
    ],
)
def test_what_is_wrong_is_named(at: Open, statement: Update, said: str) -> None:
    store = at("here")
    fill(store)
    with store.write() as connection:
        connection.execute(statement)
    found = check(store)
    assert any(said in problem for problem in found.problems), found.problems


@ON_SQLITE
def test_what_points_to_nothing_is_named(at: Open, tmp_path: Path) -> None:
    """A server would not let that happen."""
    store = at("here")
    fill(store)
    raw = sqlite3.connect(tmp_path / "here" / "psdm.db")
    raw.executescript("PRAGMA foreign_keys = OFF; DELETE FROM checklist_runs")
    raw.close()
    found = check(store)
    assert any("points to a missing" in problem for problem in found.problems), found.problems


def test_a_damaged_snapshot_is_not_exported(at: Open, tmp_path: Path) -> None:
    store = at("here")
    fill(store)
    with store.write() as connection:
        connection.execute(tables.snapshots.update().values(body=zlib.compress(b"x")[:-2]))
    with pytest.raises(StoreProblem, match="unreadable"):
        save(store, tmp_path / "file")
    assert not (tmp_path / "file").exists()


def test_the_overview_counts_what_is_there(at: Open) -> None:
    store = at("here")
    assert overview(store).changed_at is None
    fill(store)
    seen = overview(store)
    with store.read() as connection:
        assert seen.system == connection.dialect.name
    assert seen.size
    assert (seen.tables["snapshots"], seen.tables["facts"], seen.tables["mirror_rows"]) == (2, 2, 2)
    assert [(a.key, a.current, [(s.key, s.engagements) for s in a.scopes]) for a in seen.accounts] == [
        (f"{SITE} 1", True, [("leads:1", 2)])
    ]
    assert [(s.scope, s.count, s.first_week, s.last_week) for s in seen.snapshots] == [
        ("leads:1", 2, "2026-W48", "2026-W48")
    ]
    assert seen.sites == (SITE,)
    assert seen.changed_at == "2026-11-23T15:00:00.000000+00:00"
