"""A write is sent once, whatever comes back; what is unclear is said to be, and what is certain is not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest

from psdm_cli.changes.doors import Door, UnclearError
from psdm_cli.changes.plan import Action, Change
from psdm_cli.errors import BadAnswer, Forbidden, NotAllowed, PsdmError, RefusedByRule, Unavailable
from psdm_cli.sandbox import KantataSandbox
from psdm_cli.systems.http.manner import Manner
from psdm_cli.systems.kantata.adapter import KantataAdapter

BOOKING = Change(
    system="kantata",
    kind="workspace_allocation",
    action=Action.CREATE,
    key="booking:1",
    title="A booking",
    after={"resource_id": "11", "start_date": "2027-01-04", "end_date": "2027-01-08", "minutes": 2400, "hard": True},
)
MakeDoor = Callable[..., Door]


@pytest.fixture
def sandbox() -> Iterator[KantataSandbox]:
    with KantataSandbox(as_of=date(2026, 11, 23)) as server:
        yield server


@pytest.fixture
def lines() -> list[str]:
    return []


@pytest.fixture
def make_door(sandbox: KantataSandbox, lines: list[str]) -> Iterator[MakeDoor]:
    made = []
    now = [0.0]

    def sleep(seconds: float) -> None:
        now[0] += seconds

    def make(**options: Any) -> Door:
        given: dict[str, Any] = {"sleep": sleep, "clock": lambda: now[0], "log": lines.append, **options}
        url = given.pop("url", sandbox.kantata_url)
        made.append(KantataAdapter(url, sandbox.tokens["full"], Manner(**given)))
        return made[-1].doors()["kantata", "workspace_allocation"]

    yield make
    for adapter in made:
        adapter.close()


def sent(sandbox: KantataSandbox) -> int:
    return sum(request.method == "POST" for request in sandbox.requests)


@pytest.mark.parametrize(
    ("fault", "arrives"),
    [
        pytest.param({"cut": "after"}, True, id="cut after the work"),
        pytest.param({"cut": "before"}, False, id="cut before the work"),
        pytest.param({"cut": "middle"}, True, id="cut in the answer"),
        pytest.param({"truncated": True}, True, id="half a JSON"),
        pytest.param({"html": True}, True, id="a page instead of JSON"),
        pytest.param({"status": 502}, False, id="502"),
        pytest.param({"status": 503, "applied": True}, True, id="503 with the work done"),
        pytest.param({"status": 504, "applied": True}, True, id="504 with the work done"),
        pytest.param({"status": 500}, False, id="500"),
        pytest.param({"status": 200, "body": "{}"}, False, id="an answer about nothing"),
    ],
)
def test_an_unclear_answer_is_said_to_be_and_looking_tells(
    sandbox: KantataSandbox, make_door: MakeDoor, fault: dict[str, Any], arrives: bool
) -> None:
    sandbox.fault("POST", "/workspace_allocations", **fault)
    door = make_door()
    with pytest.raises(UnclearError):
        door.send(BOOKING)
    assert sent(sandbox) == 1
    assert (door.look(BOOKING) is not None) is arrives


@pytest.mark.parametrize(
    ("fault", "error", "words"),
    [
        pytest.param({"status": 401}, NotAllowed, "does not accept the token", id="401"),
        pytest.param({"status": 403}, Forbidden, "Resource Management access group", id="403"),
        pytest.param({"status": 422}, RefusedByRule, "422: Answered 422 on purpose", id="422"),
        pytest.param({"status": 400}, RefusedByRule, "400", id="400"),
        pytest.param({"status": 409}, RefusedByRule, "409", id="409"),
        pytest.param({"status": 429, "headers": {"Retry-After": "7"}}, Unavailable, "not sent again", id="429"),
        pytest.param(
            {"status": 302, "headers": {"Location": "https://evil.example/"}}, BadAnswer, "elsewhere", id="302"
        ),
        pytest.param({"status": 307, "headers": {"Location": "/api/v1/posts"}}, BadAnswer, "follows no", id="307"),
    ],
)
def test_a_certain_answer_is_an_error_and_nothing_is_repeated(
    sandbox: KantataSandbox, make_door: MakeDoor, fault: dict[str, Any], error: type[PsdmError], words: str
) -> None:
    sandbox.fault("POST", "/workspace_allocations", **fault)
    door = make_door()
    with pytest.raises(error, match=words):
        door.send(BOOKING)
    assert sent(sandbox) == 1
    assert door.look(BOOKING) is None


def test_after_a_429_nothing_is_asked_before_its_time(sandbox: KantataSandbox, make_door: MakeDoor) -> None:
    waits: list[float] = []
    now = [0.0]

    def sleep(seconds: float) -> None:
        waits.append(seconds)
        now[0] += seconds

    sandbox.fault("POST", "/workspace_allocations", status=429, headers={"Retry-After": "7"})
    door = make_door(sleep=sleep, clock=lambda: now[0])
    with pytest.raises(Unavailable) as limited:
        door.send(BOOKING)
    assert limited.value.retry_after == 7
    assert door.look(BOOKING) is None
    assert waits == [7.0]


def test_a_server_that_is_not_there_was_certainly_sent_nothing(make_door: MakeDoor) -> None:
    door = make_door(url="http://127.0.0.1:9/api/v1")
    with pytest.raises(Unavailable, match="nothing was sent"):
        door.send(BOOKING)


def test_no_answer_in_time_is_unclear(sandbox: KantataSandbox, make_door: MakeDoor) -> None:
    sandbox.fault("POST", "/workspace_allocations", delay=5)
    with pytest.raises(UnclearError, match="no answer within"):
        make_door(read_timeout=0.2).send(BOOKING)
    assert sent(sandbox) == 1


def test_the_token_and_the_words_stay_out_of_the_log(
    sandbox: KantataSandbox, make_door: MakeDoor, lines: list[str]
) -> None:
    make_door().send(BOOKING)
    assert [line for line in lines if line.startswith("POST /workspace_allocations")]
    assert sandbox.tokens["full"] not in "".join(lines)
    assert "2400" not in "".join(lines)


def test_a_looking_that_fails_for_a_while_is_repeated_unlike_a_write(
    sandbox: KantataSandbox, make_door: MakeDoor
) -> None:
    sandbox.fault("GET", "/external_references", status=503, times=2)
    assert make_door().look(BOOKING) is None
    assert sum("/external_references" in request.path for request in sandbox.requests) == 3
