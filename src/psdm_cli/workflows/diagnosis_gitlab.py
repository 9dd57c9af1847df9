"""The doctor at GitLab: whose token it is, what it may do, and what the plan has."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from psdm_cli.domain.gitlab import EpicsBy
from psdm_cli.errors import PsdmError
from psdm_cli.systems.gitlab_ports import GitLab
from psdm_cli.workflows.diagnosis_checks import ATTENTION, PASS, UNVERIFIED, Check, Surroundings, failed

SOON = timedelta(days=14)  # a token that ends within it is to be replaced


def gitlab_checks(around: Surroundings) -> Iterator[Check]:
    """Whether GitLab answers, as whom, and with what; the forecast does without it."""
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
        yield failed("gitlab", title, error, needed=False)
        return
    if reading is not None:
        yield _token(reading, around.now().date())
        yield _plan(reading, around.gitlab_group())


def _token(gitlab: GitLab, today: date) -> Check:
    identity, title, renew = "gitlab-token", "GitLab token", "make a new token, scope api: psdm auth login gitlab"
    try:
        token = gitlab.token()
    except PsdmError as error:
        return failed(identity, title, error, needed=False)
    scopes = "scopes not told" if token.scopes is None else f"scopes {', '.join(token.scopes) or 'none'}"
    until = "" if token.expires is None else f", valid until {token.expires.isoformat()}"
    seen = f"{token.kind} token, {scopes}{until}"
    if token.may_write is False:
        return Check(identity, title, ATTENTION, f"{seen}; it may not write", renew, needed=False)
    if token.expires is not None and token.expires <= today + SOON:
        return Check(identity, title, ATTENTION, seen, renew, needed=False)
    return Check(identity, title, PASS, seen, needed=False)


def _plan(gitlab: GitLab, group: str) -> Check:
    identity, title = "gitlab-can", "GitLab's plan"
    try:
        can = gitlab.capabilities(group, anew=True)
    except PsdmError as error:
        return failed(identity, title, error, needed=False)
    version = f"GitLab {can.version}, " if can.version else ""
    instead = f"; instead of what the plan lacks: {', '.join(can.replaced)}" if can.replaced else ""
    way = "no epics" if can.epics is EpicsBy.MILESTONES else f"epics by {can.epics.value.removesuffix(' epics')}"
    return Check(identity, title, PASS, f"{version}{way} in {group}{instead}", needed=False)
