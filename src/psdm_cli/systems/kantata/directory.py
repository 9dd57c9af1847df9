"""Who is who in Kantata, who takes part in a project, what became of resource requests, who can do what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from psdm_cli.errors import BadAnswer
from psdm_cli.systems.http.attributes import Wrong, ident, idents, instant, text, whole
from psdm_cli.systems.kantata.client import Client
from psdm_cli.systems.kantata.contract import Value, is_id
from psdm_cli.systems.kantata.looking import Found, Looker
from psdm_cli.systems.ports import FollowedRequest, Person, Skill

PEOPLE = "to see people (account member)"
PARTICIPANTS = "to see who takes part in the project"
REQUESTS = "to see resource requests (Resource Management, feature switched on for the account)"
SKILLS = "to see people's skills"
FIELDS = "to see custom fields"
OUR_SIDE = "maven"
LONG_AGO = datetime.min.replace(tzinfo=UTC)


class KantataDirectory:
    """`systems.ports.Directory` over HTTP, a page after another: its lists are short."""

    def __init__(self, client: Client) -> None:
        self._looker = Looker(client)

    def person(self, user_id: str) -> Person | None:
        """One user by id."""
        if not is_id(user_id):
            return None
        return self._first({"only": (user_id,)})

    def by_email(self, email: str) -> Person | None:
        """One user by e-mail address, in any case."""
        found = self._first({"by_email_address": email.strip()})
        return found if found is not None and (found.email or email).casefold() == email.strip().casefold() else None

    def _first(self, params: Mapping[str, Value]) -> Person | None:
        """The first of these users; colleagues without a common project are listed only when the account is named."""
        for where in ({}, {"on_my_account": True}):
            asked: dict[str, Value] = {**params, **where}
            for found in self._looker.all("/users", "users", asked, PEOPLE):
                return _person(found.id, found.row)
        return None

    def participants(self, workspace_id: str) -> Sequence[Person]:
        """Who takes part in a project on our side."""
        params: dict[str, Value] = {"workspace_id": workspace_id, "include": ("user",)}
        people = {}
        for found in self._looker.all("/participations", "participations", params, PARTICIPANTS):
            user_id = _told(found, ident, "user_id")
            if user_id is not None and found.row.get("role") in (OUR_SIDE, None):
                people[user_id] = _person(user_id, found.side("users", user_id))
        return tuple(people.values())

    def requests(self, workspace_ids: Sequence[str]) -> Sequence[FollowedRequest]:
        """Every request of these projects, the latest first. Kantata has no filter by project."""
        wanted = set(workspace_ids)
        params: dict[str, Value] = {"include": ("resource", "approvers", "creator")}
        requests = (
            _request(found) for found in self._looker.all("/resource_requests", "resource_requests", params, REQUESTS)
        )
        mine = [request for request in requests if request.workspace_id in wanted]
        return tuple(sorted(mine, key=lambda each: (each.created_at or LONG_AGO, each.id), reverse=True))

    def skills(self) -> Mapping[str, tuple[Skill, ...]]:
        """The skills of everybody on the account."""
        params: dict[str, Value] = {"on_my_account": True, "include": ("skills", "skill_memberships")}
        found: dict[str, tuple[Skill, ...]] = {}
        for user in self._looker.all("/users", "users", params, SKILLS):
            own = _skills(user)
            if own:
                found[user.id] = own
        return found

    def field_id(self, subject_type: str, name: str) -> str | None:
        """The id of a custom field by its name."""
        wanted = name.strip().casefold()
        params: dict[str, Value] = {"subject_type": subject_type}
        for found in self._looker.all("/custom_fields", "custom_fields", params, FIELDS):
            if (_told(found, text, "name") or "").strip().casefold() == wanted:
                return found.id
        return None


def _told(found: Found, read: Any, name: str) -> Any:
    try:
        return read(found.row, name)
    except Wrong as wrong:
        raise BadAnswer(f"Kantata's answer about {found.id} cannot be understood: {wrong}.") from None


def _person(user_id: str, row: Mapping[str, Any]) -> Person:
    try:
        return Person(user_id, text(row, "full_name") or f"user {user_id}", text(row, "email_address"))
    except Wrong as wrong:
        raise BadAnswer(f"Kantata's user {user_id} cannot be understood: {wrong}.") from None


def _request(found: Found) -> FollowedRequest:
    resource_id = _told(found, ident, "resource_id")
    slot = Found(resource_id or "", found.side("workspace_resources", resource_id), found.sides)
    creator = found.side("users", _told(found, ident, "creator_id"))
    approvers = _told(found, idents, "approver_ids") or ()
    return FollowedRequest(
        id=found.id,
        status=_told(found, text, "status"),
        workspace_id=_told(slot, ident, "workspace_id"),
        resource_id=resource_id,
        role=_told(slot, text, "role_name"),
        person=_told(slot, text, "full_name"),
        asked_by=_person("", creator).name if creator else None,
        approvers=tuple(_person(each, found.side("users", each)).name for each in approvers),
        created_at=_told(found, instant, "created_at"),
        updated_at=_told(found, instant, "updated_at"),
    )


def _skills(user: Found) -> tuple[Skill, ...]:
    """Through the memberships, which know the level; through the plain list where those do not come along."""
    levels: dict[str, int | None] = {}
    for key in _told(user, idents, "skill_membership_ids") or ():
        membership = Found(key, user.side("skill_memberships", key), {})
        skill_id = _told(membership, ident, "skill_id")
        if skill_id is not None:
            levels[skill_id] = _told(membership, whole, "level")
    for skill_id in _told(user, idents, "skill_ids") or ():
        levels.setdefault(skill_id, None)
    named = (
        (_told(Found(skill_id, user.side("skills", skill_id), {}), text, "name"), level)
        for skill_id, level in levels.items()
    )
    return tuple(sorted((Skill(name, level) for name, level in named if name), key=lambda skill: skill.name.casefold()))
