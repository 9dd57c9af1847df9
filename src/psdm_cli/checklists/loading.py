"""Checklist files: read, checked as a whole, and put together with ours; every complaint with file and line."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from psdm_cli.checklists.conditions import condition, meant
from psdm_cli.checklists.definition import (
    ASKED,
    YES_NO,
    Condition,
    Definition,
    InputType,
    StepDefinition,
    StepKind,
    SubjectKind,
)
from psdm_cli.checklists.reading import Reader
from psdm_cli.checklists.verifiers import VERIFIERS
from psdm_cli.errors import NotFound, WrongConfiguration
from psdm_cli.yamlfile import Place, load

KIND = "checklist"
TOP_KEYS = ("id", "title", "subject", "help", "complete", "steps")
STEP_KEYS = (
    "id",
    "title",
    "owner",
    "kind",
    "verifier",
    "options",
    "input",
    "evidence",
    "when",
    "after",
    "help",
    "handbook",
    "blocking",
    "fact",
    "link",
)
#: keys that belong to one kind of step only
OF_KIND = {"options": StepKind.CHOICE, "input": StepKind.INPUT}
RESERVED = ("skip",)  # an answer that every manual step takes


class WrongChecklist(WrongConfiguration):
    """Everything that is wrong with a checklist file (exit 2); the first complaint is the message."""

    def __init__(self, problems: Sequence[str]) -> None:
        more = f" ({len(problems) - 1} more: psdm checklist check lists them.)" if len(problems) > 1 else ""
        super().__init__(problems[0] + more, hint="docs/your-own-checklist.md explains every key.")
        self.problems = tuple(problems)


def read_definition(path: Path, *, team: bool = True) -> Definition:
    """The checklist in a file. Raises `WrongChecklist` with all that is wrong, `WrongConfiguration` if unreadable."""
    document = load(path, KIND, way_out="psdm checklist list shows the checklists that there are.")
    reader = Reader(str(path), document)
    found = _definition(reader, document.data, team=team)
    if reader.problems:
        raise WrongChecklist([text for _, text in sorted(reader.problems)])
    return found


def ours() -> dict[str, Definition]:
    """The checklists that psdm brings along, by id."""
    here = Path(__file__).parent
    return _by_id(read_definition(path, team=False) for path in sorted(here.glob("*.yaml")))


def definitions(folder: Path | None = None) -> dict[str, Definition]:
    """Ours and a team's, by id: the same id replaces ours, new ids add.

    Raises `WrongChecklist`; `WrongConfiguration` when the folder is not there, or two of its files have one id.
    """
    found = ours()
    if folder is not None:
        found.update(_by_id(read_definition(path) for path in _files(folder)))
    return dict(sorted(found.items()))


def definition_named(name: str, folder: Path | None = None) -> Definition:
    """One checklist by its id, in any case. Raises `NotFound` with the nearest one."""
    known = definitions(folder)
    found = {key.casefold(): definition for key, definition in known.items()}.get(name.strip().casefold())
    if found is None:
        raise NotFound(
            f"There is no checklist {name!r}{meant(name, tuple(known))}", hint="psdm checklist list shows all of them."
        )
    return found


def _files(folder: Path) -> list[Path]:
    try:
        return sorted(path for path in folder.iterdir() if path.suffix in (".yaml", ".yml") and path.is_file())
    except OSError as error:
        raise WrongConfiguration(
            f"checklists.folder: {folder} cannot be read: {error.strerror}.",
            hint="Make the folder, or correct checklists.folder in the configuration file.",
        ) from None


def _by_id(found: Iterable[Definition]) -> dict[str, Definition]:
    known: dict[str, Definition] = {}
    for each in found:
        if each.id in known:
            raise WrongConfiguration(f"{each.origin}: the id {each.id} is also that of {known[each.id].origin}.")
        known[each.id] = each
    return known


def _definition(reader: Reader, data: Mapping[str, Any], *, team: bool) -> Definition:
    reader.known_keys(data, (), TOP_KEYS, "a checklist")
    subject = reader.choice(data, "subject", (), SubjectKind, SubjectKind.WEEK)
    return Definition(
        id=reader.name_of(data, ()),
        title=reader.text(data, "title", (), required=True),
        subject=subject,
        steps=_steps(reader, data, subject),
        help=reader.text(data, "help", ()),
        complete=reader.truth(data, "complete", (), default=False),
        origin=reader.name if team else "psdm",
        team=team,
    )


def _steps(reader: Reader, data: Mapping[str, Any], subject: SubjectKind) -> tuple[StepDefinition, ...]:
    rows = data.get("steps")
    if not isinstance(rows, list) or not rows:
        reader.complain(("steps",), "expected a list with at least one step")
        return ()
    places: dict[str, Place] = {}
    steps = []
    for number, row in enumerate(rows):
        place = ("steps", str(number))
        if not isinstance(row, dict):
            reader.complain(place, "expected a step with id, title, owner and kind")
            continue
        step = _step(reader, row, place, subject)
        if step.id in places:
            first = reader.document.lines.get((*places[step.id], "id"), 0)
            reader.complain((*place, "id"), f"{step.id} is already the id of the step in line {first}")
        elif step.id:
            places[step.id] = place
            steps.append(step)
    _order(reader, steps, places)
    return tuple(steps)


def _step(reader: Reader, row: Mapping[str, Any], place: Place, subject: SubjectKind) -> StepDefinition:
    reader.known_keys(row, place, STEP_KEYS, "a step")
    before = len(reader.problems)
    kind = reader.choice(row, "kind", place, StepKind, StepKind.CONFIRM)
    if len(reader.problems) == before:
        for key, wanted in OF_KIND.items():
            if key in row and kind is not wanted:
                why = f"only a step of kind {wanted.value} has it, and this one is {kind.value}"
                reader.complain((*place, key), why)
    typed = kind is StepKind.INPUT and "input" in row
    step = StepDefinition(
        id=reader.name_of(row, place),
        title=reader.text(row, "title", place, required=True),
        owner=reader.text(row, "owner", place, required=True),
        kind=kind,
        verifier=_verifier(reader, row, place, subject, kind),
        options=_options(reader, row, place) if kind is StepKind.CHOICE else (),
        input=reader.choice(row, "input", place, InputType, InputType.TEXT) if typed else InputType.TEXT,
        evidence=tuple(text for text, _ in reader.texts(row, "evidence", place)),
        when=_conditions(reader, row, place, subject),
        after=tuple(text for text, _ in reader.texts(row, "after", place)),
        help=reader.text(row, "help", place),
        handbook=reader.text(row, "handbook", place),
        blocking=reader.truth(row, "blocking", place, default=True),
        fact=reader.text(row, "fact", place) or None,
        link=reader.link(row, place),
    )
    if step.fact is not None:
        _fact(reader, step, place, subject)
    return step


def _fact(reader: Reader, step: StepDefinition, place: Place, subject: SubjectKind) -> None:
    """Complain where the answers of a step cannot be kept as the fact that it names."""
    where, name = (*place, "fact"), step.fact or ""
    if subject is not SubjectKind.ENGAGEMENT or step.kind is StepKind.AUTO:
        reader.complain(where, "facts are asked of people, about engagements")
    elif name not in ASKED:
        reader.complain(where, f"there is no fact {name!r} that a step may ask for{meant(name, tuple(ASKED))}")
    elif isinstance(wanted := ASKED[name], InputType):
        if step.kind is not StepKind.INPUT or step.input is not wanted:
            reader.complain(where, f"{name} is asked by kind: input with input: {wanted.value}")
    elif not _fits(step, wanted):
        reader.complain(where, f"{name} is one of: {', '.join(wanted)}; ask for it with these options")


def _fits(step: StepDefinition, words: Sequence[str]) -> bool:
    """Whether every answer of a step is one of these words."""
    answers = {StepKind.CHOICE: step.options, StepKind.CONFIRM: YES_NO}.get(step.kind, ("",))
    return set(answers) <= set(words)


def _verifier(reader: Reader, row: Mapping[str, Any], place: Place, subject: SubjectKind, kind: StepKind) -> str | None:
    if "verifier" not in row and kind is not StepKind.AUTO:
        return None
    if "verifier" not in row:
        reader.complain((*place, "verifier"), "a step of kind auto needs a verifier, such as forecast-prep:FP-01")
        return None
    name = reader.text(row, "verifier", place)
    known = [each.name for each in VERIFIERS.values() if subject in each.subjects]
    if not name or name in known:
        return name or None
    if name in VERIFIERS:
        reader.complain((*place, "verifier"), f"{name} cannot be asked about one {subject.value}")
    else:
        reader.complain((*place, "verifier"), f"there is no verifier {name!r}{meant(name, known)}")
    return None


def _options(reader: Reader, row: Mapping[str, Any], place: Place) -> tuple[str, ...]:
    options = [text for text, _ in reader.texts(row, "options", place)]
    folded = [text.casefold() for text in options]
    if len(options) < 2:
        reader.complain((*place, "options"), "a step of kind choice needs two options or more")
    if len(set(folded)) < len(folded):
        reader.complain((*place, "options"), "an option stands there twice")
    if set(folded) & set(RESERVED):
        reader.complain((*place, "options"), "skip is no option: every manual step can be skipped with a note")
    return tuple(options)


def _conditions(reader: Reader, row: Mapping[str, Any], place: Place, subject: SubjectKind) -> tuple[Condition, ...]:
    found = []
    for text, where in reader.texts(row, "when", place):
        try:
            found.append(condition(text, subject))
        except ValueError as error:
            reader.complain(where, str(error))
    return tuple(found)


def _order(reader: Reader, steps: Sequence[StepDefinition], places: Mapping[str, Place]) -> None:
    """Complain about steps that are not there, and about each circle once."""
    known = {step.id: step for step in steps}
    for step in steps:
        for number, name in enumerate(step.after):
            if name not in known:
                where = (*places[step.id], "after", str(number))
                reader.complain(where, f"there is no step {name!r} to come after{meant(name, tuple(known))}")
    named: set[str] = set()
    for step in steps:
        circle = _circle(step.id, known)
        if circle and not named & set(circle):
            named.update(circle)
            way = " → ".join((*circle, circle[0]))
            reader.complain((*places[step.id], "after"), f"the order goes round in a circle: {way}")


def _circle(start: str, known: Mapping[str, StepDefinition]) -> tuple[str, ...]:
    """The way from a step along `after` back to itself; empty when there is none."""
    ways: list[tuple[str, ...]] = [(start,)]
    seen: set[str] = set()
    while ways:
        way = ways.pop()
        for name in known[way[-1]].after:
            if name == start:
                return way
            if name in known and name not in seen:
                seen.add(name)
                ways.append((*way, name))
    return ()
