"""When tasks were completed: what is asked, what is understood, and that nothing is guessed."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from kantata_server import Reply, ScriptedKantata, errors, violations

from psdm_cli.errors import Forbidden
from psdm_cli.systems.http.asking import Misread
from psdm_cli.systems.kantata.adapter import KantataAdapter
from psdm_cli.systems.kantata.completions import completion_questions, completions
from psdm_cli.systems.kantata.contract import query


def envelope(stories: dict[str, Any], changes: Any) -> dict[str, Any]:
    """An answer to GET /stories with the state changes beside them."""
    return {
        "count": len(stories),
        "results": [{"key": "stories", "id": key} for key in stories],
        "stories": stories,
        "story_state_changes": changes,
    }


def change(state: str, at: str, **more: Any) -> dict[str, Any]:
    return {"state": state, "created_at": at, **more}


TENTH, TWELFTH = "2026-11-10T15:00:00-05:00", "2026-11-12T09:30:00-05:00"


@pytest.mark.parametrize(
    ("story", "changes", "expected"),
    [
        pytest.param(
            {"story_state_change_ids": ["1", "2"]},
            {"1": change("started", TENTH), "2": change("completed", TWELFTH)},
            TWELFTH,
            id="the change to completed",
        ),
        pytest.param(
            {"story_state_change_ids": ["1", "2"]},
            {"1": change("completed", TENTH), "2": change("completed", TWELFTH)},
            TWELFTH,
            id="opened again and completed anew: the last one",
        ),
        pytest.param({"story_state_change_ids": ["1"]}, {"2": change("completed", TENTH)}, None, id="another task's"),
        pytest.param({}, {"1": change("completed", TENTH, story_id=40)}, TENTH, id="named by the change alone"),
        pytest.param({}, {"1": change("completed", TENTH, story_id="41")}, None, id="the change names another"),
        pytest.param({"story_state_change_ids": []}, {}, None, id="none came along"),
        pytest.param({}, None, None, id="no map of them"),
        pytest.param({}, {"1": None, "2": change("completed", "soon", story_id="40")}, None, id="not to be understood"),
        pytest.param({"story_state_change_ids": "1"}, {"1": change("completed", TENTH)}, None, id="no list of ids"),
        pytest.param({}, {"1": change("completed", TENTH, story_id=[40])}, None, id="no id of a task"),
        pytest.param(None, {}, None, id="an empty task"),
    ],
)
def test_what_is_understood(story: Any, changes: Any, expected: str | None) -> None:
    wanted = {} if expected is None else {"40": datetime.fromisoformat(expected)}
    assert completions(envelope({"40": story}, changes)) == wanted


def test_an_answer_that_is_no_envelope_is_misread() -> None:
    with pytest.raises(Misread):
        completions({"stories": []})


def test_ids_are_asked_for_in_portions_that_are_not_paged() -> None:
    asked = list(completion_questions([*(str(number) for number in range(250)), "7", "not an id"]))
    assert [len(params["only"]) for params in asked] == [200, 50]  # type: ignore[arg-type]
    for params in asked:
        said = query("/stories", params)
        assert said["include"] == "story_state_changes"
        assert violations("GET", "/stories", said) == []


def test_the_adapter_asks_once_for_all_and_tells_what_it_was_told(
    kantata: ScriptedKantata, adapter: KantataAdapter
) -> None:
    stories = {"40": {"story_state_change_ids": ["1"]}, "41": {"story_state_change_ids": []}}
    body = json.dumps(envelope(stories, {"1": change("completed", TENTH)}))
    kantata.script("/stories", Reply(body=body.encode()))
    assert adapter.completed_at(["40", "41"]) == {"40": datetime(2026, 11, 10, 20, 0, tzinfo=UTC)}
    assert adapter.completed_at([]) == {}
    (asked,) = kantata.asked("/stories")
    assert asked.query == {"only": "40,41", "include": "story_state_changes", "per_page": "200"}


def test_a_server_that_tells_nothing_leaves_the_days_open(kantata: ScriptedKantata, adapter: KantataAdapter) -> None:
    """As the embedded sandbox answers, because the contract does not describe the objects."""
    kantata.script("/stories", Reply(body=json.dumps(envelope({"40": {"id": "40"}}, {})).encode()))
    assert adapter.completed_at(["40"]) == {}


def test_a_refusal_names_the_permission(kantata: ScriptedKantata, adapter: KantataAdapter) -> None:
    kantata.script("/stories", errors(403, "You may not see tasks"))
    with pytest.raises(Forbidden) as refused:
        adapter.completed_at(["40"])
    assert "View Tasks" in refused.value.permission
