"""Values into texts: types, blanks, trusted Markdown, a team's own templates, and what is refused."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from psdm_cli.domain.foreign import Own
from psdm_cli.errors import NotFound, PsdmError, RefusedByRule, WrongConfiguration, WrongUsage
from psdm_cli.templates import customer_text, file_of, internal_text, render, template_named

RAID = {"sow": "SOW-1234", "customer": "Acme"}


def made(own: Path, text: str, **values: object) -> str:
    """A text of a team's template that the catalogue does not know."""
    (own / "ours.j2").write_text(text, encoding="utf-8")
    return render("ours", values, own)


@pytest.mark.parametrize(
    ("text", "value", "expected"),
    [
        ("{{ x }}", "a_b | @all <b> #1", "a\\_b \\| @ all &lt;b&gt; # 1"),
        ("{{ x }}", "one\n/close\n- *two*", "one /close - \\*two\\*"),
        ("{{ x }}", Own("**ours** @pm"), "**ours** @pm"),
        ("{{ x ~ '' }}", Own("**theirs**"), "\\*\\*theirs\\*\\*"),
        ("{{ x|upper }}", "<b>", "&lt;B&gt;"),
        ("{{ x|join(',') }}", ["@a", "/b"], "@ a,/b"),
        ("{{ x|line }}", "one\n/close | two", "one /close \\| two"),
        ("{{ x|commas }}", ["@a", "b|c"], "@ a, b\\|c"),
        ("{{ x|link('There') }}", Own("https://x.example"), "[There](https://x.example)"),
        ("{{ x|link('There') }}", "https://x.example", "There: _to be filled_"),
        ("{{ x }}", None, "_to be filled_"),
        ("{{ x }}", True, "yes"),
        ("{{ x }}", 12, "12"),
        ("{{ x }}", Decimal("1.50"), "1.50"),
        ("{{ x }}", date(2026, 12, 4), "2026-12-04"),
        ("{{ x }}", "ana.lima@example.com", "ana.lima@example.com"),
        ("{{ x }}", "{{ 7 * 7 }}", "\\{\\{ 7 \\* 7 \\}\\}"),
        ("{{ x|safe }}", "x", None),
        ("{{ x|raw }}", "x", None),
        ("{{ x|e }}", "x", None),
        ("{{ y }}", "x", None),
        ("{{ x.__class__.__mro__ }}", "x", None),
        ("{% for each in range(999999999) %}{% endfor %}", "x", None),
        ("{{ 1 / 0 }}", "x", None),
        ("{% include '../../etc/passwd' %}", "x", None),
        ("{% macro a() %}{{ a() }}{% endmacro %}{{ a() }}", "x", None),
    ],
)
def test_whatever_a_template_prints_is_harmless_unless_it_is_ours(
    tmp_path: Path, text: str, value: object, expected: str | None
) -> None:
    if expected is None:
        with pytest.raises(WrongConfiguration, match=r"ours\.j2"):
            made(tmp_path, text, x=value)
    else:
        assert made(tmp_path, text, x=value) == expected


def test_a_mistake_is_named_with_file_and_line(tmp_path: Path) -> None:
    (tmp_path / "raid.j2").write_text("fine\n{% if %}\n", encoding="utf-8")
    with pytest.raises(WrongConfiguration, match=r"raid\.j2, line 2"):
        render("raid", RAID, tmp_path)


def test_a_teams_own_template_wins_and_gets_the_same_fields(tmp_path: Path) -> None:
    assert file_of("raid", tmp_path).parent != tmp_path
    (tmp_path / "raid.j2").write_text(
        "Log of {{ customer }}: {{ pm }}\n{% if risks %}some{% endif %}\n", encoding="utf-8"
    )
    assert render("raid", RAID, tmp_path) == "Log of Acme: _to be filled_"
    assert file_of("raid", tmp_path) == tmp_path / "raid.j2"
    assert "# " not in render("raid", RAID | {"customer": "# x"}, tmp_path).replace("\\# ", "")


def test_a_template_that_is_no_text_is_wrong_configuration(tmp_path: Path) -> None:
    (tmp_path / "raid.j2").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(WrongConfiguration):
        render("raid", RAID, tmp_path)


def test_rows_are_given_as_mappings_sequences_or_a_line() -> None:
    rows = [
        {"id": "R-001", "risk": "a|b\nc", "owner": "Ana"},
        ("R-002", "late", 3, 4, "Medium"),
        "R-003 | x | 1",
    ]
    text = render("raid", RAID | {"risks": rows})
    blank = " | ".join(["_to be filled_"] * 4)
    assert "| R-001 | a\\|b c | _to be filled_ | _to be filled_ | _to be filled_ | _to be filled_ | Ana |" in text
    assert f"| R-002 | late | 3 | 4 | Medium | {blank} |" in text
    assert "| R-003 | x | 1 |" in text


@pytest.mark.parametrize(
    ("name", "values", "said"),
    [
        ("raid", {"customer": "Acme"}, "needs sow"),
        ("raid", {"sow": "  ", "customer": None}, "needs sow, customer"),
        ("raid", {**RAID, "sow": "SOW 1 -->"}, "sow is a short name"),
        ("raid", {**RAID, "sow": "SOW--1"}, "marker cannot be made"),
        ("raid", {**RAID, "risks": [range(20)]}, "risks has 9 columns"),
        ("raid", {**RAID, "risks": 5}, "risks is a list"),
        ("engagement-charter", {**RAID, "start": "Monday"}, "start is a day"),
        ("engagement-charter", {**RAID, "raid_url": "javascript:alert(1)"}, "raid_url is the address"),
        ("engagement-charter", {**RAID, "raid_url": "https://x.example/a b"}, "raid_url is the address"),
        ("engagement-charter", {**RAID, "raid_url": "https://["}, "raid_url is the address"),
        ("engagement-charter", {**RAID, "raid_url": "https://x.example/)\n/close"}, "raid_url is the address"),
        ("scheduling-intake", {**RAID, "quote": "perhaps"}, "quote is yes or no"),
    ],
)
def test_values_that_do_not_fit_are_refused(name: str, values: dict[str, object], said: str) -> None:
    with pytest.raises(WrongUsage, match=said):
        render(name, values)


def test_an_address_cannot_leave_its_link() -> None:
    text = render("engagement-charter", RAID | {"raid_url": "https://x.example/a_(b)?q=1&r=%20#note"})
    assert "(https://x.example/a_%28b%29?q=1&r=%20#note)" in text


@pytest.mark.parametrize(
    ("value", "box"), [(True, "[x]"), ("yes", "[x]"), ("no", "[ ]"), (None, "[ ]"), (False, "[ ]")]
)
def test_yes_and_no_are_boxes(value: object, box: str) -> None:
    assert f"- {box} PS quote on the opportunity" in render("scheduling-intake", RAID | {"quote": value})


def test_mails_are_plain_text_whose_lines_stay() -> None:
    values = RAID | {"change": "First *this*\n/then that\x1b[2J", "new_end": date(2027, 1, 31)}
    text = render("written-confirmation-mail", values)
    assert "What changes:\nFirst *this*\n/then that‹1b›[2J\n" in text
    assert "New end date: 2027-01-31" in text
    assert "the end date and all other terms" in render("written-confirmation-mail", values | {"new_end": None})


def test_a_sign_off_speaks_of_silence_only_where_it_counts() -> None:
    values = RAID | {"deliverable": "Milestone 1"}
    assert "counts as accepted" not in render("sign-off-mail", values)
    text = render("sign-off-mail", values | {"deadline": "2026-12-04", "reply_word": "approved"})
    assert "counts as accepted at the end of 2026-12-04" in text
    assert '"approved"' in text
    assert text.startswith("Subject: Acme - project sign off\n")


def test_the_audience_is_part_of_a_texts_type() -> None:
    assert customer_text("raid", RAID).value == render("raid", RAID)
    assert internal_text("internal-retrospective", RAID).value == render("internal-retrospective", RAID)
    assert internal_text("raid", RAID).value == render("raid", RAID)
    with pytest.raises(RefusedByRule, match="internal"):
        customer_text("internal-retrospective", RAID)


@pytest.mark.parametrize("name", ["RAID", "raid.j2", " raid "])
def test_names_are_found_in_any_case(name: str) -> None:
    assert template_named(name).name == "raid"


@pytest.mark.parametrize(("name", "meant"), [("booking-request", "booking_request"), ("welcome mail", "welcome-mail")])
def test_blanks_and_dashes_are_alike(name: str, meant: str) -> None:
    assert template_named(name).name == meant


def test_a_wrong_name_gives_the_nearest() -> None:
    with pytest.raises(NotFound, match="did you mean scoping-issue"):
        template_named("scoping-isue")
    with pytest.raises(PsdmError):
        render("nothing-like-it", {})
