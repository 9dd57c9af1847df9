"""The guard of promise 5, on the only door: the server says who reads a place, and internal content stays with us.

Asked for every write, by ids and ancestry, once per place and run. What was planned, saved or edited by hand counts for
nothing here: neither a change's own audience nor the type its text once had lets internal content out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from psdm_cli.changes.gitlab_places import Facts, PlaceNames, audience_in, find_places
from psdm_cli.changes.plan import Audience, Change
from psdm_cli.domain.gitlab import Group, Project
from psdm_cli.domain.internal_words import Found, InternalRules, internal_in, internal_labels
from psdm_cli.domain.places import Places
from psdm_cli.domain.quick_actions import neutralised
from psdm_cli.errors import NotFound, RefusedByRule

#: A group or project by its number: `("group", "7")`.
Where = tuple[str, str]
TEXTS = ("name", "title", "description", "body", "content", "message", "filename", "content_base64")
LABELS = ("labels", "add_labels", "lists")
_ACTION = re.compile(r"/[A-Za-z_]+(?:\s.*)?")
RULE = "Promise 5: internal stays internal (interface.md 6)."
SHOWN = 4


class Guard:
    """Says who reads a place, and refuses what must not stand there."""

    def __init__(self, facts: Facts, names: PlaceNames, rules: InternalRules) -> None:
        self._facts = facts
        self._names = names
        self._rules = rules
        self._places: Places | None = None
        self._seen: dict[Where, Group | Project] = {}

    @property
    def places(self) -> Places:
        """The configured places by id. Raises `RefusedByRule` where customers would read internal ones."""
        if self._places is None:
            self._places = find_places(self._facts, self._names)
        return self._places

    def record(self, where: Where) -> Group | Project:
        """The group or project. Raises `NotFound`."""
        if where not in self._seen:
            kind, ident = where
            found = self._facts.group(ident) if kind == "group" else self._facts.project(ident)
            if found is None:
                raise NotFound(
                    f"GitLab has no {kind} {ident}, or this token may not see it.",
                    hint="Run the command again: it plans anew from what is there.",
                )
            self._seen[where] = found
        return self._seen[where]

    def audience(self, where: Where) -> Audience:
        """Who reads a place, as the server has it."""
        return audience_in(self.record(where), self.places)

    def refuse_early(self, change: Change) -> None:
        """What can be said without asking: the plan itself wants internal content in a customer's place."""
        refuse_quick_actions(change)
        refuse_openness(change, change.audience)
        if change.audience is Audience.CUSTOMER:
            self._refuse_internal(change, change.place)

    def admit(self, change: Change, places: Sequence[Where]) -> None:
        """Let a change through to these places, or raise `RefusedByRule` naming the rule and what was found."""
        refuse_quick_actions(change)
        audiences = {where: self.audience(where) for where in places}
        for where, audience in audiences.items():
            refuse_openness(change, audience)
            if audience is not Audience.CUSTOMER:
                continue
            self._refuse_internal(change, self.record(where).full_path)
            if change.audience is Audience.INTERNAL and change.kind not in ("issue_link", "epic_issue"):
                raise RefusedByRule(
                    f"{change.title}: the plan calls {self.record(where).full_path} internal, but customers read it.",
                    hint=f"{RULE} Run the command again: it plans anew from what is there.",
                )
        if len(set(audiences.values())) > 1:
            ends = " and ".join(f"{self.record(where).full_path} ({each})" for where, each in audiences.items())
            raise RefusedByRule(
                f"{change.title}: it would tie an internal place to one that customers read: {ends}.",
                hint=f"{RULE} Links to a customer's space go into an internal note on the Customer Epic.",
            )

    def _refuse_internal(self, change: Change, place: str) -> None:
        texts = list(texts_of(change.after))
        if not texts and not any(change.after.get(name) for name in LABELS):
            return
        if texts and change.content is Audience.INTERNAL:
            raise RefusedByRule(
                f"{change.title}: this is internal, and customers read {place or 'the place'}.",
                hint=f"{RULE} It belongs in the Customer Epic's group or ps_plan.",
            )
        found = self.internal_in(change)
        if found:
            more = f" and {len(found) - SHOWN} more" if len(found) > SHOWN else ""
            raise RefusedByRule(
                f"{change.title}: customers read {place or 'the place'}, and this says "
                f"{', '.join(map(str, found[:SHOWN]))}{more}.",
                hint=f"{RULE} Take it out, or write it to the Customer Epic's group or ps_plan.",
            )

    def internal_in(self, change: Change) -> tuple[Found, ...]:
        """What of a change must not be read by customers."""
        found = [each for text in texts_of(change.after) for each in internal_in(text, self._rules)]
        labels = [str(label) for name in LABELS for label in change.after.get(name) or ()]
        if change.kind == "label":
            labels.append(str(change.after.get("name") or change.title))
        return tuple(dict.fromkeys([*found, *internal_labels(labels, self._rules)]))


def texts_of(attributes: Mapping[str, Any]) -> Iterator[str]:
    """The texts that a change would write."""
    for name in TEXTS:
        value = attributes.get(name)
        if isinstance(value, str) and value:
            yield value


def refuse_openness(change: Change, audience: Audience) -> None:
    """Raise `RefusedByRule` for public visibility, and in customers' places for any but private."""
    visibility = change.after.get("visibility")
    if visibility == "public" or (visibility == "internal" and audience is Audience.CUSTOMER):
        who = "everybody" if visibility == "public" else "everybody who is signed in"
        raise RefusedByRule(
            f"{change.title}: a {change.kind} with visibility {visibility} could be read by {who}.",
            hint="Handbook: the collaboration space is private. Leave visibility at private.",
        )


def executable(text: str) -> tuple[str, ...]:
    """The lines of a text that GitLab would carry out as quick actions, with the sender's rights."""
    lines = re.sub(r"\r\n?|[\x85\u2028\u2029\v\f]", "\n", text).split("\n")
    harmless = neutralised(text).split("\n")
    found = []
    for number, line in enumerate(lines):
        if not _ACTION.fullmatch(line.strip()):
            continue
        if number >= len(harmless) or not harmless[number].lstrip().startswith("/"):  # left alone: it is in code
            found.append(line.strip())
    return tuple(found)


def refuse_quick_actions(change: Change) -> None:
    """Raise `RefusedByRule` for a text that GitLab would carry out: psdm sends fields, never commands."""
    if change.kind not in ("issue", "epic", "note", "task"):
        return
    for name in ("description", "body"):
        text = change.after.get(name)
        lines = executable(text) if isinstance(text, str) else ()
        if lines:
            raise RefusedByRule(
                f"{change.title}: GitLab would carry out “{lines[0][:60]}” with your rights.",
                hint="Promise 7: quick actions in anybody's text are made harmless before it is sent.",
            )
