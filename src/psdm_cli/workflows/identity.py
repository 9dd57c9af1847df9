"""Who asks and whose engagements are meant: the token's owner, and the names behind `--lead`."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from difflib import get_close_matches
from typing import TYPE_CHECKING

from psdm_cli.domain.imports.names import IMPORTED_AS, lead_id
from psdm_cli.domain.records import IMPORT
from psdm_cli.errors import NotFound, WrongUsage
from psdm_cli.systems.ports import Kantata, Me, Person
from psdm_cli.workflows.refresh_scope import Scope

if TYPE_CHECKING:
    from psdm_cli.store.database import Store

ME = "me"
ALL = "all"
_WHOLE_SITE = ""  # facts about the site itself, not about an engagement
_OWNER = "token owner"


@dataclass(frozen=True, slots=True)
class Identity:
    """The token's owner and the leads whose engagements are in scope (none: all)."""

    me: Me
    scope: Scope
    leads: tuple[Person, ...]

    @property
    def search(self) -> str:
        """How engagements were searched for, in words."""
        if self.scope.lead_ids is None:
            return "all visible projects"
        return "projects led by " + ", ".join(f"{person.name} (user {person.id})" for person in self.leads)


def live_identity(kantata: Kantata, store: Store, leads: Sequence[str], now: datetime) -> Identity:
    """Ask Kantata who the token's owner is and who the names mean; remember the owner for `--offline`."""
    me = kantata.me()
    facts = store.facts.of([_WHOLE_SITE]).get(_WHOLE_SITE, {})
    if IMPORTED_AS in facts:  # what is read now answers offline from now on, not files of another day
        store.facts.remove(_WHOLE_SITE, IMPORTED_AS)
    remembered = facts.get(_OWNER)
    value = json.dumps({"id": me.id, "name": me.name, "email": me.email}, ensure_ascii=False)
    if remembered is None or remembered.value != value:
        store.facts.put(_WHOLE_SITE, _OWNER, value, who=me.name, at=now)
    return identity(me, leads, kantata.leads)


def remembered_owner(store: Store) -> Me:
    """The owner of the token that was used last; where files were imported since, the lead that they are about.

    Raises `NotFound` when nothing was ever read.
    """
    lead = imported_as(store)
    if lead is not None:
        return Me(lead_id(lead), lead)
    fact = store.facts.get(_WHOLE_SITE, _OWNER)
    if fact is None:
        raise NotFound(
            "Nothing has been read from Kantata yet, so there is nothing to answer from offline.",
            hint="Run the command once without --offline, or psdm sync.",
        )
    return Me(**json.loads(fact.value))


def imported_as(store: Store) -> str | None:
    """The lead whose imported files answer offline; None where Kantata was read since, or nothing was imported."""
    fact = store.facts.get(_WHOLE_SITE, IMPORTED_AS)
    return None if fact is None else fact.value


def is_imported(me: Me) -> bool:
    """Whether somebody is known from imported files alone."""
    return me.id.startswith(f"{IMPORT}:")


def identity(me: Me, leads: Sequence[str], known: Callable[[], Iterable[Person]]) -> Identity:
    """The scope that `--lead` means. Raises `WrongUsage` (no name, several people of it) and `NotFound`."""
    wanted = tuple(dict.fromkeys(name.strip() for name in leads)) or (ME,)
    if "" in wanted:  # an empty variable in a script must not silently mean "me"
        raise WrongUsage("--lead needs me, all, or a name, e-mail or user id; it was empty.")
    if ALL in wanted:
        return Identity(me, Scope(None, imported=is_imported(me)), ())
    people: list[Person] = []
    everybody: list[Person] | None = None
    for name in wanted:
        if name == ME:
            people.append(Person(me.id, me.name, me.email))
            continue
        if everybody is None:
            everybody = list(known())
        people.append(_one(name, everybody))
    unique = {person.id: person for person in people}
    return Identity(me, Scope(tuple(unique)), tuple(unique.values()))


def _one(name: str, everybody: Sequence[Person]) -> Person:
    asked = name.casefold()
    exact = [p for p in everybody if asked in (p.name.casefold(), (p.email or "").casefold(), p.id)]
    found = exact or [p for p in everybody if asked in p.name.casefold()]
    if len(found) == 1:
        return found[0]
    if found:
        names = ", ".join(f"{person.name} (id {person.id})" for person in found[:6])
        raise WrongUsage(f"--lead {name!r} means several people: {names}.", hint="Give the whole name, e-mail or id.")
    near = get_close_matches(name, [person.name for person in everybody], n=3, cutoff=0.5)
    some = ", ".join(near or sorted(person.name for person in everybody)[:6])
    raise NotFound(
        f"Nobody called {name!r} leads a project that the token can see.",
        hint=f"Project leads are, for example: {some}." if some else "No project lead is visible at all.",
    )
