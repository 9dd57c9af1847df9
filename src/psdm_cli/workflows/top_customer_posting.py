"""The changes that post Top Customer notes: a note with a marker on each Customer Epic, one a week."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from hashlib import sha256
from typing import TYPE_CHECKING

from psdm_cli.changes import gitlab_changes as make
from psdm_cli.changes.gitlab_edits import note_change
from psdm_cli.changes.gitlab_places import internal_place
from psdm_cli.changes.plan import Action, Change
from psdm_cli.domain.audience import Audience, internal
from psdm_cli.domain.markers import markers_in
from psdm_cli.domain.space.parts import Seen, Unseen
from psdm_cli.domain.top_customer import Entry

if TYPE_CHECKING:
    from psdm_cli.domain.space.observed import Space
    from psdm_cli.systems.gitlab_ports import GitLab

KIND = "top-customer"  # of the notes' markers


def epic_changes(
    gitlab: GitLab | None,
    entries: Iterable[tuple[Entry, Space | None]],
    week: str,
    body: Callable[[Entry], str],
) -> tuple[tuple[Change, ...], tuple[str, ...]]:
    """The notes to write, and what is left out and why. Only valid entries are posted.

    Raises `RefusedByRule` where customers could read the place: the notes hold the internal temperature.
    """
    changes: list[Change] = []
    left_out: list[str] = []
    for entry, space in entries:
        if not entry.is_valid:
            left_out.append(f"{entry.name}: not posted, {entry.problems[0]}")
        elif space is None or gitlab is None:
            left_out.append(f"{entry.name}: not posted, {'; '.join(entry.unseen) or 'GitLab could not be looked at'}")
        else:
            made = _note(gitlab, entry, space, week, body(entry))
            if isinstance(made, str):
                left_out.append(f"{entry.name}: not posted, {made}")
            else:
                changes.append(made)
    return tuple(changes), tuple(left_out)


def slack_change(text: str, channel: str, week: str, *, sent_already: bool) -> Change:
    """The message for a webhook; kept where this very text was sent already."""
    made = Change(
        system="slack",
        kind="message",
        action=Action.CREATE,
        key=f"message:{KIND}:{week}",
        title=f"Top Customer {week}",
        place=channel,
        audience=Audience.INTERNAL,
        content=Audience.INTERNAL,
        after={"text": text},
    )
    return replace(made, action=Action.KEEP, after={}, id=made.key) if sent_already else made


def fingerprint(text: str) -> str:
    """What a sent message is known by."""
    return sha256(text.encode("utf-8", "replace")).hexdigest()


def _note(gitlab: GitLab, entry: Entry, space: Space, week: str, text: str) -> Change | str:
    """The note on the Customer Epic (or on the issue that stands for it), new or changed; or why not."""
    anchor = space.customer_epic
    if isinstance(anchor, Unseen):
        return f"the Customer Epic could not be looked at: {anchor.reason}"
    home = space.epics_group if isinstance(anchor, Seen) and anchor.value.is_epic else space.plan
    if not isinstance(anchor, Seen) or not isinstance(home, Seen):
        return "there is no Customer Epic"
    place = internal_place(home.value, space.places)
    mark = (KIND, f"{entry.sow or entry.project}/{week}")
    title = f"Top Customer {week}"
    standing = next((note for note in gitlab.notes(anchor.value.record) if mark in markers_in(note.body)), None)
    on = anchor.value.id
    if standing is not None:
        return note_change(place, standing, on=on, body=internal(text), mark=mark, title=title, sow=entry.sow)
    return make.note(place, on=on, body=internal(text), mark=mark, title=title, sow=entry.sow)
