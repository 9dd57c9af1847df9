"""What all doors of GitLab share: attributes by kind, the guard before every send, refusals understood, ids as text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from psdm_cli.changes.doors import Seen
from psdm_cli.changes.plan import Action, Change, references
from psdm_cli.domain.markers import markers_in
from psdm_cli.errors import NotFound, RefusedByRule, WrongUsage
from psdm_cli.systems.gitlab.client import GitLabClient
from psdm_cli.systems.gitlab.guard import Guard, Where
from psdm_cli.systems.gitlab.probing import Probing
from psdm_cli.systems.gitlab.refusals import Refused
from psdm_cli.systems.gitlab_ports import GitLab

AGAIN = "Run the command again: it plans anew from what is there."
TAKEN = "has already been taken"
#: What names the place in a change; nothing of it is written.
PLACING = frozenset({"group_id", "project_id"})


@dataclass(frozen=True, slots=True)
class Desk:
    """What a door works with: the primitives, the reading adapter, the guard."""

    client: GitLabClient
    reading: GitLab
    guard: Guard
    probing: Probing


class GitLabDoor:
    """A door to one kind of object. `creates` and `changes` are the attributes it takes, `needs` those of a create."""

    system = "gitlab"
    kind: ClassVar[str]
    creates: ClassVar[frozenset[str]] = frozenset()
    needs: ClassVar[frozenset[str]] = frozenset()
    changes: ClassVar[frozenset[str]] = frozenset()
    actions: ClassVar[frozenset[Action]] = frozenset({Action.CREATE, Action.CHANGE, Action.CLOSE})
    #: Why an action is not offered, for people.
    why_not: ClassVar[str] = "GitLab's contract has no call for it"

    def __init__(self, desk: Desk) -> None:
        self.client = desk.client
        self.reading = desk.reading
        self.guard = desk.guard
        self.probing = desk.probing

    # before anything is sent

    def check(self, change: Change) -> None:
        """Hold the change against the contract and the guard, asking nothing. Raises `WrongUsage`, `RefusedByRule`."""
        if change.action not in self.actions:
            raise WrongUsage(f"{change.title}: psdm does not {change.action} a {self.kind} in GitLab: {self.why_not}.")
        allowed = self.creates if change.action is Action.CREATE else self.changes | PLACING
        for name in change.after:
            if name not in allowed:
                raise WrongUsage(f"{change.title} ({change.key}): a {self.kind} takes no {name} here.")
        for name in self.needs if change.action is Action.CREATE else ():
            if change.after.get(name) in (None, ""):
                raise WrongUsage(f"{change.title} ({change.key}): {name} is missing.")
        if change.action is not Action.CREATE and change.id is None and not self.finds_by_key:
            raise WrongUsage(f"{change.title} ({change.key}): its id is missing.")
        for label in (
            each for name in ("labels", "add_labels", "remove_labels") for each in change.after.get(name) or ()
        ):
            if "," in str(label):
                raise WrongUsage(f"{change.title} ({change.key}): a label cannot have a comma: “{label}”.")
        if len(str(change.after.get("title") or "")) > 255:
            raise WrongUsage(f"{change.title} ({change.key}): the title is longer than 255 characters.")
        self.rules(change)
        self.guard.refuse_early(change)

    finds_by_key: ClassVar[bool] = False

    def rules(self, change: Change) -> None:
        """What the contract demands beyond attributes. Raises `WrongUsage`, `RefusedByRule`."""

    def places(self, change: Change) -> Sequence[Where]:
        """The groups and projects that the change writes to, by number."""
        where = place_of(change)
        return (where,)

    # looking

    def look(self, change: Change, taken: Set[str] = frozenset()) -> Seen | None:
        """The object by its id, else by its marker or natural key."""
        if change.id is not None:
            return self.by_id(change)
        return next((seen for seen in self.alike(change) if seen.id not in taken), None)

    def by_id(self, change: Change) -> Seen | None:
        """The object of the change's id."""
        raise NotImplementedError

    def alike(self, change: Change) -> Iterator[Seen]:
        """Objects that are what a create wants: by marker, then by natural key."""
        raise NotImplementedError

    # writing

    def send(self, change: Change) -> Seen | None:
        """Write it once, if the guard lets it through. What turns out to be there already is looked at and kept."""
        self.guard.admit(change, self.places(change))
        try:
            return self.write(change)
        except Refused as refused:
            return self.refused(change, refused)
        except NotFound as missing:
            if change.action is Action.DELETE and self.look(change) is None:
                return None
            raise NotFound(f"{change.title}: {missing.message}", hint=AGAIN) from missing

    def write(self, change: Change) -> Seen | None:
        """The call that makes the change."""
        raise NotImplementedError

    def refused(self, change: Change, refused: Refused) -> Seen | None:
        """What a refusal means: where it says that the thing is there, what is there; else the refusal."""
        words = refused.words.casefold()
        if any(word in words for word in ("captcha", "recognized as spam")):
            raise RefusedByRule(
                f"{change.title}: GitLab takes it for spam ({refused.words}); it was not made.",
                hint="Make it by hand in GitLab, where the captcha can be solved, then run the command again.",
            ) from refused
        if change.action is Action.CREATE and is_taken(refused):
            seen = self.look(change)
            if seen is not None:
                return seen
            raise RefusedByRule(
                f"{change.title}: GitLab says that it is there already ({refused.words}), but this token sees none.",
                hint="It may be hidden from you, or wait for its deletion: ask the owner of the group.",
            ) from refused
        raise refused

    # taking back

    def inverse(self, change: Change, seen: Seen | None) -> Change | str:
        """A change changed back; what was made is closed where it can be, and stays otherwise."""
        bare = replace(change, depends_on=(), why="")
        if change.action is Action.CREATE:
            return "it is no longer there" if seen is None else self.unmade(bare, seen)
        if change.action is Action.DELETE:
            return self.made_anew(bare)
        at = {name: value for name, value in change.after.items() if name in PLACING | {"on", "path", "message"}}
        deltas = {"add_labels": "remove_labels", "remove_labels": "add_labels"}
        wanted = {name: value for name, value in change.after.items() if name not in at and name not in deltas}
        lacking = [name for name in wanted if name not in change.before]
        if lacking:
            return f"what it was before is not known: {', '.join(lacking)}"
        back = {name: "" if change.before[name] is None else change.before[name] for name in wanted}
        labels = {deltas[name]: names for name, names in change.after.items() if name in deltas}
        action = Action.CHANGE if change.action is Action.CLOSE else change.action
        return replace(bare, action=action, before=wanted, after={**at, **back, **labels})

    def unmade(self, change: Change, seen: Seen) -> Change | str:
        """What takes a new object back, or why nothing does."""
        del change, seen
        return f"a {self.kind} is not deleted by psdm; delete it by hand if it has to go"

    def made_anew(self, change: Change) -> Change | str:
        """What brings a deleted object back."""
        del change
        return "what was deleted cannot come back"


def closing(change: Change, seen: Seen, state: str = "opened") -> Change:
    """The close that stands in for deleting what was made."""
    at = {name: value for name, value in change.after.items() if name in PLACING}
    return replace(
        change,
        action=Action.CLOSE,
        before={"state": state},
        after={**at, "state": "closed"},
        id=seen.id,
        url=seen.url,
        why="it is closed, not deleted: what colleagues wrote there stays",
    )


def is_taken(refused: Refused) -> bool:
    """Whether a refusal says that the thing is there already."""
    words = refused.words.casefold()
    return refused.status == 409 or TAKEN in words or "already exists" in words or "already assigned" in words


def place_of(change: Change) -> Where:
    """The group or project that a change names. Raises `RefusedByRule` when it names none, or a nonsense."""
    given = {**change.before, **change.after}
    for kind in ("group", "project"):
        ident = given.get(f"{kind}_id")
        if ident is not None:
            return kind, number(ident, change)
    raise RefusedByRule(f"{change.title} ({change.key}): it names no group and no project.", hint=AGAIN)


def number(value: Any, change: Change) -> str:
    """An id as text. Raises `RefusedByRule` for what is none: a saved plan may have been edited."""
    text = str(value)
    if not (text.isascii() and text.isdigit()):
        raise RefusedByRule(f"{change.title} ({change.key}): “{text}” is not an id of GitLab's.", hint=AGAIN)
    return text


def issue_of(value: Any, change: Change) -> tuple[str, str]:
    """Project and number of `PROJECT_ID#IID`. Raises `RefusedByRule`."""
    return _pair(value, "#", change)


def epic_of(value: Any, change: Change) -> tuple[str, str]:
    """Group and number of `GROUP_ID&IID`. Raises `RefusedByRule`."""
    return _pair(value, "&", change)


def _pair(value: Any, sign: str, change: Change) -> tuple[str, str]:
    place, _, iid = str(value).partition(sign)
    return number(place, change), number(iid, change)


def item_of(value: Any, change: Change) -> tuple[Where, str]:
    """The place and number of an issue or epic."""
    if "#" in str(value):
        project, iid = issue_of(value, change)
        return ("project", project), iid
    group, iid = epic_of(value, change)
    return ("group", group), iid


def mark_in(change: Change, attribute: str = "description") -> tuple[str, str] | None:
    """The marker that a create carries: the last one, which psdm has put there."""
    found = markers_in(str(change.after.get(attribute) or ""))
    return found[-1] if found else None


def pending(references_of: Any) -> bool:
    """Whether a value refers to something that is not in yet."""
    return any(references(references_of))


def text(value: Any) -> str | None:
    """An id as text, None as it is."""
    return None if value is None else str(value)


def label_names(rows: Iterable[Any]) -> list[str]:
    """Names of labels, given as such or as objects."""
    return [str(row["name"]) if isinstance(row, Mapping) else str(row) for row in rows]


def with_deltas(attributes: dict[str, Any], change: Change, labels: Sequence[str]) -> dict[str, Any]:
    """The attributes, and of the wanted label deltas what is so already."""
    if "add_labels" in change.after:
        attributes["add_labels"] = [name for name in change.after["add_labels"] if name in labels]
    if "remove_labels" in change.after:
        attributes["remove_labels"] = [name for name in change.after["remove_labels"] if name not in labels]
    return attributes
