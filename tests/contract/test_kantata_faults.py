"""What happens when Kantata refuses, fails, limits, lies or goes away."""

from __future__ import annotations

import itertools
import json
import socket
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime

import pytest
from kantata_server import FakeTime, Reply, ScriptedKantata, entries, errors, ids
from waiting_cases import WAITS

from psdm_cli.domain.records import Kind, TimeEntry
from psdm_cli.errors import BadAnswer, Forbidden, NotAllowed, Unavailable
from psdm_cli.systems.kantata.adapter import KantataAdapter
from psdm_cli.systems.ports import Batch, Read

Make = Callable[..., KantataAdapter]
TIME = Read(Kind.TIME_ENTRIES, workspace_ids=("40",))
HTML = Reply(200, b"<!DOCTYPE html><title>Sign in</title>", {"Content-Type": "text/html"})
CUT = Reply(cut=40)


def read(adapter: KantataAdapter, *reads: Read) -> list[Batch]:
    return list(adapter.read_all(reads))


def test_401_names_the_system_and_the_way_out(kantata: ScriptedKantata, adapter: KantataAdapter) -> None:
    kantata.always("/users/me", Reply(401, b'{"errors": [{"type": "oauth", "message": "Invalid OAuth 2 Request"}]}'))
    with pytest.raises(NotAllowed, match=r"Kantata does not accept the token.*Invalid OAuth 2 Request") as caught:
        adapter.me()
    assert not isinstance(caught.value, Forbidden)
    assert "psdm auth login kantata" in caught.value.hint
    assert "PSDM_KANTATA_TOKEN" in caught.value.hint
    assert len(kantata.seen) == 1


def test_403_on_one_kind_leaves_the_others(kantata: ScriptedKantata, adapter: KantataAdapter) -> None:
    kantata.always("/time_off_entries", errors(403, "You may not see this"))
    kantata.tables["/time_entries"] = entries(3)
    time, off = sorted(read(adapter, TIME, Read(Kind.TIME_OFF)), key=lambda batch: batch.read.kind)
    assert len(time.records) == 3
    assert time.refusal is None
    assert off.records == ()
    assert off.refusal is not None
    assert off.refusal.kind is Kind.TIME_OFF
    assert off.refusal.call == "GET /time_off_entries"
    assert "team members' time off" in off.refusal.permission
    assert "You may not see this" in off.refusal.message


def test_403_on_a_later_page_or_chunk_refuses_the_whole_read(kantata: ScriptedKantata, adapter: KantataAdapter) -> None:
    """A part of the time entries would look like all of them."""
    kantata.tables["/time_entries"] = entries(500)
    kantata.script("/time_entries", None, errors(403, "no"), errors(403, "no"))
    [batch] = read(adapter, TIME)
    assert batch.refusal is not None
    assert batch.records == ()


@pytest.mark.parametrize("path", ["/users/me", "/workspaces", "/users"])
def test_403_where_nothing_can_be_answered_without(
    path: str, kantata: ScriptedKantata, adapter: KantataAdapter
) -> None:
    kantata.always(path, errors(403, "no"))
    ask = {
        "/users/me": adapter.me,
        "/users": adapter.leads,
        "/workspaces": lambda: read(adapter, Read(Kind.WORKSPACES)),
    }[path]
    with pytest.raises(Forbidden) as caught:
        ask()
    assert caught.value.call == f"GET {path}"
    assert caught.value.permission


@pytest.mark.parametrize("kind", Kind)
def test_every_kind_knows_its_permission(kind: Kind, kantata: ScriptedKantata, adapter: KantataAdapter) -> None:
    for path in ("/users", "/roles", "/stories", "/workspace_resources", "/workspace_allocations", "/time_entries"):
        kantata.always(path, errors(403, ""))
    for path in ("/billing_milestones", "/status_reports", "/account_memberships", "/workweeks", "/holidays"):
        kantata.always(path, errors(403, ""))
    for path in ("/time_off_entries", "/resource_requests", "/project_accounting_records", "/workspaces"):
        kantata.always(path, errors(403, ""))
    if kind is Kind.WORKSPACES:
        with pytest.raises(Forbidden, match="to see projects"):
            read(adapter, Read(kind))
    else:
        [batch] = read(adapter, Read(kind))
        assert batch.refusal is not None
        assert len(batch.refusal.permission) > 15


def test_404_on_a_list_is_probably_the_wrong_address(kantata: ScriptedKantata, adapter: KantataAdapter) -> None:
    kantata.always("/roles", errors(404, "nothing here"))
    with pytest.raises(BadAnswer, match=r"GET /roles.*404: nothing here") as caught:
        read(adapter, Read(Kind.ROLES))
    assert "ends in /api/v1" in caught.value.hint


def test_404_on_one_project_means_unknown(kantata: ScriptedKantata, adapter: KantataAdapter) -> None:
    kantata.always("/workspaces/40", errors(404, "not found"))
    assert adapter.workspace("40") is None
    assert adapter.workspace("../users/me") is None
    assert len(kantata.seen) == 1


@pytest.mark.parametrize("status", [400, 422])
def test_a_question_that_is_not_understood(status: int, kantata: ScriptedKantata, adapter: KantataAdapter) -> None:
    kantata.always("/roles", errors(status, "is not a list", field="only"))
    with pytest.raises(BadAnswer, match=f"GET /roles \\({status}: only: is not a list\\)"):
        read(adapter, Read(Kind.ROLES))
    assert len(kantata.seen) == 1


@pytest.mark.parametrize(
    ("header", "waited"),
    WAITS,
)
def test_429_is_waited_for(
    header: dict[str, str], waited: float | None, kantata: ScriptedKantata, adapter: KantataAdapter, faketime: FakeTime
) -> None:
    kantata.tables["/time_entries"] = entries(3)
    kantata.script("/time_entries", errors(429, "slow down", **header))
    assert len(read(adapter, TIME)[0].records) == 3
    assert faketime.slept == ([] if waited is None else [waited])


def test_429_need_not_be_json(kantata: ScriptedKantata, adapter: KantataAdapter, faketime: FakeTime) -> None:
    kantata.script("/roles", Reply(429, b"<html>busy"), Reply(429, b""))
    assert read(adapter, Read(Kind.ROLES))[0].refusal is None
    assert faketime.slept == [1.0, 2.0]


def test_a_wait_beyond_the_budget_is_not_begun(
    kantata: ScriptedKantata, adapter: KantataAdapter, faketime: FakeTime
) -> None:
    kantata.always("/roles", errors(429, "come back tomorrow", Retry_After="3600"))
    with pytest.raises(Unavailable, match=r"limiting requests \(GET /roles: 429: come back tomorrow\)") as caught:
        read(adapter, Read(Kind.ROLES))
    assert caught.value.retry_after == 3600
    assert "3600 s" in caught.value.hint
    with pytest.raises(Unavailable, match="limiting requests") as again:
        read(adapter, Read(Kind.HOLIDAYS))
    assert again.value.retry_after == 3600
    assert faketime.slept == []
    assert len(kantata.seen) == 1  # the server's wish is kept: the second question was not even sent


@pytest.mark.parametrize("status", [502, 503, 504])
def test_a_short_outage_is_waited_out(
    status: int, kantata: ScriptedKantata, adapter: KantataAdapter, faketime: FakeTime
) -> None:
    kantata.tables["/time_entries"] = entries(3)
    kantata.script("/time_entries", *[errors(status, "unavailable")] * 3)
    assert len(read(adapter, TIME)[0].records) == 3
    assert faketime.slept == [1.0, 2.0, 4.0]


def test_a_long_outage_ends_with_the_budget(kantata: ScriptedKantata, make_adapter: Make, faketime: FakeTime) -> None:
    """What was reached before is handed out first."""
    kantata.tables["/holidays"] = [{"id": "1", "start_date": "2026-12-25"}]
    kantata.always("/roles", errors(503, "we are down"))
    adapter = make_adapter(time_budget_seconds=60)
    got = []
    with pytest.raises(Unavailable, match=r"GET /roles: 503: we are down.*60 s at most") as caught:
        for batch in adapter.read_all([Read(Kind.HOLIDAYS), Read(Kind.ROLES)]):
            got.append(batch.read.kind)
    assert got == [Kind.HOLIDAYS]
    assert not isinstance(caught.value, BadAnswer)
    assert caught.value.exit_code == 75
    assert caught.value.retry_after
    assert sum(faketime.slept) <= 60
    assert faketime.slept[:4] == [1.0, 2.0, 4.0, 8.0]


def test_one_kind_that_cannot_be_read_does_not_take_the_others_along(
    kantata: ScriptedKantata, adapter: KantataAdapter
) -> None:
    kantata.tables["/time_entries"] = entries(900)
    kantata.always("/roles", HTML)
    got = []
    with pytest.raises(BadAnswer, match="GET /roles"):
        for batch in adapter.read_all([Read(Kind.ROLES), TIME, Read(Kind.HOLIDAYS)]):
            got.append((batch.read.kind, len(batch.records)))
    assert sorted(got) == [(Kind.HOLIDAYS, 0), (Kind.TIME_ENTRIES, 900)]


def test_a_token_that_is_revoked_meanwhile_ends_everything(kantata: ScriptedKantata, adapter: KantataAdapter) -> None:
    kantata.tables["/time_entries"] = entries(200 * 50)
    kantata.script("/time_entries", None, errors(401, "revoked"))
    with pytest.raises(NotAllowed):
        read(adapter, TIME)
    assert len(kantata.seen) < 50


def test_the_budget_is_one_for_all_requests_of_a_call(
    kantata: ScriptedKantata, make_adapter: Make, faketime: FakeTime
) -> None:
    """Every page fails once: single repeats would be within the budget, their sum is not."""
    kantata.page_size = 1
    kantata.tables["/time_entries"] = entries(40)
    kantata.script("/time_entries", *[errors(503, "flapping"), None] * 40)
    with pytest.raises(Unavailable):
        read(make_adapter(time_budget_seconds=5, parallel=1), TIME)
    assert sum(faketime.slept) <= 5 * 3  # three threads side by side


def test_another_5xx_is_not_repeated(kantata: ScriptedKantata, adapter: KantataAdapter) -> None:
    kantata.always("/roles", errors(500, "boom"))
    with pytest.raises(Unavailable, match=r"Kantata failed at GET /roles \(500: boom"):
        read(adapter, Read(Kind.ROLES))
    assert len(kantata.seen) == 1


def test_a_connection_cut_in_the_middle_of_a_page(
    kantata: ScriptedKantata, adapter: KantataAdapter, faketime: FakeTime
) -> None:
    kantata.tables["/time_entries"] = entries(450)
    kantata.script("/time_entries", None, CUT)
    [batch] = read(adapter, TIME)
    assert ids(batch.records) == [str(number) for number in range(1, 451)]
    assert faketime.slept == [1.0]


def test_connections_cut_for_ever(kantata: ScriptedKantata, adapter: KantataAdapter) -> None:
    kantata.always("/roles", CUT)
    with pytest.raises(Unavailable, match=r"Kantata does not answer \(GET /roles: the connection was cut\)"):
        read(adapter, Read(Kind.ROLES))


def test_nobody_there(make_adapter: Make, faketime: FakeTime) -> None:
    """A wrong address is said after a few seconds, not after the whole budget."""
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(Unavailable, match="cannot be reached") as caught:
        make_adapter(url=f"http://127.0.0.1:{port}/api/v1").me()
    assert "PSDM_KANTATA_URL" in caught.value.hint
    assert faketime.slept == [1.0, 2.0]


def test_a_server_that_accepts_and_says_nothing(make_adapter: Make, faketime: FakeTime) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as mute:
        adapter = make_adapter(url=f"http://127.0.0.1:{mute.getsockname()[1]}/api/v1", read_timeout=0.01)
        with pytest.raises(Unavailable, match="no answer within"):
            adapter.me()
    assert sum(faketime.slept) > 60


def test_a_server_that_drips_is_given_up(kantata: ScriptedKantata, make_adapter: Make) -> None:
    """Bytes keep coming, so no read times out; after three minutes of one answer it counts as none."""
    kantata.tables["/time_entries"] = entries(200)
    moments = itertools.count(0, 200)  # every look at the clock is 200 s later
    with pytest.raises(Unavailable, match="no answer within"):
        read(make_adapter(clock=lambda: float(next(moments)), time_budget_seconds=100), TIME)


@pytest.mark.parametrize(
    ("reply", "why"),
    [
        pytest.param(HTML, "an HTML page instead of JSON", id="a page for people"),
        pytest.param(Reply(200, b'{"count": 1, "results": [{"key"'), "the JSON cannot be read", id="truncated"),
        pytest.param(Reply(200, b""), "the JSON cannot be read", id="empty"),
        pytest.param(Reply(200, b"\xff\xfe\x00"), "the JSON cannot be read", id="no text"),
        pytest.param(Reply(200, b"[" * 100_000), "the JSON cannot be read", id="too deep"),
        pytest.param(Reply(200, b'{"count": NaN, "results": [], "roles": {}}'), "the JSON cannot be read", id="NaN"),
        pytest.param(Reply(200, b"[]"), "no list of results", id="a bare list"),
        pytest.param(Reply(200, b'{"roles": {}}'), "no list of results", id="no envelope"),
        pytest.param(Reply(200, b'{"results": [{"id": "1"}]}'), "no map of roles", id="no map"),
        pytest.param(
            Reply(200, b'{"results": [{"id": "1"}], "roles": {}}'), "lists roles “1” and does not hold it", id="a hole"
        ),
        pytest.param(Reply(200, b'{"results": [7], "roles": {}}'), "without an id", id="a result without an id"),
        pytest.param(Reply(200, b'{"results": [], "roles": {}}'), "how many rows", id="no count"),
    ],
)
def test_an_answer_that_is_not_the_contract(
    reply: Reply, why: str, kantata: ScriptedKantata, adapter: KantataAdapter
) -> None:
    """Once may be an accident; twice is said."""
    kantata.script("/roles", reply)
    assert read(adapter, Read(Kind.ROLES))[0].refusal is None
    kantata.always("/roles", reply)
    before = len(kantata.seen)
    with pytest.raises(BadAnswer, match=why) as caught:
        read(adapter, Read(Kind.ROLES))
    assert caught.value.exit_code == 75
    assert len(kantata.seen) - before == 2


def test_an_envelope_without_meta_is_enough(kantata: ScriptedKantata, adapter: KantataAdapter) -> None:
    body = {"count": 1, "results": [{"key": "roles", "id": 7}], "roles": {"7": {"id": "7", "name": "PM"}}}
    kantata.always("/roles", Reply(200, json.dumps(body).encode()))
    assert ids(read(adapter, Read(Kind.ROLES))[0].records) == ["7"]


def test_the_server_clock(kantata: ScriptedKantata, adapter: KantataAdapter) -> None:
    kantata.script("/roles", Reply(headers={"Date": "Mon, 23 Nov 2026 09:00:30 GMT"}))
    assert adapter.server_time() is None
    read(adapter, Read(Kind.ROLES))
    assert adapter.server_time() == datetime(2026, 11, 23, 9, 0, 30, tzinfo=UTC)


def test_a_malformed_row_does_not_hide_the_others(kantata: ScriptedKantata, adapter: KantataAdapter) -> None:
    kantata.tables["/time_entries"] = [*entries(1), {**entries(1, first=2)[0], "time_in_minutes": "abc"}]
    [batch] = read(adapter, TIME)
    [good] = batch.records
    [bad] = batch.malformed
    assert isinstance(good, TimeEntry)
    assert (bad.kind, bad.id, bad.workspace_id) == (Kind.TIME_ENTRIES, "2", "40")
    assert bad.reason == "minutes: “abc” is not a whole number"
