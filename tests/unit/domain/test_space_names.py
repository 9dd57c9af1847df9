"""Numbers, paths and titles of a space: awkward customers' names, two customers at one path, GitLab's limits."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from psdm_cli.domain.space.names import (
    LONGEST,
    Contract,
    clean_name,
    contract,
    customer_in,
    epic_title,
    group_name,
    group_path,
    raid_title,
    retro_title,
    same_name,
    slug,
    slugs,
)

SOW = Contract("1234")


@pytest.mark.parametrize(
    ("text", "po", "name"),
    [
        ("SOW-1234", False, "SOW-1234"),
        (" sow-1234 ", False, "SOW-1234"),
        ("1234", False, "SOW-1234"),
        ("SOW 1234", False, "SOW-1234"),
        ("SOW1234", False, "SOW-1234"),
        ("4500012345", True, "PO-4500012345"),
        ("po-77a", True, "PO-77A"),
        ("PO 7724", True, "PO-7724"),
    ],
)
def test_a_number_in_its_forms(text: str, po: bool, name: str) -> None:
    assert contract(text, po=po).name == name


@pytest.mark.parametrize("text", ["", "SOW-", "SOW-12x", "ACME", "SOW-1 2", "SOW-1234567890123", "12/34", "SOW--5"])
def test_what_is_no_sow_number_says_the_form(text: str) -> None:
    with pytest.raises(ValueError, match="expected SOW-<digits>"):
        contract(text)


@pytest.mark.parametrize("text", ["", "PO-", "12/34", "a b", "x" * 41])
def test_what_is_no_po_number_says_the_form(text: str) -> None:
    with pytest.raises(ValueError, match="letters, digits and hyphens"):
        contract(text, po=True)


@pytest.mark.parametrize(
    ("text", "stands"),
    [
        ("SOW-1234 Acme", True),
        ("Acme (sow 1234)", True),
        ("Acme: SOW#1234", True),
        ("SOW-12345 Acme", False),
        ("XSOW-1234", False),
        ("SOW-1234b", False),
        ("PO-1234", False),
        (None, False),
    ],
)
def test_a_number_in_somebody_elses_title(text: str | None, stands: bool) -> None:
    assert SOW.stands_in(text) is stands


@pytest.mark.parametrize(
    ("title", "customer"),
    [
        ("SOW-1234 Acme", "Acme"),
        ("SOW-1234 - Acme / Sons", "Acme / Sons"),
        ("Acme: SOW-1234", "Acme"),
        ("Acme (SOW-1234)", "Acme"),
        ("SOW-1234", None),
        ("@ SOW-1234 - Acme", "Acme"),
        ("SOW-1234 + 'Quoted' & Co.", "'Quoted' & Co."),
    ],
)
def test_the_customer_in_an_epics_title(title: str, customer: str | None) -> None:
    assert customer_in(title, SOW) == customer


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("Acme Corp", "acme-corp"),
        ("Müller & Söhne GmbH", "muller-and-sohne-gmbh"),
        ("A/B \\ C", "a-b-c"),
        ('The "Best" Co.', "the-best-co"),
        ("O'Reilly’s", "oreillys"),
        ("Straße 7", "strasse-7"),
        ("🚀 Rocket 🚀", "rocket"),
        ("\u202eevil\u202c Ltd", "evil-ltd"),
        ("ÆØÅ", "aeoa"),
        ("ＦＵＬＬ Width", "full-width"),
        ("acme.git", "acme-git"),
        ("-_-x-_-", "x"),
    ],
)
def test_a_customers_path(name: str, path: str) -> None:
    assert slug(name) == path


@pytest.mark.parametrize("name", ["日本電気", "شركة", "🚀", "…"])
def test_a_name_without_ascii_gets_a_path_of_its_own(name: str) -> None:
    assert re.fullmatch(r"customer-[0-9a-f]{8}", slug(name))
    assert slug(name) == slug(f" {name} ")
    assert slug("日本電気") != slug("شركة")


@given(st.text(max_size=300))
def test_any_name_makes_a_path_that_gitlab_takes(name: str) -> None:
    path = slug(name)
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", path)
    assert len(path) <= 109


@given(st.text(max_size=400))
def test_any_name_makes_titles_that_gitlab_takes(name: str) -> None:
    for title in (raid_title(name, "SOW-1234"), retro_title(name, "SOW-1234"), epic_title(name, "SOW-1234")):
        assert len(title) <= LONGEST
        assert "\n" not in title
        assert "\u202e" not in title
        assert SOW.stands_in(title)


def test_a_long_name_is_cut_in_the_middle_of_the_title() -> None:
    title = raid_title("x" * 255, "SOW-1234")
    assert title.startswith("RAID - xxx")
    assert title.endswith("… - SOW-1234")
    assert len(title) == LONGEST
    assert raid_title("Acme", "SOW-1234") == "RAID - Acme - SOW-1234"
    assert retro_title("Acme", "PO-7") == "Retrospective - Acme - PO-7"


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Acme, Inc.", "ACME Inc", True),
        ("Acme", " acme ", True),
        ("Acme", "Acme 2", False),
        ("Müller", "Muller", False),
        ("日本", "日本", True),
        ("🚀", "🛸", False),
    ],
)
def test_two_spellings_of_a_customer(one: str, other: str, same: bool) -> None:
    assert same_name(one, other) is same


def test_two_customers_may_get_the_same_path_and_are_still_two() -> None:
    assert slug("Acme (Ohio)") == slug("Acme Ohio!")
    assert slug("Müller") == slug("Muller")
    assert not same_name("Müller", "Muller")


@pytest.mark.parametrize(
    ("customer", "name"),
    [
        ("Acme (Ohio) – West", "Acme (Ohio) – West"),
        ("Acme, Inc.", "Acme Inc."),
        ("A/B & 'C'", "A B C"),
        ("(Brackets) first", "Brackets) first"),
        ("🚀 Rocket", "🚀 Rocket"),
        ("日本電気", "日本電気"),
    ],
)
def test_a_groups_name_holds_only_what_gitlab_takes(customer: str, name: str) -> None:
    assert group_name(customer) == name
    assert same_name(customer, name)


@given(st.text(max_size=300))
def test_any_customer_makes_a_groups_name(customer: str) -> None:
    name = group_name(customer)
    assert name
    assert len(name) <= LONGEST
    assert not set(name) & set("/\\&,'\"<>|`@#[]{}!?*\n")


def test_a_path_that_gitlab_keeps_for_itself_is_not_taken() -> None:
    assert group_path("New!") == "new-customer"
    assert group_path("Newton") == "newton"


def test_keys_of_activities_are_all_different() -> None:
    assert slugs(["Build", "build!", "BUILD", "日本"])[:3] == ("build", "build-2", "build-3")
    assert slugs(["日本"])[0].startswith("activity-")


def test_a_name_loses_what_acts() -> None:
    assert clean_name(" A\u202eB\n\tC\x1b[31m ") == "AB C[31m"
    assert len(clean_name("x" * 400)) == LONGEST
