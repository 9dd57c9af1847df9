"""Doors of several systems: a system's are made when one of them is needed, and once."""

from __future__ import annotations

from typing import Any, NoReturn

import pytest

from psdm_cli.changes.doors import Doors, DoorsBySystem
from psdm_cli.errors import NotAllowed

BOOKING: Any = object()
ISSUE: Any = object()


def no_token() -> NoReturn:
    raise NotAllowed("There is no token for GitLab.")


def test_one_system_needs_no_other() -> None:
    doors = DoorsBySystem({"kantata": lambda: {("kantata", "booking"): BOOKING}, "gitlab": no_token})
    assert doors[("kantata", "booking")] is BOOKING
    assert doors.get(("kantata", "invoice")) is None
    assert doors.get(("slack", "message")) is None
    with pytest.raises(NotAllowed):
        doors.get(("gitlab", "issue"))


def test_made_once_and_counted_all() -> None:
    made = []

    def gitlab() -> Doors:
        made.append(1)
        return {("gitlab", "issue"): ISSUE}

    doors = DoorsBySystem({"kantata": lambda: {("kantata", "booking"): BOOKING}, "gitlab": gitlab})
    assert made == []
    assert set(doors) == {("kantata", "booking"), ("gitlab", "issue")}
    assert len(doors) == 2
    assert doors[("gitlab", "issue")] is ISSUE
    assert made == [1]
