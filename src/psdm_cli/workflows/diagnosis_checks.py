"""What the doctor looks at, and the lines in which it says how that stands."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Literal, Protocol

from psdm_cli.errors import PsdmError
from psdm_cli.systems.gitlab_ports import GitLab
from psdm_cli.systems.ports import Kantata, Me

if TYPE_CHECKING:
    from psdm_cli.store.database import Store

PASS, ATTENTION, UNVERIFIED = "pass", "attention", "unverified"


@dataclass(frozen=True, slots=True)
class Check:
    """One line: what was looked at, how it stands, what was seen, and the way out where there is one.

    `needed`: the forecast does without it otherwise. `exit_code` is that of the failure behind it, if there was one.
    """

    id: str
    title: str
    state: str
    reason: str
    way_out: str = ""
    needed: bool = True
    exit_code: int = 0


@dataclass(frozen=True, slots=True)
class SettingsSeen:
    """What is known once the settings could be read."""

    file: str
    keys: int
    zone: str
    local_time: str


@dataclass(frozen=True, slots=True)
class Configured:
    """A place of GitLab that the settings name: the key, the path, and which of the two it is."""

    key: str
    path: str
    kind: Literal["group", "project"]


@dataclass(frozen=True, slots=True)
class KeyringSeen:
    """Whether the keyring can keep a token, its name or the reason, and where the token comes from now."""

    usable: bool
    words: str
    token_origin: str | None


class TokenOwner(Protocol):
    """A system that says whose token it is."""

    def me(self) -> Me:
        """The token's owner. Raises `NotAllowed`, `Unavailable`."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the doctor looks at; each is asked once and may raise a `PsdmError`. `gitlab` gives None: not configured.

    `gitlab_group` is the group whose plan decides what there is for epics; `gitlab_places` all configured ones.
    """

    python: tuple[int, int, int]
    settings: Callable[[], SettingsSeen]
    kantata: Callable[[], Kantata]
    kantata_url: Callable[[], str]
    gitlab: Callable[[], TokenOwner | None]
    store: Callable[[], Store]
    keyring: Callable[[], KeyringSeen]
    now: Callable[[], datetime]
    account_scope: Callable[[], str]
    offline: bool = False
    gitlab_reading: Callable[[], GitLab | None] = lambda: None
    gitlab_group: Callable[[], str] = lambda: ""
    gitlab_places: Callable[[], Sequence[Configured]] = tuple


def failed(identity: str, title: str, error: PsdmError, *, decides: bool = False, needed: bool = True) -> Check:
    """The line of a failure; `decides`: with its exit code."""
    code = error.exit_code if decides else 0
    return Check(identity, title, ATTENTION, error.message, error.hint, needed=needed, exit_code=code)
