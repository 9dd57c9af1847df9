"""The kickoff's own checklist: the 24 steps of the domain sheet, each verified or honestly a person's."""

from __future__ import annotations

from psdm_cli.checklists.definition import StepKind
from psdm_cli.checklists.loading import ours
from psdm_cli.domain.kickoff_checks.catalog import CHECKS, KICKOFF
from psdm_cli.settings.model import Settings

STEPS = ours()["init-project"].steps


def test_it_has_the_24_steps_in_their_order() -> None:
    assert [step.id for step in STEPS] == [f"INIT-{number:02}" for number in range(1, 25)]
    assert {step.owner for step in STEPS} == {"PM", "EM", "AE", "PS Ops"}


def test_every_check_is_used_once_and_what_has_none_is_for_a_person() -> None:
    used = [step.verifier for step in STEPS if step.verifier is not None]
    assert sorted(used) == sorted(f"{KICKOFF}:{name}" for name in CHECKS)
    assert {step.id for step in STEPS if step.verifier is None} == {"INIT-17", "INIT-19", "INIT-23"}
    assert all(step.kind is not StepKind.AUTO for step in STEPS if step.verifier is None)


def test_its_links_are_in_the_settings() -> None:
    links = Settings().links
    assert {step.link for step in STEPS if step.link is not None} - set(links) == set()


def test_what_people_tell_is_kept_as_facts() -> None:
    told = {step.id: step.fact for step in STEPS if step.fact is not None}
    assert told == {"INIT-04": "stage", "INIT-08": "transition", "INIT-10": "staffing", "INIT-20": "kickoff"}
