"""The doctor at Kantata: whose token it is, the server's clock, and what the token may read."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from psdm_cli.domain.records import Kind
from psdm_cli.errors import NotAllowed, PsdmError, Unavailable
from psdm_cli.systems.ports import Kantata, Me, Read
from psdm_cli.workflows.diagnosis_checks import ATTENTION, PASS, UNVERIFIED, Check, Surroundings, failed

SKEW = timedelta(minutes=5)

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


def kantata_checks(around: Surroundings) -> Iterator[Check]:
    """Whether Kantata answers, as whom, and what of it can be seen."""
    title = "Kantata"
    if around.offline:
        yield Check("kantata", title, UNVERIFIED, "not asked: --offline", "run it again without --offline")
        return
    try:
        kantata = around.kantata()
        me = kantata.me()
    except (NotAllowed, Unavailable) as error:
        yield failed("kantata", title, error, decides=True)
        yield _unseen("cannot be looked at before Kantata says who you are")
        return
    except PsdmError as error:
        yield failed("kantata", title, error)
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
