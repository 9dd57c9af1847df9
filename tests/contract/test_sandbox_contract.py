"""Every collection the sandbox serves, held against the published document: lists, single rows, includes, names."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date

import pytest
from sandbox_client import Client, document

from psdm_cli.sandbox import KantataSandbox
from psdm_cli.sandbox.contract import CONTRACT_FILE, contract
from psdm_cli.sandbox.derive import derive, dump
from psdm_cli.sandbox.parameters import read_list

SERVED = [name for name, resource in contract().items() if resource.can_list]
REQUIRED = {
    "participations": {"workspace_id": "3001"},
    "workspace_status_changes": {"workspace_id": "3001"},
    "custom_field_values": {"subject_type": "Workspace"},
    "external_references": {"subject_type": "Workspace"},
}
SEEDED = [
    "workspaces", "workspace_groups", "participations", "users", "account_memberships", "roles", "skills",
    "workspace_resources", "workspace_allocations", "resource_requests", "stories", "assignments",
    "story_allocation_days", "time_entries", "billing_milestones", "status_reports", "workspace_status_changes",
    "posts", "custom_fields", "custom_field_values", "time_off_entries", "holidays", "workweeks",
    "billable_utilizations", "rate_cards", "project_accounting_records", "organizations",
]  # fmt: skip


@pytest.fixture(scope="module")
def admin() -> Iterator[Client]:
    with KantataSandbox(as_of=date(2026, 11, 23)) as sandbox:
        client = Client(sandbox, "admin")
        yield client
        client.close()
        assert sandbox.violations == []


def asked(name: str) -> dict[str, str]:
    """Everything that may be asked of a list at once."""
    resource = contract()[name]
    params = dict(REQUIRED.get(name, {}))
    if resource.includes:
        params["include"] = ",".join(sorted(resource.includes))
    if "story_allocation_days" in resource.includes:
        params["plannable"] = "true"
    if resource.optional_fields:
        params["optional_fields"] = ",".join(sorted(resource.optional_fields))
    return params


def test_the_contract_file_is_what_the_document_says() -> None:
    assert CONTRACT_FILE.read_text(encoding="utf-8") == dump(derive(document()))
    assert json.loads(dump(derive(document()))) == derive(document())


@pytest.mark.parametrize("name", SERVED)
def test_a_list_with_everything_included_is_within_the_contract(admin: Client, name: str) -> None:
    body = admin.get(f"/{name}", per_page=40, **asked(name))
    assert name in body
    assert body["count"] == body["meta"]["count"]
    assert bool(body["results"]) == bool(body["meta"]["page_count"])


@pytest.mark.parametrize("name", SEEDED)
def test_the_portfolio_has_rows_of_it(admin: Client, name: str) -> None:
    assert admin.rows(f"/{name}", **REQUIRED.get(name, {}))


@pytest.mark.parametrize("name", [n for n in SERVED if contract()[n].show is not None])
def test_a_single_row_is_the_list_s_row(admin: Client, name: str) -> None:
    everything = asked(name)
    extras = {key: everything[key] for key in ("include", "optional_fields") if key in everything}
    if name == "assignments":
        extras["include"] = "story,assignee"
    listed = admin.rows(f"/{name}", **{**REQUIRED.get(name, {}), **extras})
    for row in listed[:3]:
        assert admin.rows(f"/{name}/{row['id']}", **extras) == [row]


@pytest.mark.parametrize("name", [n for n in SERVED if contract()[n].orders])
def test_every_documented_order_sorts(admin: Client, name: str) -> None:
    params = dict(REQUIRED.get(name, {}))
    for order in sorted(contract()[name].orders):
        up = admin.ids(f"/{name}", order=f"{order}:asc", per_page=200, **params) if order != "search" else []
        down = admin.ids(f"/{name}", order=f"{order}:desc", per_page=200, **params) if order != "search" else []
        assert len(up) == 200 or up == down[::-1]


def test_what_the_sandbox_cannot_filter_by_is_said() -> None:
    """A filter of the contract that no psdm job needs is noted when sent, never quietly ignored."""
    said = read_list(contract()["stories"], [("by_tag_name", "x")], False).problems
    assert said == ["filter 'by_tag_name' is in the contract, but this sandbox cannot apply it"]
    assert read_list(contract()["stories"], [("story_type", "task")], False).problems == []
