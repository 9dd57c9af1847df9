"""GitLab's quick actions (`/label ~bug`): read out of a team's template, made harmless in anybody else's text.

GitLab runs a line that begins with `/` and a command, in an issue's description as in a note, with the rights of
whoever sends it. Left alone are code blocks: here only the plain kind, three backticks on both sides at the beginning
of a line, because about every other kind GitLab's releases and the Markdown standard disagree where it ends.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from psdm_cli.domain.foreign import made_visible

FENCE = "```"
_OPENING = re.compile(r"```[^`]*")
# spaces of every kind; what acts is visible by then
_BLANK = r"[^\S\n]"
# what may stand before the text of a line: indentation, quotes, list signs, check-boxes
_MARKERS = rf"(?:{_BLANK}|>|[-*+](?={_BLANK})|\d{{1,9}}[.)](?={_BLANK})|\[[ xX]\](?={_BLANK}))*"
_COMMAND = re.compile(rf"^({_MARKERS})(?=/)")
_FENCE_RUN = re.compile(rf"^({_MARKERS})(`{{3,}}|~{{3,}})")
_QUOTE_RUN = re.compile(r"^( {0,3})(?=>{3})")
_INCLUDE = re.compile(rf"^({_MARKERS})(?=::)")
_MENTION = re.compile(r"(?<![A-Za-z0-9_])@(?=\S)")  # GitLab's word characters are ASCII; an e-mail address is none
_TAG = re.compile(r"<(?=[A-Za-z/!?])")
_ENTITY = re.compile(r"&(?=#|commat;|sol;)", re.IGNORECASE)
_FRONT_MATTER = re.compile(r"(?:---|\+\+\+|;;;)[^\s|]*")
_HEADING = re.compile(r"^( {0,3})(?=#{1,6}(?:\s|$)|(?:=+|-+)\s*$)")
_COMMENT = re.compile(r" {0,3}<!--")
_PIPE = re.compile(r"(?<!\\)((?:\\\\)*)\|")

_ACTION = re.compile(r"/(?P<name>[A-Za-z_]+)(?:[^\S\n]+(?P<value>.*))?")
_LABEL = re.compile(r'~"([^"]+)"|~([^\s,~]+)')
_USER = re.compile(r"@([A-Za-z0-9_.-]*[A-Za-z0-9_-])")
_REFERENCE = re.compile(r"https?://\S+|[\w./-]*[#&]\d+")
_MILESTONE = re.compile(r'%"([^"]+)"|%(\S+)|(\S.*)')


@dataclass(frozen=True, slots=True)
class Fields:
    """What a template's quick actions ask for, in the words of the API. References stay as they are written.

    `labels` without `~`, in their order; `assignees` are usernames without `@`, "me" for the sender; `weight` is a
    number of points; `epic` such as `&12` or an address; `milestone` its title. None and empty: not asked for.
    """

    labels: tuple[str, ...] = ()
    assignees: tuple[str, ...] = ()
    due: date | None = None
    weight: int | None = None
    epic: str | None = None
    milestone: str | None = None
    confidential: bool | None = None
    title: str | None = None
    relate: tuple[str, ...] = ()
    blocks: tuple[str, ...] = ()
    blocked_by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Parsed:
    """A template without its quick actions, what they asked for, and the lines that psdm does not carry out."""

    text_without: str
    fields: Fields
    unknown: tuple[str, ...] = ()


def parse(text: str) -> Parsed:
    """Take the quick actions out of a text that may have some: a template of the team's, its values already harmless.

    Every line that begins with `/` and a word is taken out, whether psdm can carry it out or not; a path such as
    /etc/hosts is no command to GitLab and stays. Lines in plain code blocks and in HTML comments stay.
    """
    kept: list[str] = []
    fields = Fields()
    unknown: list[str] = []
    lines = _lines(text)
    inert = inert_lines(lines)
    for number, line in enumerate(lines):
        found = None if number in inert else _ACTION.fullmatch(made_visible(line.expandtabs(4)).strip())
        if found is None:
            kept.append(line)
            continue
        name, value = found["name"].casefold(), (found["value"] or "").strip()
        asked = _asked(fields, name, value)
        if asked is None:
            unknown.append(made_visible(line).strip())
        else:
            fields = asked
    return Parsed(re.sub(r"\n{3,}", "\n\n", "\n".join(kept)).rstrip(), fields, tuple(unknown))


def neutralised(text: str, *, cell: bool = False, headings: bool = True, code: bool = True) -> str:
    """Anybody else's Markdown in which nothing runs: the same to read, safe inside a description or a note of ours.

    Quick actions are escaped wherever a line may begin, mentions parted by a space, HTML shown as text (so that no
    comment imitates a marker of psdm's and no block hides what follows), acting characters made visible. Plain code
    blocks stay as they are; a fence that is never closed, or that GitLab and Markdown read differently, is escaped.
    With `cell` the text becomes one line of a table: its pipes are escaped too. Without `headings` it has none, for a
    place inside a section of ours; without `code` no code blocks, for a place inside a text that may have a fence open.
    Doing it twice changes nothing.
    """
    lines = [made_visible(line.expandtabs(4)).rstrip() for line in _lines(text)]
    if cell:
        one = " ".join(line for line in lines if line.strip())
        return _PIPE.sub(r"\1\\|", _harmless(one if headings else _HEADING.sub(r"\1\\", one)))
    inert = _inert(lines) if code else frozenset()
    if not headings:
        lines = [line if at in inert else _HEADING.sub(r"\1\\", line) for at, line in enumerate(lines)]
    return "\n".join(
        line if number in inert else _harmless(line, first=not any(lines[:number]) or "coding:" in lines[number - 1])
        for number, line in enumerate(lines)
    )


def _lines(text: str) -> list[str]:
    """The lines as GitLab counts them; it drops carriage returns, so that they must not hide a beginning."""
    return re.sub(r"\r\n?|[\x85\u2028\u2029\v\f]", "\n", text).split("\n")


def inert_lines(lines: Sequence[str]) -> frozenset[int]:
    """The numbers of a team's lines that are code or comment: GitLab runs nothing there, and no heading is one."""
    return _inert(lines, comments=True)


def _inert(lines: Sequence[str], *, comments: bool = False) -> frozenset[int]:
    """The numbers of the lines in which nothing runs: plain code blocks with their fences, if asked for comments."""
    found: set[int] = set()
    number = 0
    while number < len(lines):
        end = None
        if _OPENING.fullmatch(lines[number]):
            end = _end_of_code(lines, number)
        elif comments and _COMMENT.match(lines[number]):
            end = next((at for at in range(number, len(lines)) if "-->" in lines[at]), None)
        if end is not None:
            found.update(range(number, end + 1))
            number = end
        number += 1
    return frozenset(found)


def _end_of_code(lines: Sequence[str], start: int) -> int | None:
    """The line that closes the code block which begins at `start`; None where readers could differ about it."""
    after = range(start + 1, len(lines))
    end = next((at for at in after if lines[at].lstrip(" >").startswith(FENCE)), None)
    return end if end is not None and end > start + 1 and lines[end].rstrip() == FENCE else None


def _harmless(line: str, *, first: bool = False) -> str:
    line = _ENTITY.sub("&amp;", line)
    line = _TAG.sub("&lt;", line)
    line = _MENTION.sub("@ ", line)
    line = _QUOTE_RUN.sub(r"\1\\", line)
    line = _FENCE_RUN.sub(lambda found: found[1] + "".join(f"\\{sign}" for sign in found[2]), line)
    line = _INCLUDE.sub(r"\1\\", line)
    if first and _FRONT_MATTER.fullmatch(line.strip()):  # what follows would be read as code, or no longer as code
        line = "\\" + line.lstrip()
    return _COMMAND.sub(r"\1\\", line)


def _asked(fields: Fields, name: str, value: str) -> Fields | None:
    """The fields with one more action; None for one that the API cannot be asked for as it is written."""
    reader = _READERS.get(name)
    return reader(fields, value) if reader is not None else None


def _labelled(fields: Fields, value: str) -> Fields | None:
    found = _names(_LABEL, value)
    return replace(fields, labels=_together(fields.labels, found)) if found else None


def _relabelled(fields: Fields, value: str) -> Fields | None:
    found = _names(_LABEL, value)
    return replace(fields, labels=_together((), found)) if found else None


def _unlabelled(fields: Fields, value: str) -> Fields | None:
    gone = _names(_LABEL, value)
    return replace(fields, labels=tuple(each for each in fields.labels if gone and each not in gone))


def _assigned(fields: Fields, value: str) -> Fields | None:
    found = _users(value)
    return replace(fields, assignees=_together(fields.assignees, found)) if found else None


def _reassigned(fields: Fields, value: str) -> Fields | None:
    found = _users(value)
    return replace(fields, assignees=_together((), found)) if found else None


def _users(value: str) -> tuple[str, ...]:
    found: list[str] = []
    for word in re.split(r"[\s,]+", value):
        user = _USER.fullmatch(word)
        if user is not None:
            found.append(user[1])
        elif word.casefold() == "me":
            found.append("me")
        else:
            return ()  # a group, or a word that GitLab would look up by itself
    return tuple(found)


def _dated(fields: Fields, value: str) -> Fields | None:
    try:
        return replace(fields, due=date.fromisoformat(value))
    except ValueError:  # "in 2 weeks", "friday": GitLab reckons from its own day
        return None


def _weighed(fields: Fields, value: str) -> Fields | None:
    return replace(fields, weight=int(value)) if re.fullmatch(r"\d{1,6}", value) else None


def _under(fields: Fields, value: str) -> Fields | None:
    found = _REFERENCE.fullmatch(value)
    return replace(fields, epic=found[0]) if found and "#" not in found[0] else None


def _planned(fields: Fields, value: str) -> Fields | None:
    found = _MILESTONE.fullmatch(value)
    return replace(fields, milestone=next(text for text in found.groups() if text)) if found else None


def _hidden(fields: Fields, value: str) -> Fields | None:
    return None if value else replace(fields, confidential=True)


def _titled(fields: Fields, value: str) -> Fields | None:
    return replace(fields, title=value) if value else None


def _related(fields: Fields, value: str) -> Fields | None:
    found = _references(value)
    return replace(fields, relate=_together(fields.relate, found)) if found else None


def _blocking(fields: Fields, value: str) -> Fields | None:
    found = _references(value)
    return replace(fields, blocks=_together(fields.blocks, found)) if found else None


def _blocked(fields: Fields, value: str) -> Fields | None:
    found = _references(value)
    return replace(fields, blocked_by=_together(fields.blocked_by, found)) if found else None


def _references(value: str) -> tuple[str, ...]:
    words = [word for word in re.split(r"[\s,]+", value) if word]
    return tuple(words) if words and all(_REFERENCE.fullmatch(word) for word in words) else ()


def _names(pattern: re.Pattern[str], value: str) -> tuple[str, ...]:
    """The names in a list of references; nothing where something else stands between them."""
    found = tuple(quoted or plain for quoted, plain in pattern.findall(value))
    return found if not pattern.sub("", value).strip(" ,\t") else ()


def _together(known: Sequence[str], more: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*known, *more)))


_READERS: Mapping[str, Callable[[Fields, str], Fields | None]] = {
    "label": _labelled,
    "labels": _labelled,
    "relabel": _relabelled,
    "unlabel": _unlabelled,
    "remove_label": _unlabelled,
    "assign": _assigned,
    "reassign": _reassigned,
    "due": _dated,
    "due_date": _dated,
    "weight": _weighed,
    "epic": _under,
    "set_parent": _under,
    "parent": _under,
    "milestone": _planned,
    "confidential": _hidden,
    "title": _titled,
    "relate": _related,
    "blocks": _blocking,
    "blocked_by": _blocked,
}
