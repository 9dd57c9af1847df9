"""The doctor at GitLab: whose token it is, what it may do, and what the plan has."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from psdm_cli.domain.gitlab import EpicsBy, Group, Project
from psdm_cli.errors import PsdmError
from psdm_cli.systems.gitlab_ports import GitLab
from psdm_cli.workflows.diagnosis_checks import ATTENTION, PASS, UNVERIFIED, Check, Configured, Surroundings, failed

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
        plan = _plan(reading, around.gitlab_group())
        yield plan
        yield _places(reading, around.gitlab_places(), known=plan.state == PASS)


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


def _places(gitlab: GitLab, places: Sequence[Configured], *, known: bool) -> Check:
    """Whether the configured places are there. `known`: the plan of one of them was found by GraphQL."""
    identity, title = "gitlab-places", "GitLab's places"
    try:
        hidden = [each for each in places if _seen(gitlab, each) is None]
    except PsdmError as error:
        return failed(identity, title, error, needed=False)
    if not hidden:
        said = "the groups of the Customer Epics and of the customers, and ps_plan, are there"
        return Check(identity, title, PASS, said, needed=False)
    named = "; ".join(f"{each.key} ({each.path})" for each in hidden)
    way_out = "correct the path in the configuration, or ask its owner for access"
    if known and len(hidden) == len(places):
        way_out = f"a proxy in front of GitLab may undo %2F in addresses, which its API needs; else {way_out}"
    return Check(identity, title, ATTENTION, f"not to be seen with this token: {named}", way_out, needed=False)


def _seen(gitlab: GitLab, place: Configured) -> Group | Project | None:
    return gitlab.group(place.path) if place.kind == "group" else gitlab.project(place.path)


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
