"""Connections that break, servers that are not there, pages that move while they are read, and showers."""

from __future__ import annotations

import shutil
import socket
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from psdm_process import Psdm

from psdm_cli.sandbox import KantataSandbox

AS_OF = date(2026, 11, 23)
PREP = ("forecast-prep", "--json")
PAGES = (
    "/users/me",
    "/workspaces",
    "/workspace_resources",
    "/time_entries",
    "/stories",
    "/workspace_allocations",
    "/billing_milestones",
    "/account_memberships",
    "/time_off_entries",
)


@pytest.fixture
def closed_port() -> Iterator[int]:
    """A port at which nobody listens, kept so while the test runs."""
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        yield holder.getsockname()[1]


def test_nobody_there(psdm: Psdm, closed_port: int) -> None:
    done = psdm(*PREP, PSDM_KANTATA_URL=f"http://127.0.0.1:{closed_port}/api/v1")
    assert done.code == 75
    assert done.error["code"] == "unavailable"
    assert done.error["message"] == "Kantata cannot be reached (GET /users/me): no connection."
    assert done.error["hint"] == "Check the network and PSDM_KANTATA_URL."
    assert len(done.err.splitlines()) == 2


def test_gone_since_last_time(psdm: Psdm, kantata: KantataSandbox) -> None:
    live = psdm(*PREP)
    kantata.stop()
    done = psdm(*PREP)
    assert done.code == 75
    assert "--offline" in done.error["hint"]
    offline = psdm(*PREP, "--offline")
    assert (offline.code, offline.figures) == (live.code, live.figures)


def test_gone_while_reading(psdm: Psdm, kantata: KantataSandbox) -> None:
    kantata.fault(path="/time_entries", cut="before", times=None)
    done = psdm(*PREP, PSDM_CONFIG=impatient(psdm))
    assert done.code == 75
    assert "does not answer (GET /time_entries: the connection was cut)" in done.error["message"]


def impatient(psdm: Psdm) -> str:
    file = psdm.home / "impatient.yaml"
    file.write_text("kantata: {patience_seconds: 1}\n")
    return str(file)


@pytest.mark.parametrize("cut", ["before", "middle", "after"])
def test_cut_once_on_every_page_of_some_kinds(psdm: Psdm, kantata: KantataSandbox, calm: Any, cut: Any) -> None:
    paths = PAGES[("before", "middle", "after").index(cut) :: 3]
    faults = [kantata.fault(path=path, cut=cut) for path in paths]
    faults.append(kantata.fault(path="/time_entries", cut=cut, skip=3))  # in the middle of seven pages
    done = psdm(*PREP)
    assert done.code == 3, done.err
    assert all(fault.hits == 1 for fault in faults)
    assert done.figures == calm
    assert kantata.violations == []
    assert kantata.writes == []


@pytest.mark.parametrize(
    ("path", "query"),
    [
        pytest.param("/time_entries", "page=3", id="time entries"),
        pytest.param("/stories", "page=2", id="tasks"),
        pytest.param("/workspace_allocations", "page=2", id="bookings"),
    ],
)
def test_a_list_that_shrinks_while_it_is_read(psdm: Psdm, kantata: KantataSandbox, path: str, query: str) -> None:
    """The row that moved over the edge of a page is not lost: the figures are those of the account as it then is."""
    fault = kantata.fault(path=path, query=query, shrink=True)
    done = psdm(*PREP)
    assert fault.hits == 1
    assert done.code == 3, done.err
    shutil.rmtree(psdm.home / "psdm")
    assert psdm(*PREP).figures == done.figures


def test_a_project_that_is_archived_while_reading(psdm: Psdm, kantata: KantataSandbox) -> None:
    def archive(account: Any) -> None:
        account.update("workspaces", "3001", archived=True)

    kantata.fault(path="/stories", effect=archive)
    done = psdm(*PREP)
    assert done.code == 3, done.err  # what was listed when reading began is answered
    again = psdm(*PREP)
    assert "3001" not in [project["id"] for project in again.result["projects"]]
    shutil.rmtree(psdm.home / "psdm")
    assert psdm(*PREP).figures == again.figures


# showers


@pytest.mark.parametrize("seed", [1, 5])
def test_showers_change_no_figure(alone: Psdm, seed: int) -> None:
    psdm = alone.with_(PSDM_AS_OF=AS_OF.isoformat(), PSDM_NO_INPUT="1")
    with KantataSandbox(as_of=AS_OF, seed=seed) as dry:
        calm = psdm.at(dry)(*PREP)
    shutil.rmtree(psdm.home / "psdm")
    with KantataSandbox(as_of=AS_OF, seed=seed, weather="showers") as wet:
        done = psdm.at(wet)(*PREP)
        drops = [request for request in wet.requests if request.status in (429, 503, None)]
    assert drops  # some rain has to fall
    assert (done.code, done.figures) == (calm.code, calm.figures)


def test_the_embedded_kantata_in_showers(alone: Psdm, calm: Any) -> None:
    psdm = alone.with_(PSDM_AS_OF=AS_OF.isoformat())
    done = psdm("--sandbox", "--weather", "showers", "forecast-prep", "--no-input", "--json")
    assert done.code == 3, done.err
    assert done.figures == calm
