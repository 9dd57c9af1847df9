"""What must not stand where a customer reads along: each word, label, link and amount; and what may."""

from __future__ import annotations

from time import perf_counter

import pytest

from psdm_cli.domain.internal_words import InternalRules, internal_in, internal_labels, is_internal_path

RULES = InternalRules(
    labels=frozenset({"Extra_Effort"}),
    address="https://gitlab.example/base",
    internal_paths=("acme/ps", "acme/ps/ww/ps-plan", "plan"),
    customer_paths=("acme/ps/delivery/customers",),
    kantata_host="kantata.example",
)
HERE = "https://gitlab.example/base"


@pytest.mark.parametrize(
    ("text", "kind", "what"),
    [
        ("our margin is thin", "word", "margin"),
        ("Gross Margins", "word", "margin"),
        ("mar**gin**", "word", "margin"),
        ("ma\u200brgin", "word", "margin"),
        ("ｍａｒｇｉｎ", "word", "margin"),
        ("m&#97;rgin", "word", "margin"),
        ("_upside_ for Q4", "word", "upside"),
        ("the billing rate", "word", "bill rate"),
        ("bill-rate", "word", "bill rate"),
        ("Work at\nRisk signed", "word", "work at risk"),
        ("Work\u00a0Exception", "word", "work exception"),
        ("~WE-scoping", "word", "exception label"),
        ("we\u2011ps", "word", "exception label"),
        ("internal temperature: red", "word", "internal temperature"),
        ("Temperature: internal R", "word", "internal temperature"),
        ("the internal project retrospective", "word", "internal retrospective"),
        ("Retrospective (internal)", "word", "internal retrospective"),
        ("$ 1,200.50 left", "amount", "$ …"),
        ("1.200,50 €", "amount", "… €"),
        ("US$20k", "amount", "$…k"),
        ("12000 USD", "amount", "… USD"),
        ("EUR 300", "amount", "EUR …"),
        ("CHF12'000", "amount", "CHF…"),
        ("costs 500 dollars", "amount", "… dollars"),
        (f"see {HERE}/groups/acme/ps/-/epics/3", "link", f"{HERE}/groups/acme/ps/-/epics/3"),
        (f"[x]({HERE}/acme/ps/ww/ps-plan/-/issues/3)", "link", f"{HERE}/acme/ps/ww/ps-plan/-/issues/3"),
        (f"{HERE}/ACME%2Fps/ww/ps-plan", "link", f"{HERE}/ACME/ps/ww/ps-plan"),
        ("https://people.example/acme/ps/-/epics/1", "link", "https://people.example/acme/ps/-/epics/1"),
        ("acme/ps/ww/ps-plan#12", "link", "acme/ps/ww/ps-plan#12"),
        ("acme/ps&4", "link", "acme/ps&4"),
        ("https://app.mavenlink.com/workspaces/1", "link", "https://app.mavenlink.com/workspaces/1"),
        ("https://kantata.example/x", "link", "https://kantata.example/x"),
        ("text\n\n<!-- psdm:war:SOW-1/1 -->", "marker", "war:SOW-1/1"),
    ],
)
def test_what_is_internal_is_found(text: str, kind: str, what: str) -> None:
    assert (kind, what) in {(found.kind, found.what) for found in internal_in(text, RULES)}


@pytest.mark.parametrize(
    "text",
    [
        "",
        None,
        "marginal gains, an upsidedown page",
        "40 of 120 hours used, 33 %",
        "Retrospective with the customer",
        "Try 2 things, pen 3, SOW-1234, 2026-11-23",
        "run `echo $1` and\n```\ncut -f $2\n```",
        f"{HERE}/acme/ps/delivery/customers/acme/SOW-1234/-/issues/1",
        "acme/ps/delivery/customers/acme/SOW-1234#1",
        f"{HERE}/other/group and https://docs.gitlab.com/",
        "https://people.example/acme/ps/delivery/customers/a/SOW-1 and https://people.example/plan/-/issues",
        "Escalated on the RAID <!-- psdm:raid:SOW-1234 -->",
    ],
)
def test_what_a_customer_may_read_is_not(text: str | None) -> None:
    assert internal_in(text, RULES) == ()


@pytest.mark.parametrize(
    ("label", "internal"),
    [
        ("WE-product", True),
        ("we-anything", True),
        ("Work at Risk", True),
        ("Work Exception", True),
        ("Change Order", True),
        ("PS Health::Red", True),
        ("Upside Q4", True),
        ("extra_effort", True),
        ("PM::alice", False),
        ("SOW-1234", False),
        ("PSD Workflow::Not Started", False),
        ("Escalated", False),
        ("PS RAID Log", False),
        ("Web-shop", False),
    ],
)
def test_labels(label: str, internal: bool) -> None:
    assert bool(internal_labels([label], RULES)) is internal


def test_an_amount_is_never_repeated() -> None:
    found = internal_in("margin: first 12,345.67 USD, then $ 98,765 and EUR 11", RULES)
    assert len(found) == 4
    assert not any(char.isdigit() for each in found for char in f"{each.what}{each.excerpt}")


def test_long_hostile_text_is_read_in_time() -> None:
    text = "1 " * 30_000 + "`" * 20_000 + "$" * 20_000
    started = perf_counter()
    internal_in(text, RULES)
    assert perf_counter() - started < 10  # quadratic it would be minutes


@pytest.mark.parametrize(
    ("path", "internal"),
    [
        ("acme/ps", True),
        ("ACME/PS/x", True),
        ("acme/psx", False),
        ("acme", False),
        ("acme/ps/delivery/customers", False),
    ],
)
def test_the_longest_configured_path_decides(path: str, internal: bool) -> None:
    assert is_internal_path(path, RULES) is internal
