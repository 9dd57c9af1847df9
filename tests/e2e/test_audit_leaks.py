"""psdm audit leaks as a process: the practice space's leak, exit codes, schema, bad input."""

from __future__ import annotations

import pytest
from jsonschema import Draft202012Validator
from psdm_process import Psdm

AS_OF = "2026-11-23"


def test_the_leak_of_the_practice_space_is_found(psdm: Psdm) -> None:
    done = psdm("--sandbox", "--as-of", AS_OF, "audit", "leaks", "2307", "--json")
    assert done.code == 3
    assert (done.document["schema"], done.document["status"]) == ("psdm.audit.leaks/1", "attention")
    found = done.result["findings"]
    assert {(row["kind"], row["what"]) for row in found} == {("word", "margin"), ("word", "work exception")}
    assert {row["part"] for row in found} == {"note"}
    assert all(row["sow"] == "SOW-2307" and "/-/issues/" in row["url"] for row in found)
    assert done.result["unverified"] == []
    schema = psdm("schema", "audit leaks").document
    Draft202012Validator(schema).validate(done.document)


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("SOW-99999",), 5, "no project SOW-99999"),
        (("SOW-2307", "--offline"), 2, "--offline"),
        (("Nobody's",), 5, "Nobody's"),
    ],
)
def test_what_cannot_be_audited_is_said(psdm: Psdm, arguments: tuple[str, ...], code: int, said: str) -> None:
    done = psdm("--sandbox", "--as-of", AS_OF, "audit", "leaks", *arguments, "--json")
    assert done.code == code
    assert said in done.error["message"]


def test_without_a_token_the_way_out_is_named(psdm: Psdm) -> None:
    done = psdm("audit", "leaks", "SOW-1", "--json")
    assert done.code == 4
    assert "psdm auth login gitlab" in done.error["hint"]
