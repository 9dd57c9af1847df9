"""The door to an epic's health: GitLab's three words, and never where customers read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from gitlab_doors_fixtures import Space, space

from psdm_cli.changes.plan import Action, Audience, Change
from psdm_cli.errors import RefusedByRule, WrongUsage


@pytest.fixture(scope="module")
def at() -> Iterator[Space]:
    with space() as made:
        yield made


def health(at: Space, group: str, said: str = "at_risk", audience: Audience = Audience.INTERNAL) -> Change:
    row = at.world.epic(at.ids[group], "SOW-1234 Customer")
    return Change(
        system="gitlab",
        kind="epic_health",
        action=Action.CHANGE,
        key="epic_health:1",
        title="Health",
        place=group,
        audience=audience,
        before={"health_status": None},
        after={"health_status": said},
        id=f"{row['group_id']}&{row['iid']}",
    )


def test_health_never_goes_where_customers_read_whatever_the_plan_says(at: Space) -> None:
    honest = health(at, "customer", audience=Audience.CUSTOMER)
    with pytest.raises(RefusedByRule, match="its health is for ourselves"):  # before anything is asked
        at.doors["gitlab", "epic_health"].check(honest)
    lying = replace(honest, audience=Audience.INTERNAL, content=Audience.CUSTOMER)
    at.doors["gitlab", "epic_health"].check(lying)
    sent = len(at.world.sent("POST"))
    with pytest.raises(RefusedByRule):
        at.doors["gitlab", "epic_health"].send(lying)
    assert not [each for each in at.world.sent("POST")[sent:] if "SetHealth" in str(each)]


@pytest.mark.parametrize("said", ["red", "onTrack", "At risk"])
def test_only_gitlabs_three_words_are_taken(at: Space, said: str) -> None:
    with pytest.raises(WrongUsage, match="on_track, needs_attention, at_risk"):
        at.doors["gitlab", "epic_health"].check(health(at, "ps", said))


def test_health_is_changed_only(at: Space) -> None:
    with pytest.raises(WrongUsage, match="only set or taken away"):
        at.doors["gitlab", "epic_health"].check(replace(health(at, "ps"), action=Action.CREATE))
