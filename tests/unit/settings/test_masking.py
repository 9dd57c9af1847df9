"""No secret in any text that is shown or logged."""

from __future__ import annotations

import pytest

from psdm_cli.masking import mask, register
from psdm_cli.settings.tokens import Token


@pytest.mark.parametrize(
    "text",
    [
        "Authorization: Bearer abc123SECRET",
        "{'Authorization': 'Bearer abc123SECRET'}",
        '{"PRIVATE-TOKEN": "abc123SECRET"}',
        "curl -H 'private-token: abc123SECRET'",
        "https://host/x?private_token=abc123SECRET&page=2",
        "https://host/x?access_token=abc123SECRET",
        "bearer abc123SECRET",
        "postgresql://me:abc123SECRET@host/psdm",
        "glpat-abc123SECRET",
    ],
)
def test_secrets_by_their_place(text: str) -> None:
    assert "SECRET" not in mask(text)
    assert "•••" in mask(text)


def test_registered_secrets_anywhere() -> None:
    assert register("hunter2-hunter2") == "hunter2-hunter2"
    assert mask("x hunter2-hunter2 y") == "x ••• y"


@pytest.mark.parametrize("text", ["a token is missing", "GET /users/me: 401", "https://host/path?page=2", "10:00 @em"])
def test_plain_text_stays(text: str) -> None:
    assert mask(text) == text


def test_a_token_does_not_show_itself() -> None:
    assert "abc" not in repr(Token("abcdef", "KANTATA_TOKEN"))
