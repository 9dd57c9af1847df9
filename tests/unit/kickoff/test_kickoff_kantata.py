"""Which Kantata project a contract's number means."""

from __future__ import annotations

import pytest

from psdm_cli.domain.records import Workspace
from psdm_cli.domain.space.names import Contract
from psdm_cli.workflows.kickoff_kantata import SeveralProjectsError, _bears, _one

SOW = Contract("1234")


def project(ident: str, title: str, status: str = "Active", archived: bool = False) -> Workspace:
    return Workspace(ident, title, status=status, archived=archived)


@pytest.mark.parametrize(
    ("projects", "chosen"),
    [
        ([], None),
        ([project("1", "Acme")], "1"),
        ([project("1", "Acme", archived=True), project("2", "Acme")], "2"),
        ([project("1", "Acme", "Cancelled"), project("2", "Acme")], "2"),
        ([project("1", "Acme", "Completed")], "1"),
        ([project("1", "Acme - SOW-1234 - Change Order 1"), project("2", "Acme")], "2"),
        ([project("1", "Acme CO #2"), project("2", "Acme Coffee 2")], "2"),
        ([project("1", "Acme - Change Order 1")], "1"),
    ],
)
def test_the_first_contracts_living_project(projects: list[Workspace], chosen: str | None) -> None:
    found = _one(projects, SOW, None)
    assert (found.id if found is not None else None) == chosen


def test_several_are_a_persons_choice() -> None:
    twins = [project("1", "Acme"), project("2", "Acme again")]
    with pytest.raises(SeveralProjectsError, match="several Kantata projects") as several:
        _one(twins, SOW, None)
    assert several.value.choices == (("1", "Acme"), ("2", "Acme again"))
    assert several.value.exit_code == 2
    assert _one(twins, SOW, "2") is twins[1]
    assert _one(twins, SOW, "3") is None


@pytest.mark.parametrize(
    ("title", "sow", "contract", "bears"),
    [
        ("Acme", "SOW-1234", SOW, True),
        ("Acme SOW-1234", None, SOW, True),
        ("Acme SOW-1234", "SOW-99", SOW, False),
        ("Acme - PO 7724 - Advisory", None, Contract("7724", po=True), True),
        ("Acme - PO 7724", "SOW-1234", Contract("7724", po=True), True),
        ("Acme", None, SOW, False),
        (None, None, SOW, False),
    ],
)
def test_the_field_beats_the_title(title: str | None, sow: str | None, contract: Contract, bears: bool) -> None:
    assert _bears(title, sow, contract) is bears
