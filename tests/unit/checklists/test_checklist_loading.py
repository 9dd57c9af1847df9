"""Checklist files: ours are sound, a team's replace and add, and every fault is named with file and line."""

from __future__ import annotations

from pathlib import Path

import pytest

from psdm_cli.checklists.definition import InputType, StepKind, SubjectKind
from psdm_cli.checklists.loading import WrongChecklist, definition_named, definitions, ours, read_definition
from psdm_cli.domain.steps.catalog import CHECKS
from psdm_cli.errors import NotFound, WrongConfiguration

HEAD = "id: mine\ntitle: My list\nsubject: engagement\nsteps:\n"  # four lines
STEP = "  - {id: A, title: First, owner: PM, kind: confirm}\n"
TEAM = Path(__file__).parents[3] / "docs" / "examples" / "team" / "checklists"


def written(folder: Path, text: str, name: str = "mine.yaml") -> Path:
    file = folder / name
    file.write_text(text, encoding="utf-8")
    return file


def test_our_forecast_prep_has_every_check_and_what_only_a_person_can_tell() -> None:
    steps = ours()["forecast-prep"].steps
    automatic = {step.id: step.verifier for step in steps if step.kind is StepKind.AUTO}
    assert automatic == {name: f"forecast-prep:{name}" for name in CHECKS}
    assert [step.id for step in steps if step.is_manual] == ["FP-12", "FP-13", "FP-14"]
    assert all(step.help or step.handbook or step.evidence for step in steps)


def test_titles_are_those_of_the_checks() -> None:
    from psdm_cli.domain.steps import catalog

    modules = {getattr(catalog, name).ID: getattr(catalog, name).TITLE for name in vars(catalog) if _is_check(name)}
    assert {step.id: step.title for step in ours()["forecast-prep"].steps if step.id in modules} == modules


def _is_check(name: str) -> bool:
    from psdm_cli.domain.steps import catalog

    return hasattr(getattr(catalog, name), "ID") and hasattr(getattr(catalog, name), "TITLE")


def test_every_key_is_read(tmp_path: Path) -> None:
    text = HEAD + (
        "  - id: A\n    title: 'When?'\n    owner: PM\n    kind: input\n    input: date\n    fact: kickoff\n"
        "    evidence: [mail, minutes]\n    when: type in [fixed_fee]\n    help: Ask.\n    handbook: Kickoff\n"
        "    blocking: false\n"
        "  - {id: B, title: Which, owner: EM, kind: choice, options: [one, two], after: A}\n"
    )
    found = read_definition(written(tmp_path, text + "complete: true\nhelp: Short.\n"))
    first, second = found.steps
    assert (found.id, found.title, found.subject, found.complete, found.help) == (
        "mine",
        "My list",
        SubjectKind.ENGAGEMENT,
        True,
        "Short.",
    )
    assert (first.input, first.fact, first.evidence, first.help, first.handbook, first.blocking) == (
        InputType.DATE,
        "kickoff",
        ("mail", "minutes"),
        "Ask.",
        "Kickoff",
        False,
    )
    assert [condition.said for condition in first.when] == ["type is fixed fee"]
    assert (second.options, second.after, second.blocking) == (("one", "two"), ("A",), True)


STEPS = "  - {id: A, title: T, owner: PM, kind: %s}\n"


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        pytest.param(HEAD + STEP + "stepps: 1\n", 6, "no such key; did you mean steps?", id="unknown key"),
        pytest.param(HEAD + STEPS % "confirm, ownr: x", 5, "no such key; did you mean owner?", id="key of a step"),
        pytest.param(HEAD.replace("title: My list\n", "") + STEP, 1, "title is missing", id="no title"),
        pytest.param(HEAD.replace("engagement", "wek") + STEP, 3, "did you mean week?", id="unknown subject"),
        pytest.param("id: mine\ntitle: T\nsubject: week\n", 1, "at least one step", id="no steps"),
        pytest.param("id: mine\ntitle: T\nsubject: week\nsteps: []\n", 4, "at least one step", id="empty steps"),
        pytest.param(HEAD + "  - just a word\n", 5, "expected a step with id", id="a step that is a word"),
        pytest.param(HEAD + STEPS % "auto", 5, "needs a verifier", id="no verifier"),
        pytest.param(
            HEAD + STEPS % "auto, verifier: 'forecast-prep:FP-1'",
            5,
            "no verifier 'forecast-prep:FP-1'; did you mean forecast-prep:FP-",
            id="unknown verifier",
        ),
        pytest.param(
            HEAD + STEPS % "auto, verifier: 'forecast-prep:FP-06'",
            5,
            "forecast-prep:FP-06 cannot be asked about one engagement",
            id="verifier of weeks alone",
        ),
        pytest.param(HEAD + STEPS % "confirmed", 5, "did you mean confirm?", id="unknown kind"),
        pytest.param(HEAD + STEPS % "confirm, verifier: x", 5, "no verifier 'x'", id="unknown verifier of a confirm"),
        pytest.param(HEAD + STEPS % "confirm, options: [a, b]", 5, "only a step of kind choice", id="options alone"),
        pytest.param(HEAD + STEPS % "choice", 5, "needs two options or more", id="no options"),
        pytest.param(HEAD + STEPS % "choice, options: [a, A]", 5, "stands there twice", id="options twice"),
        pytest.param(HEAD + STEPS % "choice, options: [go, skip]", 5, "skip is no option", id="skip as an option"),
        pytest.param(HEAD + STEPS % "choice, options: [yes, true]", 5, "in quotes", id="a truth as an option"),
        pytest.param(HEAD + STEPS % "input, input: dates", 5, "did you mean date?", id="unknown input"),
        pytest.param(HEAD + STEPS % "confirm, blocking: nope", 5, "expected true or false", id="blocking"),
        pytest.param(HEAD + STEP + STEP, 6, "A is already the id of the step in line 5", id="ids twice"),
        pytest.param(HEAD + STEP.replace("id: A", "id: a b"), 5, "expected letters, digits", id="an id with a space"),
        pytest.param(HEAD + STEPS % "confirm, after: B", 5, "no step 'B' to come after", id="unknown step in after"),
        pytest.param(HEAD + STEPS % "confirm, after: A", 5, "a circle: A → A", id="after itself"),
        pytest.param(
            HEAD
            + "  - {id: A, title: T, owner: PM, kind: confirm, after: C}\n"
            + "  - {id: B, title: T, owner: PM, kind: confirm, after: A}\n"
            + "  - {id: C, title: T, owner: PM, kind: confirm, after: B}\n",
            5,
            "a circle: A → C → B → A",
            id="a circle",
        ),
        pytest.param(HEAD + STEPS % "confirm, when: type is gold", 5, "type is never 'gold'", id="unknown value"),
        pytest.param(HEAD + STEPS % "confirm, when: typ is fixed_fee", 5, "did you mean type?", id="unknown fact"),
        pytest.param(HEAD + STEPS % "confirm, when: type = fixed_fee", 5, "expected FACT in [A, B]", id="no condition"),
        pytest.param(
            HEAD + "  - id: A\n    title: T\n    owner: PM\n    kind: confirm\n    when:\n"
            "      - type is fixed_fee\n      - month_end is yes\n",
            11,
            "no fact 'month_end' of a subject that is an engagement",
            id="a week's fact of an engagement, in a list",
        ),
        pytest.param(HEAD + STEPS % "confirm, fact: kickoff", 5, "asked by kind: input with input: date", id="fact"),
        pytest.param(
            HEAD + STEPS % "confirm, fact: staffing", 5, "one of: internal, partner, mixed", id="fact's words"
        ),
        pytest.param(HEAD + STEPS % "confirm, fact: mood", 5, "there is no fact 'mood'", id="unknown fact to ask for"),
        pytest.param(HEAD + STEP.replace("title: First", "title: [a]"), 5, "expected a text", id="a list as title"),
    ],
)
def test_what_is_wrong_is_named_with_file_and_line(tmp_path: Path, text: str, line: int, said: str) -> None:
    file = written(tmp_path, text)
    with pytest.raises(WrongChecklist) as caught:
        read_definition(file)
    assert caught.value.exit_code == 2
    assert caught.value.problems[0].startswith(f"{file} line {line}: ")
    assert said in caught.value.problems[0]


def test_everything_wrong_is_listed_at_once(tmp_path: Path) -> None:
    file = written(tmp_path, HEAD + STEPS % "auto, after: Z" + STEPS % "choice")
    with pytest.raises(WrongChecklist, match=r"\(\d more: psdm checklist check lists them\.\)") as caught:
        read_definition(file)
    assert len(caught.value.problems) == 4  # verifier, unknown step, id twice, options


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param("steps: [", "this is not YAML", id="not YAML"),
        pytest.param("- a\n- b\n", "line 1: expected keys", id="a list"),
        pytest.param("id: a\nid: b\n", "line 2: id: this key is already given in line 1", id="a key twice"),
        pytest.param("id: &x a\ntitle: *x\n", "anchors and aliases", id="an alias"),
        pytest.param("id: !!python/object:os.system a\n", "is not used here", id="a tag"),
    ],
)
def test_what_is_no_checklist_at_all(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(WrongConfiguration) as caught:
        read_definition(written(tmp_path, text))
    assert said in caught.value.message


def test_a_team_replaces_ours_and_adds_its_own(tmp_path: Path) -> None:
    written(tmp_path, HEAD.replace("mine", "forecast-prep").replace("engagement", "week") + STEP, "shorter.yaml")
    written(tmp_path, HEAD + STEP, "mine.yml")
    written(tmp_path, "not: read", "notes.txt")
    found = definitions(tmp_path)
    assert set(found) == set(ours()) | {"mine"}
    assert [step.id for step in found["forecast-prep"].steps] == ["A"]
    assert found["forecast-prep"].origin.endswith("shorter.yaml")
    assert ours()["forecast-prep"].origin == "psdm"


def test_two_files_of_a_team_cannot_have_one_id(tmp_path: Path) -> None:
    written(tmp_path, HEAD + STEP, "a.yaml")
    written(tmp_path, HEAD + STEP, "b.yaml")
    with pytest.raises(WrongConfiguration, match=r"b\.yaml: the id mine is also that of .*a\.yaml"):
        definitions(tmp_path)


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(WrongConfiguration, match=r"checklists\.folder: .*nowhere cannot be read"):
        definitions(tmp_path / "nowhere")


def test_a_checklist_by_its_name() -> None:
    assert definition_named(" Forecast-Prep ").id == "forecast-prep"
    with pytest.raises(NotFound, match="did you mean forecast-prep"):
        definition_named("forecastprep")
    assert definition_named("handover", TEAM).team


def test_the_walk_keeps_the_order_and_otherwise_the_file(tmp_path: Path) -> None:
    text = HEAD + "".join(
        f"  - {{id: {name}, title: T, owner: PM, kind: confirm, after: [{after}]}}\n"
        for name, after in (("A", "D"), ("B", ""), ("C", "B, A"), ("D", ""))
    )
    found = read_definition(written(tmp_path, text))
    assert [step.id for step in found.walk()] == ["B", "D", "A", "C"]
