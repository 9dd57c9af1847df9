"""A team's store on PostgreSQL as PMs meet it: moved there, the same figures, two at once, and what goes wrong."""

from __future__ import annotations

from pathlib import Path

import pytest
from psdm_process import Psdm
from sitting import Sitting, answered, at_card
from tests.postgres import PASSWORD, Cluster

from psdm_cli.store import open_store

FUNDS = "FP-01 SOW-2301"


@pytest.fixture
def url(postgres: Cluster) -> str:
    return postgres.fresh()


def test_memory_moves_from_a_file_to_the_server_and_goes_on_there(mirrored: Psdm, url: str, tmp_path: Path) -> None:
    assert mirrored("forecast-prep", "--freeze", "--confirm", "FP-13=in the sheet").code == 3
    file = str(tmp_path / "psdm.state")
    assert mirrored("state", "export", file).code == 0
    shared = mirrored.with_(PSDM_DATABASE_URL=url, PSDM_HOME=str(tmp_path / "elsewhere"))
    assert shared("portfolio", "--offline").code == 5, "nothing read yet"
    plan = shared("state", "import", file, "--dry-run", "--json").result
    assert (plan["applied"], plan["writes"] > 0) == (False, True)
    assert shared("state", "import", file, "--yes", "--json").result["applied"]
    assert shared("state", "import", file, "--yes", "--json").result["writes"] == 0
    assert shared("portfolio", "--offline", "--json").figures == mirrored("portfolio", "--offline", "--json").figures
    seen = shared("state", "--json").result
    assert (seen["system"], seen["size"] > 0) == ("postgresql", True)
    assert seen["place"].startswith("postgresql://psdm@127.0.0.1:")
    assert shared("state", "check", "--json").code == 0
    done = shared("forecast-prep", "--freeze", "--json")
    assert done.code == 3
    assert done.figures["totals"] == mirrored("forecast-prep", "--json").figures["totals"]
    assert [each["count"] for each in shared("state", "--json").result["snapshots"]] == [2]
    assert not (tmp_path / "elsewhere" / "data" / "psdm.db").exists()


def test_two_pms_on_one_server_answer_one_finding_once(mirrored: Psdm, url: str, tmp_path: Path) -> None:
    """Each at a machine of their own: the store alone is shared."""
    machines = [
        mirrored.with_(PSDM_NO_INPUT=None, PSDM_DATABASE_URL=url, PSDM_HOME=str(tmp_path / name)) for name in "ab"
    ]
    assert machines[0].with_(PSDM_NO_INPUT="1")("sync").code == 0
    one, other = (Sitting(machine) for machine in machines)
    for sitting in (one, other):
        at_card(sitting, FUNDS)
    answered(other, "w", "slower")
    answered(one, "w", "quicker", "2026-12-04")
    answered(other, "2026-12-11")
    for sitting in (one, other):
        sitting.type("q")
        sitting.end()
    assert "somebody was quicker: waived until 2026-12-04" in " ".join(" ".join(other.lines).split())
    with open_store(url, tmp_path, site=mirrored.variables["PSDM_KANTATA_URL"]) as store:
        assert [waiver.reason for waiver in store.waivers.list()] == ["quicker"]


@pytest.mark.parametrize(
    ("address", "code", "said"),
    [
        pytest.param("postgresql://psdm:{wrong}@127.0.0.1:{port}/postgres", 4, "does not let psdm in", id="password"),
        pytest.param("postgresql://psdm:{wrong}@127.0.0.1:1/psdm", 75, "cannot be reached", id="server down"),
        pytest.param("postgresql://psdm:{wrong}@[::1/psdm", 2, "expected an address", id="half an address"),
        pytest.param("postgresql://psdm:{wrong}@more@host/psdm", 2, "%40", id="a bare @ in the password"),
        pytest.param("mysql://psdm:{wrong}@host/psdm", 2, "expected an address", id="another kind of database"),
    ],
)
def test_what_is_wrong_is_named_without_the_password(
    mirrored: Psdm, postgres: Cluster, address: str, code: int, said: str
) -> None:
    wrong = "wrong-word-0815"
    psdm = mirrored.with_(PSDM_DATABASE_URL=address.format(wrong=wrong, port=postgres.port))
    done = psdm("state", "-vv")
    assert (done.code, done.out) == (code, "")
    assert said in done.err
    assert "Traceback" not in done.err
    shown = [done, psdm("portfolio", "--offline", "--json"), psdm("config", "show", "--json"), psdm("doctor", "--json")]
    for each in shown:
        assert wrong not in each.out + each.err
        assert "more@host" not in each.out + each.err


def test_the_password_is_shown_nowhere_when_all_is_well(mirrored: Psdm, url: str) -> None:
    psdm = mirrored.with_(PSDM_DATABASE_URL=url)
    for arguments in (("state",), ("state", "-vv", "--json"), ("config", "show"), ("doctor",), ("sync", "-vv")):
        done = psdm(*arguments)
        assert PASSWORD not in done.out + done.err, arguments
