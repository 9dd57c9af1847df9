"""The directory against the sandbox: who is who, who takes part, what is asked of whom, who can do what."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest

from psdm_cli.errors import Forbidden
from psdm_cli.sandbox import KantataSandbox
from psdm_cli.systems.kantata.adapter import KantataAdapter
from psdm_cli.systems.kantata.pages import project_page
from psdm_cli.systems.ports import Directory


@pytest.fixture
def server() -> Iterator[KantataSandbox]:
    with KantataSandbox(as_of=date(2026, 11, 23)) as made:
        yield made
        assert made.violations == []


@pytest.fixture
def directory(server: KantataSandbox) -> Iterator[Directory]:
    with KantataAdapter(server.kantata_url, server.tokens["full"]) as adapter:
        yield adapter.directory()


@pytest.mark.parametrize("email", ["camille.draper@psdelivery.example", " Camille.Draper@PSDelivery.example "])
def test_an_e_mail_address_finds_its_owner(directory: Directory, email: str) -> None:
    found = directory.by_email(email)
    assert found is not None
    assert (found.id, found.name) == ("1031", "Camille Draper")


def test_an_id_finds_its_owner(directory: Directory) -> None:
    found = directory.person("1031")
    assert found is not None
    assert found.name == "Camille Draper"


@pytest.mark.parametrize("ident", ["999999", "me", ""])
def test_nobody_is_none(directory: Directory, ident: str) -> None:
    assert directory.person(ident) is None
    assert directory.by_email(f"{ident}@nowhere.example") is None


def test_participants_are_those_on_our_side(server: KantataSandbox, directory: Directory) -> None:
    for row in server.account.find("participations", "workspace_id", "3001"):
        if row["user_id"] == "1033":
            row["role"] = "buyer"
    people = {person.id for person in directory.participants("3001")}
    assert "1031" in people
    assert "1033" not in people


def test_requests_are_those_of_the_projects_with_their_answers(directory: Directory) -> None:
    assert directory.requests(["3001"]) == ()
    latest, first = directory.requests(["3006", "3001"])
    assert (latest.status, latest.person, latest.approvers) == ("new", None, ("Victor Ellingham",))
    assert (first.status, first.person, first.asked_by) == ("approved", "Robin Castellano", "Robin Castellano")


def test_skills_come_with_their_levels(directory: Directory) -> None:
    skills = directory.skills()
    assert [(skill.name, skill.level) for skill in skills["1012"]] == [("CI/CD", 3), ("Migration", 4)]
    assert "1001" not in skills


def test_a_custom_field_is_found_by_its_name(directory: Directory) -> None:
    assert directory.field_id("Workspace", "gitlab project LINK ") == "64"
    assert directory.field_id("Story", "GitLab Project Link") is None
    assert directory.field_id("Workspace", "GitLab") is None


@pytest.mark.parametrize(
    ("collection", "ask"),
    [
        ("custom_fields", lambda d: d.field_id("Workspace", "SOW")),
        ("users", lambda d: d.by_email("camille.draper@psdelivery.example")),
        ("users", lambda d: d.skills()),
        ("participations", lambda d: d.participants("3001")),
        ("resource_requests", lambda d: d.requests(["3001"])),
    ],
)
def test_a_refusal_names_the_permission(
    server: KantataSandbox, directory: Directory, collection: str, ask: object
) -> None:
    server.refuse(collection)
    with pytest.raises(Forbidden) as found:
        ask(directory)  # type: ignore[operator]
    assert found.value.permission


@pytest.mark.parametrize(
    ("url", "page"),
    [
        ("https://api.mavenlink.com/api/v1", "https://app.mavenlink.com/workspaces/41"),
        ("https://kantata.example:8443/api/v1", "https://kantata.example:8443/workspaces/41"),
        ("https://name:secret@api.example/api/v1", "https://app.example/workspaces/41"),
    ],
)
def test_a_project_has_a_page(url: str, page: str) -> None:
    assert project_page(url, "41") == page
