"""Which engagement a word means: SOW-1001 … SOW-1003 are projects 1 to 3; 4 is completed."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from builders import assess, workspace

from psdm_cli.domain.assessment import Assessment, Scope
from psdm_cli.errors import NotFound, WrongUsage
from psdm_cli.workflows.engagement_choice import choose


def portfolio() -> Assessment:
    return assess(
        workspace("1", title="SOW-1001 Acme: Migration"),
        workspace("2", title="SOW-1002 Brightwater: Migration"),
        workspace("3", title="SOW-1003 Migration"),
        workspace("4", title="SOW-1004 Larkspur: Health Check", status="Completed"),
        workspace("5", title="Amberley College: Training"),
        scope=Scope("me", ("Pat Lead",)),
    )


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        pytest.param("SOW-1002", "2", id="number"),
        pytest.param("sow-1002", "2", id="any case"),
        pytest.param(" 1002 ", "2", id="digits alone"),
        pytest.param("3", "3", id="project id"),
        pytest.param("brightwater", "2", id="part of a title"),
        pytest.param("SOW-1003 migration", "3", id="whole title beats a part"),
        pytest.param("amberley", "5", id="without a number"),
    ],
)
def test_a_word_means_one(word: str, expected: str) -> None:
    assert choose(portfolio(), word).id == expected


def test_several_are_listed_where_nobody_can_be_asked() -> None:
    with pytest.raises(WrongUsage) as found:
        choose(portfolio(), "migration")
    assert all(number in found.value.message for number in ("SOW-1001", "SOW-1002", "SOW-1003"))


def test_several_are_asked_at_a_terminal() -> None:
    offered: list[str] = []

    def ask(_question: str, labels: Sequence[str]) -> int:
        offered.extend(labels)
        return 1

    assert choose(portfolio(), "migration", ask).id == "2"
    assert len(offered) == 3


def test_a_number_that_is_also_an_id_is_several() -> None:
    assessment = assess(workspace("7", title="SOW-8 Acme"), workspace("8", title="SOW-9 Beta"))
    with pytest.raises(WrongUsage):
        choose(assessment, "8")


@pytest.mark.parametrize("word", ["1004", "SOW-1004", "4", "larkspur"])
def test_one_that_is_out_of_scope_is_named_with_its_status(word: str) -> None:
    with pytest.raises(NotFound, match="Completed"):
        choose(portfolio(), word)


def test_an_unknown_one_names_the_nearest_and_whose_were_looked_at() -> None:
    with pytest.raises(NotFound) as found:
        choose(portfolio(), "1005")
    assert "SOW-100" in found.value.message
    assert "Pat Lead" in found.value.message


def test_nothing_means_nothing() -> None:
    with pytest.raises(WrongUsage):
        choose(portfolio(), "  ")
