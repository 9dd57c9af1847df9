"""The doctor: is everything there that Monday's forecast needs? Each line says what was seen, never what was hoped."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Protocol

from psdm_cli.domain.gitlab import EpicsBy
from psdm_cli.domain.records import Kind
from psdm_cli.errors import NotAllowed, NotFound, PsdmError, Unavailable
from psdm_cli.systems.gitlab_ports import GitLab
from psdm_cli.systems.ports import Kantata, Me, Read

if TYPE_CHECKING:
    from psdm_cli.store.database import Store

SKEW = timedelta(minutes=5)
SOON = timedelta(days=14)  # a token that ends within it is to be replaced
PASS, ATTENTION, UNVERIFIED = "pass", "attention", "unverified"

# Each kind of record: its name for people, what it is read for, how to get the permission (kantata.md).
PERMISSIONS: dict[Kind, tuple[str, str, str]] = {
    Kind.WORKSPACES: ("engagements", "everything", "be a participant of the projects, or Reports Viewer"),
    Kind.RESOURCES: ("resources", "coverage, FP-08", "ask for access to the projects' resources"),
    Kind.ALLOCATIONS: ("bookings", "FP-03, 07, 08", "ask for the Resource Management access group"),
    Kind.STORIES: ("tasks and milestones", "FP-02, 05, 10", "ask for View Tasks on the projects"),
    Kind.BILLING_MILESTONES: ("billing milestones", "fixed fee", "ask for View Financials on the projects"),
    Kind.TIME_ENTRIES: ("time entries", "FP-03, 09", "ask for View Financials or Reports Viewer"),
    Kind.PEOPLE: ("people and their workweeks", "FP-06", "ask for account permission Project Lead or higher"),
    Kind.TIME_OFF: ("time off", "capacity", "ask for the Resource Center with the team's time off"),
    Kind.HOLIDAYS: ("holidays", "capacity", "ask to be a full member of the account"),
    Kind.ROLES: ("roles", "", "ask to be a full member of the account"),
}


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

    `gitlab_group` is the group whose plan decides what there is for epics.
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


def diagnose(around: Surroundings) -> tuple[Check, ...]:
    """All checks in order. Never raises for what is wrong with the set-up: that is what it is asked for."""
    return tuple(_checks(around))


def exit_code(checks: Sequence[Check]) -> int:
    """4 and 75 when Kantata answers nothing, 3 when something needs attention, else 0."""
    codes = {check.exit_code for check in checks}
    for code in (4, 75):
        if code in codes:
            return code
    open_ones = (c.state == ATTENTION or (c.state == UNVERIFIED and c.needed) for c in checks)
    return 3 if any(open_ones) else 0


def _checks(around: Surroundings) -> Iterator[Check]:
    version = ".".join(map(str, around.python))
    enough = around.python >= (3, 11, 0)
    yield Check("python", "Python", PASS if enough else ATTENTION, version, "" if enough else "install Python 3.11")
    settings = _settings(around)
    yield settings
    if settings.state == PASS:
        yield from _kantata(around)
        yield from _gitlab(around)
        yield _store(around)
        yield _keyring(around)
        return
    for identity, title in (("kantata", "Kantata"), ("store", "Local database")):
        yield Check(identity, title, UNVERIFIED, "cannot be looked at before the settings are right")


def _failed(identity: str, title: str, error: PsdmError, *, decides: bool = False, needed: bool = True) -> Check:
    code = error.exit_code if decides else 0
    return Check(identity, title, ATTENTION, error.message, error.hint, needed=needed, exit_code=code)


def _settings(around: Surroundings) -> Check:
    try:
        seen = around.settings()
    except PsdmError as error:
        return _failed("settings", "Settings", error)
    what = f"{seen.file}, {seen.keys} keys" if seen.file else "no file: all defaults are the handbook's"
    return Check("settings", "Settings", PASS, f"{what}; deadlines in {seen.zone}, where it is {seen.local_time}")


def _kantata(around: Surroundings) -> Iterator[Check]:
    title = "Kantata"
    if around.offline:
        yield Check("kantata", title, UNVERIFIED, "not asked: --offline", "run it again without --offline")
        return
    try:
        kantata = around.kantata()
        me = kantata.me()
    except (NotAllowed, Unavailable) as error:
        yield _failed("kantata", title, error, decides=True)
        yield _unseen("cannot be looked at before Kantata says who you are")
        return
    except PsdmError as error:
        yield _failed("kantata", title, error)
        return
    yield Check("kantata", title, PASS, f"{around.kantata_url()}: you are {me.name} (id {me.id})")
    yield _clock(kantata, around.now())
    yield from _permissions(kantata, me)


def _unseen(why: str) -> Check:
    return Check("may-read", "Permissions", UNVERIFIED, why)


def _clock(kantata: Kantata, now: datetime) -> Check:
    server = kantata.server_time()
    if server is None:
        return Check("clock", "Clock", UNVERIFIED, "the server does not tell its time", needed=False)
    skew = abs(server - now)
    if skew <= SKEW:
        return Check("clock", "Clock", PASS, f"within {max(1, round(skew.total_seconds()))} s of the server's")
    ahead = "behind" if server > now else "ahead of"
    minutes = round(skew.total_seconds() / 60)
    return Check(
        "clock", "Clock", ATTENTION, f"{minutes} minutes {ahead} the server's", "set the clock of this machine (NTP)"
    )


def _permissions(kantata: Kantata, me: Me) -> Iterator[Check]:
    kinds = tuple(PERMISSIONS)
    mine = (me.id,)
    reads = [
        Read(
            kind,
            lead_ids=mine if kind is Kind.WORKSPACES else (),
            user_ids=mine if kind is Kind.TIME_OFF else (),
        )
        for kind in kinds
    ]
    try:
        counts = kantata.count(reads)
    except PsdmError as error:
        yield _unseen(error.message)
        return
    for kind, count in zip(kinds, counts, strict=True):
        what, use, way_out = PERMISSIONS[kind]
        needed_for = f", needed for {use}" if use else ""
        identity, title = f"may-read:{kind.value}", f"May read {what}"
        if count is None:
            yield Check(identity, title, UNVERIFIED, f"the token may not{needed_for}", way_out)
        elif kind is Kind.WORKSPACES and count == 0:
            lead = "get yourself made lead of your projects in Kantata, or use --lead NAME or --lead all"
            yield Check(identity, title, ATTENTION, "no project has you as its lead", lead)
        else:
            whose = " with you as lead" if kind is Kind.WORKSPACES else ""
            yield Check(identity, title, PASS, f"{count} visible{whose}{needed_for}")


def _gitlab(around: Surroundings) -> Iterator[Check]:
    title = "GitLab"
    if around.offline:
        yield Check("gitlab", title, UNVERIFIED, "not asked: --offline", needed=False)
        return
    try:
        system = around.gitlab()
        if system is None:
            yield Check(
                "gitlab",
                title,
                UNVERIFIED,
                "no token: not needed for the forecast, only from kickoff on",
                "psdm auth login gitlab",
                needed=False,
            )
            return
        me = system.me()
        yield Check("gitlab", title, PASS, f"you are {me.name} (id {me.id})", needed=False)
        reading = around.gitlab_reading()
    except PsdmError as error:
        yield _failed("gitlab", title, error, needed=False)
        return
    if reading is not None:
        yield _gitlab_token(reading, around.now().date())
        yield _gitlab_can(reading, around.gitlab_group())


def _gitlab_token(gitlab: GitLab, today: date) -> Check:
    identity, title, renew = "gitlab-token", "GitLab token", "make a new token, scope api: psdm auth login gitlab"
    try:
        token = gitlab.token()
    except PsdmError as error:
        return _failed(identity, title, error, needed=False)
    scopes = "scopes not told" if token.scopes is None else f"scopes {', '.join(token.scopes) or 'none'}"
    until = "" if token.expires is None else f", valid until {token.expires.isoformat()}"
    seen = f"{token.kind} token, {scopes}{until}"
    if token.may_write is False:
        return Check(identity, title, ATTENTION, f"{seen}; it may not write", renew, needed=False)
    if token.expires is not None and token.expires <= today + SOON:
        return Check(identity, title, ATTENTION, seen, renew, needed=False)
    return Check(identity, title, PASS, seen, needed=False)


def _gitlab_can(gitlab: GitLab, group: str) -> Check:
    identity, title = "gitlab-can", "GitLab's plan"
    try:
        can = gitlab.capabilities(group, anew=True)
    except PsdmError as error:
        return _failed(identity, title, error, needed=False)
    version = f"GitLab {can.version}, " if can.version else ""
    instead = f"; instead of what the plan lacks: {', '.join(can.replaced)}" if can.replaced else ""
    way = "no epics" if can.epics is EpicsBy.MILESTONES else f"epics by {can.epics.value.removesuffix(' epics')}"
    return Check(identity, title, PASS, f"{version}{way} in {group}{instead}", needed=False)


def _store(around: Surroundings) -> Check:
    title = "Local database"
    try:
        store = around.store()
        found = store.check()
    except PsdmError as error:
        return _failed("store", title, error)
    size = "" if found.size is None else f", {found.size / 1_000_000:.1f} MB"
    if found.problems:
        return Check(
            "store",
            title,
            ATTENTION,
            f"{found.place}{size}: {found.problems[0]}",
            "move the file away and run psdm sync; frozen forecasts are in it, so keep it",
        )
    return Check("store", title, PASS, f"{found.place}{size}, sound; {_age(store, around)}")


def _age(store: Store, around: Surroundings) -> str:
    """When the engagements of the token's owner were last read."""
    from psdm_cli.workflows.forecasting import account_key, age_in_words
    from psdm_cli.workflows.identity import imported_as, remembered_owner
    from psdm_cli.workflows.refresh import Scope

    if (lead := imported_as(store)) is not None:
        days = ", ".join(sorted({file.exported_on.isoformat() for file in store.imports.current(lead)}))
        return f"report exports of {lead} were imported, of {days}"
    try:
        me = remembered_owner(store)
        state = store.mirror(account_key(around.account_scope(), me)).scope(Scope((me.id,)).key)
    except NotFound:
        state = None
    if state is None:
        return "nothing was read from Kantata yet"
    return f"your engagements were read {age_in_words(around.now() - state.synced_at)} ago"


def _keyring(around: Surroundings) -> Check:
    title = "Keyring"
    seen = around.keyring()
    if seen.usable:
        return Check("keyring", title, PASS, seen.words, needed=False)
    if seen.token_origin is not None:
        where = f"{seen.words}; not needed, the token comes from {seen.token_origin}"
        return Check("keyring", title, PASS, where, needed=False)
    return Check("keyring", title, ATTENTION, seen.words, "set PSDM_KANTATA_TOKEN in the environment", needed=False)
