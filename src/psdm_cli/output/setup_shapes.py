"""What the set-up commands answer: one pydantic model each; JSON Schema and documents are made of them."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from psdm_cli.output.json_shapes import Shape

State = Literal["pass", "attention", "unverified"]


class Setting(Shape):
    """One setting in force. `origin` is "default", a variable, or file and line; secrets are masked."""

    key: str
    value: Any
    default: Any
    origin: str


class Secret(Shape):
    """Whether a token is set in the environment; its text is never part of it."""

    name: str
    set: bool


class ConfigShown(Shape):
    """`config show`."""

    file: str | None
    settings: list[Setting]
    secrets: list[Secret]


class ConfigChecked(Shape):
    """`config check`: every complaint with file, line and key."""

    file: str | None
    keys: int
    problems: list[str]


class ConfigWritten(Shape):
    """`config init`."""

    file: str
    written: bool
    answers: dict[str, Any]


class ConfigPaths(Shape):
    """`config path`."""

    config_file: str
    exists: bool
    data: str
    cache: str
    logs: str
    sandbox: str


class Person(Shape):
    """The owner of a token."""

    id: str
    name: str


class LoggedIn(Shape):
    """`auth login`."""

    system: str
    url: str
    user: Person
    stored_in: str


class LoggedOut(Shape):
    """`auth logout`. `still_set` names variables that hold a token all the same."""

    system: str
    url: str
    removed: bool
    still_set: list[str]


class SystemLogin(Shape):
    """Where a system's token comes from and whether the system takes it."""

    system: str
    url: str
    state: State
    origin: str | None
    user: Person | None
    reason: str


class AuthStatus(Shape):
    """`auth status`."""

    systems: list[SystemLogin]
    keyring: str


class Check(Shape):
    """One line of the doctor."""

    id: str
    title: str
    state: State
    reason: str
    way_out: str


class Diagnosis(Shape):
    """`doctor`."""

    checks: list[Check]


class SandboxReset(Shape):
    """`sandbox reset`."""

    folder: str
    removed: bool


class Mirrored(Shape):
    """Rows of one kind: read in this run, changed by it in the mirror, and gone from Kantata."""

    kind: str
    read: int
    changed: int
    deleted: int


class Refused(Shape):
    """A kind that the token may not read."""

    kind: str
    call: str
    permission: str


class Synced(Shape):
    """`sync`."""

    account: str
    leads: list[str]
    full: bool
    engagements: int
    synced_at: datetime
    kinds: list[Mirrored]
    refused: list[Refused]
    malformed: int
