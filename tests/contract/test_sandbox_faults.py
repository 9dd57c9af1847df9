"""Things going wrong on purpose: scripted faults over real sockets, and showers that repeat themselves exactly."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import date
from email.utils import parsedate_to_datetime

import pytest
import requests
from sandbox_client import Client

from psdm_cli.sandbox import KantataSandbox
from psdm_cli.sandbox.faults import Fault, Weather
from psdm_cli.sandbox.service import Request

AS_OF = date(2026, 11, 23)
POST_BODY = {"post": {"workspace_id": 3004, "message": "once"}}


@pytest.fixture
def sandbox() -> Iterator[KantataSandbox]:
    with KantataSandbox(as_of=AS_OF) as sandbox:
        yield sandbox


@pytest.fixture
def client(sandbox: KantataSandbox) -> Iterator[Client]:
    client = Client(sandbox)
    yield client
    client.close()


def test_a_status_with_headers_strikes_once(client: Client, sandbox: KantataSandbox) -> None:
    sandbox.fault("GET", "/workspaces", status=429, headers={"Retry-After": "1.5"})
    first = client.send("GET", "/workspaces")
    assert (first.status_code, first.headers["Retry-After"]) == (429, "1.5")
    assert first.json()["errors"][0]["type"] == "system"
    assert client.send("GET", "/workspaces").status_code == 200


def test_skip_times_and_query_choose_the_request(client: Client, sandbox: KantataSandbox) -> None:
    sandbox.fault("*", "/stories", status=503, skip=1, times=2, query="page=2")
    said = [client.send("GET", "/stories", page=page).status_code for page in (1, 2, 2, 2, 2)]
    assert said == [200, 200, 503, 503, 200]


def test_each_strikes_every_different_request(client: Client, sandbox: KantataSandbox) -> None:
    sandbox.fault("*", "/", status=503, each=True)
    said = [client.send("GET", "/stories", page=page).status_code for page in (1, 2, 1, 2, 3)]
    assert said == [503, 503, 200, 200, 503]
    posts = [{"post": POST_BODY["post"] | {"message": text}} for text in ("one", "two", "one")]
    assert [client.send("POST", "/posts", post).status_code for post in posts] == [503, 503, 200]


@pytest.mark.parametrize("cut", ["before", "after", "middle"])
def test_a_cut_read(client: Client, sandbox: KantataSandbox, cut: str) -> None:
    sandbox.fault("GET", "/time_entries", cut=cut)  # type: ignore[arg-type]
    with pytest.raises((requests.ConnectionError, requests.exceptions.ChunkedEncodingError)):
        client.send("GET", "/time_entries", per_page=200)
    assert client.send("GET", "/time_entries").status_code == 200


@pytest.mark.parametrize(("cut", "applied"), [("before", 0), ("after", 1)])
def test_a_cut_write_is_applied_or_not(client: Client, sandbox: KantataSandbox, cut: str, applied: int) -> None:
    sandbox.fault("POST", "/posts", cut=cut)  # type: ignore[arg-type]
    with pytest.raises(requests.ConnectionError):
        client.send("POST", "/posts", POST_BODY)
    assert [p["message"] for p in sandbox.account.rows("posts")].count("once") == applied
    assert len(sandbox.writes) == applied


def test_html_and_truncated_json(client: Client, sandbox: KantataSandbox) -> None:
    sandbox.fault("GET", "/roles", html=True)
    sandbox.fault("GET", "/roles", html=True, status=502)
    sandbox.fault("GET", "/roles", truncated=True)
    pages = [client.send("GET", "/roles") for _ in range(3)]
    assert [(p.status_code, p.headers["Content-Type"].split(";")[0]) for p in pages] == [
        (200, "text/html"),
        (502, "text/html"),
        (200, "application/json"),
    ]
    with pytest.raises(requests.exceptions.JSONDecodeError):
        pages[2].json()


def test_a_body_that_is_not_json(client: Client, sandbox: KantataSandbox) -> None:
    sandbox.fault("GET", "/", status=429, body="Too many requests, slow down")
    answer = client.send("GET", "/users/me")
    assert (answer.status_code, answer.text) == (429, "Too many requests, slow down")
    assert answer.headers["Content-Type"].startswith("text/plain")


def test_the_body_of_a_429_has_two_readings(client: Client, sandbox: KantataSandbox) -> None:
    sandbox.readings.limit_body = "text"
    sandbox.fault("GET", "/", status=429)
    assert client.send("GET", "/users/me").text == "Too Many Requests"


def test_a_list_shrinks_while_it_is_read(client: Client, sandbox: KantataSandbox) -> None:
    whole = client.ids("/time_entries", workspace_id="3004", per_page=200)
    sandbox.fault("GET", "/time_entries", shrink=True, query="page=2")
    seen = [
        id_ for page in (1, 2, 3, 4) for id_ in client.ids("/time_entries", workspace_id="3004", per_page=50, page=page)
    ]
    assert sandbox.account.get("time_entries", whole[0]) is None
    assert whole[50] not in seen
    assert len(seen) == len(whole) - 1


def test_an_effect_changes_the_account_between_requests(client: Client, sandbox: KantataSandbox) -> None:
    sandbox.fault(
        "GET", "/workspaces/3004", effect=lambda account: account.update("workspaces", "3004", title="Renamed")
    )
    assert client.rows("/workspaces/3004")[0]["title"] == "Renamed"


def test_latency_and_delay_add_up() -> None:
    with KantataSandbox(as_of=AS_OF, latency_ms=20) as sandbox:
        sandbox.fault("GET", "/roles", delay=0.01)
        delays = [sandbox.respond(Request("GET", "/api/v1/roles", "")).delay for _ in range(2)]
        assert delays == [pytest.approx(0.03), pytest.approx(0.02)]


def test_a_write_may_be_applied_and_answered_with_an_error(client: Client, sandbox: KantataSandbox) -> None:
    sandbox.fault("POST", "/posts", status=504, applied=True, body="upstream timed out")
    assert client.send("POST", "/posts", POST_BODY).status_code == 504
    assert [p["message"] for p in sandbox.account.rows("posts")].count("once") == 1
    assert len(sandbox.writes) == 1


def test_what_arrived_is_kept(client: Client, sandbox: KantataSandbox) -> None:
    client.send("GET", "/workspaces", per_page=5)
    client.send("POST", "/posts", POST_BODY)
    assert [(r.method, r.path, r.persona, r.status) for r in sandbox.requests] == [
        ("GET", "/api/v1/workspaces", "full", 200),
        ("POST", "/api/v1/posts", "full", 200),
    ]
    assert sandbox.requests[0].params == {"per_page": "5"}
    assert sandbox.requests[1].json == POST_BODY
    sandbox.clear()
    assert (sandbox.requests, sandbox.violations, sandbox.writes) == ([], [], [])


# -- weather --------------------------------------------------------------------------------------------------------


def drawn(seed: int, method: str, count: int = 600) -> list[Fault | None]:
    weather = Weather("showers", seed)
    return [weather.next(method, f"/stories/{n % 40}", "") for n in range(count)]


def kinds(faults: list[Fault | None]) -> list[tuple[int | None, str | None, bool]]:
    return [(f.status, f.cut, f.delay > 0) if f else (None, None, False) for f in faults]


def test_showers_are_the_same_for_a_seed_whatever_the_order() -> None:
    assert kinds(drawn(1, "GET")) == kinds(drawn(1, "GET"))
    assert kinds(drawn(1, "GET")) != kinds(drawn(2, "GET"))
    forward, backward = Weather("showers", 3), Weather("showers", 3)
    paths = [f"/stories/{n}" for n in range(300)]
    one = {path: kinds([forward.next("GET", path, "")]) for path in paths}
    other = {path: kinds([backward.next("GET", path, "")]) for path in reversed(paths)}
    assert one == other


def test_showers_bring_everything_and_let_the_third_try_through() -> None:
    reads, writes = drawn(1, "GET"), drawn(1, "POST")
    assert {f.status for f in reads if f} == {429, 503, None}
    assert {f.cut for f in reads if f} == {"middle", None}
    assert {f.cut for f in writes if f} == {"after", None}
    assert any(f.delay for f in reads if f)
    waits = {f.headers.get("Retry-After") for f in drawn(1, "GET", 4000) if f and f.status == 429}
    assert {None, "1", "0.3"} <= waits
    dated = [wait for wait in waits if wait and "GMT" in wait]
    assert dated
    assert all(parsedate_to_datetime(wait) for wait in dated)
    weather = Weather("showers", 1)
    row = 0
    for _ in range(3000):
        fault = weather.next("GET", "/workspaces", "")
        row = row + 1 if fault and (fault.status or fault.cut) else 0
        assert row <= 2


def test_calm_weather_never_strikes() -> None:
    assert all(Weather("calm", 1).next("GET", f"/{n}", "") is None for n in range(500))
    with pytest.raises(ValueError, match="calm or showers"):
        Weather("hail", 1)  # type: ignore[arg-type]


def test_a_patient_client_gets_through_showers() -> None:
    """Every page arrives whole when failed requests are repeated."""
    with KantataSandbox(as_of=AS_OF, weather="showers", seed=7) as sandbox:
        client = Client(sandbox)
        seen: list[str] = []
        failures = 0
        page, pages = 1, 1
        while page <= pages:
            try:
                answer = client.send("GET", "/time_entries", per_page=20, page=page)
            except requests.RequestException:
                failures += 1
                continue
            if answer.status_code != 200:
                failures += 1
                continue
            body = answer.json()
            pages = body["meta"]["page_count"]
            seen += [ref["id"] for ref in body["results"]]
            page += 1
        client.close()
        assert failures > 0
        assert len(seen) == len(set(seen)) == body["count"]


def test_stopping_cuts_whoever_waits() -> None:
    others = set(threading.enumerate())
    sandbox = KantataSandbox(as_of=AS_OF).start()
    client = Client(sandbox)
    client.send("GET", "/roles")
    url = sandbox.kantata_url
    sandbox.stop()
    sandbox.stop()
    assert "psdm-sandbox" not in {thread.name for thread in set(threading.enumerate()) - others}
    with pytest.raises(requests.ConnectionError):
        requests.get(url, timeout=2)
    client.close()
