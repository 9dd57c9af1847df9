"""Addresses that a token may be sent to."""

from __future__ import annotations

import pytest

from psdm_cli.settings.rules import gitlab_url, kantata_url, store_url


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("https://api.mavenlink.com/api/v1", "https://api.mavenlink.com/api/v1"),
        ("https://api.mavenlink.com/api/v1/", "https://api.mavenlink.com/api/v1"),
        ("http://127.0.0.1:8765/api/v1", "http://127.0.0.1:8765/api/v1"),
        ("http://localhost/api/v1", "http://localhost/api/v1"),
        ("http://[::1]:80/api/v1", "http://[::1]:80/api/v1"),
    ],
)
def test_good_addresses(given: str, kept: str) -> None:
    assert kantata_url(given) == kept


@pytest.mark.parametrize(
    "given",
    [
        "",
        "api.mavenlink.com/api/v1",
        "ftp://api.mavenlink.com/api/v1",
        "http://api.mavenlink.com/api/v1",
        "http://127.0.0.1.evil.example/api/v1",
        "http://localhost.evil.example/api/v1",
        "https://user:secret@api.mavenlink.com/api/v1",
        "https://api.mavenlink.com/api/v1?x=1",
        "https://api.mavenlink.com/api/v1#x",
        "https://api.mavenlink.com",
        "https:///api/v1",
        "https://host:99999/api/v1",
        "https://ho st/api/v1",
        "https://host\n/api/v1",
        "https://[::1/api/v1",
    ],
)
def test_bad_addresses(given: str) -> None:
    with pytest.raises(ValueError, match=r"^expected "):
        kantata_url(given)


def test_gitlab_may_have_a_path() -> None:
    assert gitlab_url("https://host.example/git/") == "https://host.example/git"
    with pytest.raises(ValueError, match="without /api/v4"):
        gitlab_url("https://host.example/api/v4")


@pytest.mark.parametrize(
    "url", [None, "sqlite:////tmp/x.db", "postgresql://host/psdm", "postgresql+psycopg://host/psdm"]
)
def test_databases(url: str | None) -> None:
    assert store_url(url) == url


@pytest.mark.parametrize("url", ["mysql://host/db", "psdm.db", "postgresql:host"])
def test_other_databases(url: str) -> None:
    with pytest.raises(ValueError, match="expected an address"):
        store_url(url)
