"""Every request that the adapter sends, held against the published contract."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, date, datetime
from typing import Any

import pytest
import yaml
from kantata_names import DOCUMENT, TABLE, compact, text
from kantata_server import TOKEN, ScriptedKantata, violations

from psdm_cli.domain.records import Kind
from psdm_cli.systems.kantata.adapter import KantataAdapter
from psdm_cli.systems.kantata.contract import query
from psdm_cli.systems.ports import Read

SINCE = datetime(2026, 11, 1, 12, 0, 0, 250_000, tzinfo=UTC)
IDS = tuple(str(number) for number in range(40, 45))


def test_the_shipped_names_are_those_of_the_document() -> None:
    assert TABLE.read_text(encoding="utf-8") == text(compact(yaml.safe_load(DOCUMENT.read_text(encoding="utf-8"))))


@pytest.mark.parametrize(
    ("path", "params", "why"),
    [
        pytest.param("/time_entrys", {}, "is not in Kantata's contract", id="unknown path"),
        pytest.param("/time_entries", {"workspaces_ids": ("1",)}, "no parameter workspaces_ids", id="misspelt filter"),
        pytest.param("/stories", {"include": ("ancestor",)}, "“ancestor” is not offered", id="misspelt include"),
        pytest.param("/workspaces", {"optional_fields": ("minutes",)}, "not offered", id="misspelt optional field"),
        pytest.param("/time_entries", {"order": "created"}, "not offered", id="misspelt order"),
        pytest.param("/time_entries", {"approved": False}, "only as true", id="false where the value is ignored"),
        pytest.param("/stories", {"uncompleted": False}, "only as true", id="false where it does nothing"),
        pytest.param("/time_entries", {"billable": "yes"}, "true or false", id="text for a switch"),
        pytest.param("/workspaces", {"per_page": 201}, "out of range", id="more than a page holds"),
        pytest.param("/workspaces", {"only": ("abc",)}, "not a whole number", id="an id that is none"),
        pytest.param("/workspaces", {"only": "40"}, "filled tuple", id="text for a list"),
        pytest.param("/workspaces", {"provider_lead": ()}, "filled tuple", id="an empty list"),
        pytest.param("/workspaces", {"provider_lead": ("7,8",)}, "comma", id="two ids in one"),
        pytest.param("/workspaces", {"updated_after": datetime(2026, 1, 1)}, "zone", id="an instant without a zone"),
        pytest.param("/time_off_entries", {"start_date": SINCE}, "a date", id="an instant for a date"),
        pytest.param("/time_off_entries", {"user_id": True}, "whole number", id="a switch for a number"),
    ],
)
def test_what_is_outside_the_contract_is_never_sent(path: str, params: dict[str, Any], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        query(path, params)


def test_values_are_said_as_the_contract_wants_them() -> None:
    said = query("/workspaces", {"only": ("5", "6"), "include_archived": False, "updated_after": SINCE, "page": 2})
    assert said == {
        "only": "5,6",
        "include_archived": "false",
        "updated_after": "2026-11-01T12:00:00+00:00",
        "page": "2",
    }
    assert violations("GET", "/workspaces", said) == []


EXPECTED = {
    Kind.WORKSPACES: {"path": "/workspaces", "only": "40,41,42,43,44"},
    Kind.ALLOCATIONS: {"path": "/workspace_allocations", "workspace_ids": "40,41,42,43,44"},
    Kind.STORIES: {"path": "/stories", "with_projects": "40,41,42,43,44"},
    Kind.BILLING_MILESTONES: {"path": "/billing_milestones", "workspace_ids": "40,41,42,43,44", "include": "invoices"},
    Kind.TIME_ENTRIES: {"path": "/time_entries", "workspace_ids": "40,41,42,43,44"},
    Kind.ACCOUNTING: {"path": "/project_accounting_records", "type": "Forecasting"},
    Kind.STATUS_REPORTS: {"path": "/status_reports"},
    Kind.PEOPLE: {"path": "/account_memberships", "include": "user,default_role,effective_workweek"},
    Kind.WORKWEEKS: {"path": "/workweeks"},
    Kind.ROLES: {"path": "/roles"},
    Kind.HOLIDAYS: {"path": "/holidays", "optional_fields": "calendar_names_list"},
    Kind.TIME_OFF: {"path": "/time_off_entries"},
    Kind.RESOURCE_REQUESTS: {"path": "/resource_requests", "pending_requests_only": "true", "include": "resource"},
    Kind.RESOURCES: {"path": "/workspaces", "include": "workspace_resources_with_unnamed"},
    Kind.ALLOCATIONS_ELSEWHERE: {"path": "/workspace_allocations", "include": "workspace_resource,workspace"},
}


@pytest.mark.parametrize("kind", Kind)
def test_the_first_request_of_every_kind(kind: Kind, kantata: ScriptedKantata, adapter: KantataAdapter) -> None:
    list(adapter.read_all([Read(kind, workspace_ids=IDS)]))
    first = kantata.seen[0]
    expected = dict(EXPECTED[kind])
    assert first.path == expected.pop("path")
    assert {name: first.query.get(name) for name in expected} == expected
    assert first.query["per_page"] == "200"
    assert first.query["page"] == "1"


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize(
    "read",
    [
        pytest.param({}, id="no filter"),
        pytest.param({"workspace_ids": ("40",)}, id="one project"),
        pytest.param({"workspace_ids": IDS, "updated_after": SINCE}, id="changes"),
        pytest.param({"user_ids": ("7", "8"), "window": (date(2026, 11, 1), date(2027, 2, 1))}, id="people"),
    ],
)
def test_all_requests_are_within_the_contract(
    kind: Kind, read: dict[str, Any], kantata: ScriptedKantata, adapter: KantataAdapter
) -> None:
    """Counting too. The server's fixture raises if anything was not."""
    kantata.tables["/workspaces"] = [{"id": "40"}, {"id": "41", "workspace_resources_with_unnamed_ids": ["901"]}]
    list(adapter.read_all([Read(kind, **read)]))
    assert len(adapter.count([Read(kind, **read)])) == 1
    assert kantata.violations == []
    changes = [seen for seen in kantata.seen if "updated_after" in seen.query]
    offered = kind not in {Kind.BILLING_MILESTONES, Kind.WORKWEEKS, Kind.HOLIDAYS, Kind.ACCOUNTING}
    assert bool(changes) == (offered and "updated_after" in read)


def test_changes_are_asked_from_the_second_on(kantata: ScriptedKantata, adapter: KantataAdapter) -> None:
    list(adapter.read_all([Read(Kind.TIME_ENTRIES, updated_after=SINCE)]))
    assert kantata.seen[0].query["updated_after"] == "2026-11-01T12:00:00+00:00"


def test_the_window_is_half_open_here_and_closed_there(kantata: ScriptedKantata, adapter: KantataAdapter) -> None:
    window = (date(2026, 11, 1), date(2027, 2, 1))
    list(adapter.read_all([Read(Kind.ALLOCATIONS_ELSEWHERE, user_ids=("7",), window=window)]))
    assert kantata.seen[0].query["overlaps_with_date_range"] == "2026-11-01:2027-01-31"


def test_archived_projects_stay_hidden_in_lists_and_are_found_by_id(
    kantata: ScriptedKantata, adapter: KantataAdapter
) -> None:
    kantata.tables["/workspaces/40"] = [{"id": "40", "title": "Old", "archived": True}]
    found = adapter.workspace("40")
    list(adapter.read_all([Read(Kind.WORKSPACES, lead_ids=("7",))]))
    by_id, listed = kantata.seen
    assert found is not None
    assert (found.title, found.archived) == ("Old", True)
    assert by_id.query["include_archived"] == "true"
    assert not {"archived", "include_archived"} & set(listed.query)
    assert listed.query["provider_lead"] == "7"


def test_headers(kantata: ScriptedKantata, make_adapter: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    """The token goes as a bearer; a ~/.netrc for the host does not replace it."""
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login someone password else\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    list(make_adapter(user_agent="psdm/1.2").read_all([Read(Kind.ROLES)]))
    headers = kantata.seen[0].headers
    assert headers["Authorization"] == f"Bearer {TOKEN}"
    assert headers["Accept"] == "application/json"
    assert headers["User-Agent"] == "psdm/1.2"


def test_making_an_adapter_loads_no_http_library() -> None:
    code = (
        "import sys; from psdm_cli.systems.kantata.adapter import KantataAdapter; "
        "KantataAdapter('https://kantata.example/api/v1', 'token'); "
        "sys.exit(', '.join({'requests', 'urllib3', 'http.client', 'ssl'} & set(sys.modules)) or 0)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (run.returncode, run.stderr) == (0, "")
