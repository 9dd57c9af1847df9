"""The seeded account: the groups of the configuration's defaults, people, and the portfolio's spaces."""

from __future__ import annotations

from datetime import date

from psdm_cli.sandbox import collaboration
from psdm_cli.sandbox.account import Account, Row
from psdm_cli.sandbox.calendars import DAY, Days
from psdm_cli.sandbox.engagements import SPECS
from psdm_cli.sandbox.gitlab import levels, repository_rows, tables
from psdm_cli.sandbox.gitlab.people import settle
from psdm_cli.sandbox.gitlab.seed_ground import Ground, moment
from psdm_cli.sandbox.gitlab.seed_labels import make_labels
from psdm_cli.sandbox.gitlab.seed_spaces import engagement
from psdm_cli.sandbox.gitlab.seed_texts import TEMPLATES
from psdm_cli.sandbox.portfolio import customers
from psdm_cli.sandbox.staff import STAFF

# Persona of `people.PEOPLE`, by the name it has in the Kantata sandbox.
KNOWN = {"Robin Castellano": "full", "Priya Lindqvist": "planner"}


def seeded(seed: int, as_of: date, plan: str) -> Account:
    """The account for a seed, an as-of date and a plan; the same every time."""
    account = Account({"seed": seed, "as_of": as_of.isoformat(), "plan": plan, "generation": 1})
    users = settle(account)
    account.facts["me"] = users["full"]["id"]
    born = moment(as_of - 900 * DAY)
    staff = _staff(account, users)
    services = _path(account, collaboration.GROUP, born)
    internal = _path(account, collaboration.INTERNAL, born)
    partner = _path(account, collaboration.PARTNER, born)
    _memberships(account, services, users, staff=staff, born=born)
    ps_plan = _ps_plan(account, as_of)
    ground = Ground(
        account=account,
        as_of=as_of,
        calendar=Days(as_of),
        epics=plan != "free",
        services=services,
        internal=internal,
        partner=partner,
        ps_plan=ps_plan,
        labels=make_labels(account, services),
        users=staff,
    )
    for spec, customer in zip(SPECS, customers(seed), strict=False):
        engagement(ground, spec, customer)
    _iterations(ground)
    account.unsaved.clear()
    return account


def _staff(account: Account, users: dict[str, Row]) -> dict[str, Row]:
    """Everybody of the Kantata sandbox, by name."""
    found = {}
    for person in STAFF:
        first, last = person.name.split()
        known = KNOWN.get(person.name)
        state = "blocked" if person.gone else "active"
        made = users[known] if known else tables.make_user(account, (first[0] + last).lower(), person.name, state=state)
        found[person.name] = made
    found["Merritt Hollis"] = users["customer"]
    return found


def _path(account: Account, full_path: str, born: str) -> Row:
    """The group at a path, those above it made too where they are missing; all are private."""
    names = {"gitlab-com": "GitLab.com", "ww-consulting": "WW Consulting"}
    above: Row | None = None
    for depth in range(1, full_path.count("/") + 2):
        path = "/".join(full_path.split("/")[:depth])
        last = path.rpartition("/")[2]
        name = names.get(last) or last.replace("-", " ").title().replace("Gitlab", "GitLab")
        found = tables.place_at(account, "groups", path)
        above = found or tables.make_group(account, name, last, above, born)
    if above is None:
        raise ValueError(full_path)
    return above


def _memberships(account: Account, services: Row, users: dict[str, Row], *, staff: dict[str, Row], born: str) -> None:
    roles = {"full": levels.OWNER, "planner": levels.PLANNER, "guest": levels.GUEST, "bot": levels.MAINTAINER}
    for persona, level in roles.items():
        tables.make_member(account, services, users[persona], level, born)
    given = {users[persona]["id"] for persona in roles} | {users["customer"]["id"]}
    for name, user in staff.items():
        if user["id"] in given or user["state"] != "active":
            continue
        manages = name in ("Imke Vandermolen", "Tomasz Okafor", "Wren Abernathy", "Camille Draper")
        tables.make_member(account, services, user, levels.MAINTAINER if manages else levels.DEVELOPER, born)


def _ps_plan(account: Account, as_of: date) -> Row:
    """The internal project with the team's issue templates."""
    born = moment(as_of - 800 * DAY)
    group = _path(account, collaboration.PS_PLAN.rpartition("/")[0], born)
    project = tables.make_project(account, "PS Plan", "ps-plan", group, born)
    commit = repository_rows.make_commit(account, project, "master", "Add issue templates", born)
    repository_rows.make_file(account, commit, "README.md", "# PS Plan\n\nInternal plans of Professional Services.\n")
    for name, text in TEMPLATES.items():
        repository_rows.make_file(account, commit, f".gitlab/issue_templates/{name}.md", text)
    return account.update("projects", project["id"], default_branch="master")


def _iterations(ground: Ground) -> None:
    """Two-week iterations around the as-of date, without titles, as automatic cadences make them."""
    first = ground.as_of - (ground.as_of.weekday() + 28) * DAY
    for number in range(6):
        begin = first + number * 14 * DAY
        dates = {"start_date": begin.isoformat(), "due_date": (begin + 13 * DAY).isoformat()}
        at = moment(first - 7 * DAY)
        row = {"iid": number + 1, "group_id": ground.services["id"], "title": None, "description": None}
        tables.put(ground.account, "iterations", row | dates | {"created_at": at, "updated_at": at})
