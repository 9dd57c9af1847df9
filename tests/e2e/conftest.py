"""What the end-to-end tests share: both practice systems on ports, and psdm as a process with a home of its own."""

from __future__ import annotations

import copy
import pickle
import shutil
import signal
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any, cast

import pytest
from psdm_process import AS_OF, Psdm

from psdm_cli.sandbox import KantataSandbox
from psdm_cli.sandbox.account import Account
from psdm_cli.sandbox.gitlab import GitLabSandbox
from psdm_cli.sandbox.serving import Sandbox

if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:  # a shell does so to `make test &`, and psdm would inherit it
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session", autouse=True)
def seeded_once() -> Iterator[None]:
    """The practice systems' rows of a day are made once and copied for each server: most of a server's start."""
    made: dict[tuple[type, object], bytes] = {}

    def quick(kind: type[Sandbox[Any]], seed: Callable[[Any, date], Account]) -> Callable[[Any, date], Account]:
        def seeded(server: Any, day: date) -> Account:
            key = (kind, server.seed, day, getattr(server, "plan", ""))
            if key not in made:
                made[key] = pickle.dumps(seed(server, day))
            return cast("Account", pickle.loads(made[key]))

        return seeded

    with pytest.MonkeyPatch.context() as patch:
        for kind in (KantataSandbox, GitLabSandbox):
            patch.setattr(kind, "_seeded", quick(kind, kind._seeded))
        yield


@pytest.fixture
def kantata() -> Iterator[KantataSandbox]:
    """A practice Kantata of this test alone, in memory, with the seeded portfolio around `AS_OF`."""
    with KantataSandbox(as_of=AS_OF) as server:
        yield server


@pytest.fixture
def alone(tmp_path: Path) -> Psdm:
    """psdm with an empty home and no variable set: no server, no token."""
    return Psdm(tmp_path)


@pytest.fixture
def psdm(alone: Psdm, kantata: KantataSandbox) -> Psdm:
    """psdm with an empty home, pointed at the test's Kantata as the PM who sees everything, as of `AS_OF`."""
    return alone.at(kantata).with_(PSDM_AS_OF=AS_OF.isoformat(), PSDM_NO_INPUT="1")


@pytest.fixture
def front(alone: Psdm) -> Psdm:
    """psdm with an empty home and, on every machine, no keyring; tests may choose one of `keyring_in_a_file`."""
    here = str(Path(__file__).parent)
    return alone.with_(PYTHON_KEYRING_BACKEND="keyring.backends.fail.Keyring", PYTHONPATH=here)


@pytest.fixture(scope="session")
def calm(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The figures of forecast-prep over the seeded portfolio when nothing goes wrong."""
    with KantataSandbox(as_of=AS_OF) as server:
        psdm = Psdm(tmp_path_factory.mktemp("calm")).at(server).with_(PSDM_AS_OF=AS_OF.isoformat(), PSDM_NO_INPUT="1")
        return psdm("forecast-prep", "--json").figures


@pytest.fixture(scope="session")
def read_before(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[KantataSandbox, Path, dict[str, Any]]]:
    """A practice Kantata that stays, the home of a psdm that has read it, and its rows at that time."""
    home = tmp_path_factory.mktemp("read-before")
    with KantataSandbox(as_of=AS_OF) as server:
        psdm = Psdm(home).at(server).with_(PSDM_AS_OF=AS_OF.isoformat())
        assert psdm("sync").code == 0
        yield server, home, copy.deepcopy(server.account.tables)


@pytest.fixture
def standing(read_before: tuple[KantataSandbox, Path, dict[str, Any]]) -> KantataSandbox:
    """The Kantata that stays, with its rows as at first; for `mirrored`. Do not stop it."""
    server, _, tables = read_before
    server.account.tables = copy.deepcopy(tables)
    server.account.touched()
    server.service.refused.clear()
    server.clear()
    return server


@pytest.fixture
def mirrored(
    standing: KantataSandbox, read_before: tuple[KantataSandbox, Path, dict[str, Any]], tmp_path: Path
) -> Psdm:
    """psdm with a mirror of `standing`, read as of `AS_OF` by the PM who sees everything."""
    home = tmp_path / "mirrored"
    shutil.copytree(read_before[1], home)
    return Psdm(home).at(standing).with_(PSDM_AS_OF=AS_OF.isoformat(), PSDM_NO_INPUT="1")


@pytest.fixture(scope="session")
def gitlab_before() -> Iterator[tuple[GitLabSandbox, dict[str, Any]]]:
    """A practice GitLab that stays, and its rows as they were seeded."""
    with GitLabSandbox(as_of=AS_OF) as server:
        yield server, copy.deepcopy(server.account.tables)


@pytest.fixture
def gitlab(gitlab_before: tuple[GitLabSandbox, dict[str, Any]]) -> GitLabSandbox:
    """The GitLab that stays, with its rows as at first; for `both`. Do not stop it."""
    server, tables = gitlab_before
    server.account.tables = copy.deepcopy(tables)
    server.account.touched()
    server.service.refused.clear()
    server.clear()
    return server


@pytest.fixture
def both(mirrored: Psdm, gitlab: GitLabSandbox) -> Psdm:
    """`mirrored`, pointed at `gitlab` too as the one who may do everything."""
    return mirrored.with_(PSDM_GITLAB_URL=gitlab.url, PSDM_GITLAB_TOKEN=gitlab.tokens["full"])
