"""A kind that may not be read is unknown: not absent, and not as it once was."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from refresh_desk import Content, Desk

from psdm_cli.domain.records import Kind
from psdm_cli.errors import Forbidden, Unavailable

REFUSABLE = [kind for kind in Kind if kind is not Kind.WORKSPACES]


@pytest.mark.parametrize("kind", [kind for kind in REFUSABLE if kind is not Kind.STATUS_REPORTS])
def test_one_refused_kind_leaves_the_others(desk: Desk, kind: Kind) -> None:
    refusal = desk.kantata.refuse(kind)
    done = desk.refresh()
    assert done.refusals == (refusal,)
    rows, _ = desk.content()
    assert rows[kind] == []
    assert len(rows[Kind.WORKSPACES]) == 3


@pytest.mark.parametrize("kind", [kind for kind in REFUSABLE if kind is not Kind.STATUS_REPORTS])
def test_a_permission_taken_away_drops_what_was_seen_and_given_back_brings_it_again(
    desk: Desk, kind: Kind, anew: Callable[..., Content]
) -> None:
    desk.refresh()
    before = desk.content()
    desk.kantata.later(hours=1)
    refusal = desk.kantata.refuse(kind)
    desk.refresh()
    assert desk.content()[0][kind] == []
    assert desk.mirror.refusals() == [refusal]
    desk.kantata.later(hours=1)
    desk.refresh()
    assert desk.mirror.refusals() == [refusal]
    del desk.kantata.refused[kind]
    desk.kantata.later(hours=1)
    assert desk.refresh().refusals == ()
    assert desk.content() == before == anew(desk.kantata)


def test_refused_health_reports(desk: Desk) -> None:
    desk.refresh()
    desk.kantata.reports_with_projects = False
    desk.kantata.refuse(Kind.STATUS_REPORTS)
    assert [refusal.kind for refusal in desk.refresh().refusals] == [Kind.STATUS_REPORTS]
    assert desk.content()[0][Kind.STATUS_REPORTS] == []


def test_without_resources_nobody_else_is_asked_for(desk: Desk) -> None:
    desk.kantata.refuse(Kind.RESOURCES)
    assert desk.refresh().state.user_ids == ()
    assert desk.kantata.asked_of(Kind.PEOPLE) == []


def test_without_projects_nothing_can_be_said_and_the_mirror_stays(desk: Desk) -> None:
    desk.refresh()
    before = desk.content()
    desk.kantata.refuse(Kind.WORKSPACES)
    with pytest.raises(Forbidden) as problem:
        desk.refresh()
    assert (problem.value.call, problem.value.permission) == ("GET /workspaces", "to see it")
    assert desk.content() == before


def test_what_an_interrupted_run_left_does_not_bring_a_refused_kind_back(desk: Desk) -> None:
    desk.refresh()
    desk.kantata.fail_after = 8
    with pytest.raises(Unavailable):
        desk.refresh(full=True)
    desk.kantata.fail_after = None
    refusal = desk.kantata.refuse(Kind.WORKWEEKS)
    for _ in range(3):
        desk.kantata.later(minutes=1)
        assert desk.refresh().refusals == (refusal,)
