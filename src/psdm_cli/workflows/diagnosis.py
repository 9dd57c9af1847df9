"""The doctor: is everything there that Monday's forecast needs? Each line says what was seen, never what was hoped."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from psdm_cli.errors import NotFound, PsdmError
from psdm_cli.workflows.diagnosis_checks import ATTENTION, PASS, UNVERIFIED, Check, Surroundings, failed
from psdm_cli.workflows.diagnosis_gitlab import gitlab_checks
from psdm_cli.workflows.diagnosis_kantata import kantata_checks

if TYPE_CHECKING:
    from psdm_cli.store.database import Store


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
        yield from kantata_checks(around)
        yield from gitlab_checks(around)
        yield _store(around)
        yield _keyring(around)
        return
    for identity, title in (("kantata", "Kantata"), ("store", "Local database")):
        yield Check(identity, title, UNVERIFIED, "cannot be looked at before the settings are right")


def _settings(around: Surroundings) -> Check:
    try:
        seen = around.settings()
    except PsdmError as error:
        return failed("settings", "Settings", error)
    what = f"{seen.file}, {seen.keys} keys" if seen.file else "no file: all defaults are the handbook's"
    return Check("settings", "Settings", PASS, f"{what}; deadlines in {seen.zone}, where it is {seen.local_time}")


def _store(around: Surroundings) -> Check:
    title = "Local database"
    try:
        store = around.store()
        found = store.check()
    except PsdmError as error:
        return failed("store", title, error)
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
