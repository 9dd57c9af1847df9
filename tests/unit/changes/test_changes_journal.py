"""The journal in its store: apart by site, without secrets, and a lock that ends with its process."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest
from changes_world import NOW, World, create
from tests.postgres import ON_BOTH, UrlOf

from psdm_cli.changes.apply import Hands, apply
from psdm_cli.changes.journal import Journal
from psdm_cli.changes.plan import ChangeState, plan_of
from psdm_cli.masking import register
from psdm_cli.store import open_store
from psdm_cli.store.database import Store
from psdm_cli.store.locks import Lock

SECRET = "very-secret-token-4711"


def test_no_secret_reaches_the_file(world: World, hands: Hands, store: Store, tmp_path: Path) -> None:
    register(SECRET)
    world.makes = {"echo": f"Bearer {SECRET}"}
    plan = plan_of(f"note {SECRET}", NOW, [create(f"a {SECRET}", after={"text": [{"deep": SECRET}]})])
    apply(plan, hands, f"Pat {SECRET}")
    store.close()
    raw = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    assert b"Pat" in raw
    assert SECRET.encode() not in raw
    assert b"glpat-" not in raw


@ON_BOTH
def test_sites_are_apart(journal: Journal, tmp_path: Path, url_of: UrlOf) -> None:
    run = journal.begin(plan_of("test", NOW, [create("a")]), "Pat", NOW)
    with open_store(url_of("one"), tmp_path, site="sandbox") as other:
        elsewhere = Journal(other.journal)
        assert elsewhere.runs() == ()
        assert elsewhere.run(run) is None
        assert elsewhere.open_entries() == ()


@pytest.mark.parametrize("name", ["0", "99", "x", "", "-1", "1 OR 1=1", "9" * 40, "²"])
def test_a_run_that_there_is_not(journal: Journal, name: str) -> None:
    journal.begin(plan_of("test", NOW, [create("a")]), "Pat", NOW)
    assert journal.run(name) is None


@ON_BOTH
def test_the_latest_runs_come_first(journal: Journal) -> None:
    for number in range(3):
        journal.begin(plan_of(f"test {number}", NOW, [create("a")]), "Pat", NOW)
    assert [run.command for run in journal.runs()] == ["test 2", "test 1", "test 0"]
    assert [run.command for run in journal.runs(2)] == ["test 2", "test 1"]


@ON_BOTH
def test_every_note_is_kept_at_once(journal: Journal, store: Store, tmp_path: Path, url_of: UrlOf) -> None:
    plan = plan_of("test", NOW, [create("a"), create("b")])
    run = journal.begin(plan, "Pat", NOW)

    def stored() -> list[str]:
        with open_store(url_of("one"), tmp_path, site=store.site) as other:  # as another process sees it
            return [row.state for row in other.journal.changes(run)]

    assert stored() == ["planned", "planned"]
    journal.intend(run, plan.items[0], plan.items[0].change, NOW)
    assert stored() == ["intended", "planned"]
    journal.sending(run, plan.items[0], None, NOW)
    assert stored() == ["sending", "planned"]
    journal.ended(run, plan.items[0].now(ChangeState.APPLIED), None, NOW)
    assert stored() == ["applied", "planned"]


@ON_BOTH
def test_a_text_that_no_database_takes(journal: Journal) -> None:
    run = journal.begin(plan_of("te\0st \ud800", NOW, [create("a\0\ud800")]), "P\0at", NOW)
    assert journal.run(run) is not None


@ON_BOTH
def test_a_lock_is_one_processs_and_ends_with_it(store: Store, tmp_path: Path, url_of: UrlOf) -> None:
    program = (
        "import sys, time\nfrom pathlib import Path\nfrom psdm_cli.store import open_store\n"
        f"store = open_store({url_of('one')!r}, Path({str(tmp_path)!r}), site={store.site!r})\n"
        "print(store.lock('apply').take(), flush=True)\nsys.stdin.read()\n"
    )
    other = subprocess.Popen([sys.executable, "-c", program], stdin=-1, stdout=-1, text=True)
    assert other.stdout is not None
    assert other.stdout.readline().strip() == "True"
    mine = store.lock("apply")
    assert not mine.take()
    assert store.lock("another purpose").take()
    other.kill()
    other.communicate()
    assert _taken(mine)
    assert not store.lock("apply").take()
    mine.release()
    again = store.lock("apply")
    assert again.take()
    again.release()
    again.release()


def _taken(lock: Lock) -> bool:
    """Take it; a server notices a moment later that a process is gone."""
    end = time.monotonic() + 30
    while not (taken := lock.take()) and time.monotonic() < end:
        time.sleep(0.01)
    return taken
