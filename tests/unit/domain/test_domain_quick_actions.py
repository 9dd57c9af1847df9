"""Quick actions: read out of a team's template, harmless in anybody else's text, whatever it is."""

from __future__ import annotations

import re
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.hostile import HOSTILE

from psdm_cli.domain.quick_actions import Fields, neutralised, parse

COMMANDS = "close|reopen|label|labels|assign|confidential|title|merge|move|due|weight|epic|spend|cc|tableflip|shrug"
# GitLab's own way to find them until 16: what is excluded, and what it runs (case does not matter)
BY_LINE = re.compile(
    r"(?P<code>^```.+?\n```$)"
    r"|(?P<html>^<[^>]+?>\n.+?\n</[^>]+?>$)"
    r"|(?P<quote>^>>>.+?\n>>>$)"
    rf"|(?:^/(?P<command>{COMMANDS})(?:[ ][^\n]*)?(?:\s*\n|$))",
    re.MULTILINE | re.DOTALL | re.IGNORECASE,
)
ACTING = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\xad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]")


def run_by_line(text: str) -> list[str]:
    """What an older GitLab would run."""
    return [found["command"] for found in BY_LINE.finditer(text.replace("\r", "")) if found["command"]]


def run_by_paragraph(text: str) -> list[str]:
    """What a newer one would: lines of paragraphs. A reader of its own: fences as CommonMark has them, wherever."""
    fence = None
    found = []
    for line in text.replace("\r", "").split("\n"):
        mark = re.match(r" {0,3}(`{3,}|~{3,})(.*)", line)
        if fence:
            if mark and mark[1][0] == fence[0] and len(mark[1]) >= len(fence) and not mark[2].strip():
                fence = None
            continue
        if mark and not (mark[1][0] == "`" and "`" in mark[2]):
            fence = mark[1]
            continue
        begins = re.match(r"(?:[\s>]|[-*+]\s|\d+[.)]\s|\[[ x]\]\s|[\u200b-\u200f\u2060\ufeff])*(/[A-Za-z]\w*)", line)
        if begins:
            found.append(begins[1])
    return found


def assert_nothing_runs(text: str) -> None:
    assert not run_by_line(text), text
    assert not run_by_paragraph(text), text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("/close", "\\/close"),
        ("/CLOSE now", "\\/CLOSE now"),
        ("harmless\n/close\n/assign @root", "harmless\n\\/close\n\\/assign @ root"),
        ("   /label ~bug", "   \\/label ~bug"),
        ("\t/close", "    \\/close"),
        ("- /close", "- \\/close"),
        ("* [ ] /close", "* [ ] \\/close"),
        ("1. /close", "1. \\/close"),
        ("> > /close", "> > \\/close"),
        (">/close", ">\\/close"),
        ("\u200b/close", "‹200b›/close"),
        ("a\r/close\r\nb", "a\n\\/close\nb"),
        ("a\u2028/close", "a\n\\/close"),
        ("/etc/hosts", "\\/etc/hosts"),
        ("either/or, a / b", "either/or, a / b"),
        # plain code stays, with all that is in it
        ("```\n/close @all <!-- psdm:raid:SOW-1 -->\n```", "```\n/close @all <!-- psdm:raid:SOW-1 -->\n```"),
        ("```sh\n/bin/true\n```\n/close", "```sh\n/bin/true\n```\n\\/close"),
        # a fence that is not closed, or not alike for all readers, is none
        ("```\n/close", "\\`\\`\\`\n\\/close"),
        ("```\n```\n/close", "\\`\\`\\`\n\\`\\`\\`\n\\/close"),
        ("````\n/close\n````", "\\`\\`\\`\\`\n\\/close\n\\`\\`\\`\\`"),
        ("~~~\n/close\n~~~", "\\~\\~\\~\n\\/close\n\\~\\~\\~"),
        ("  ```\n/close\n  ```", "  \\`\\`\\`\n\\/close\n  \\`\\`\\`"),
        ("```x``` y\n```\n/close\n```", "\\`\\`\\`x``` y\n```\n/close\n```"),
        ("```\nx\n```js\n/close\n```", "\\`\\`\\`\nx\n```js\n/close\n```"),
        ("<div>\n```\n\n/close\n```", "&lt;div>\n```\n\n/close\n```"),
        (">>>\n```\n>>>\n/close\n```", "\\>>>\n```\n>>>\n/close\n```"),
        ("---\n```\n---\n/close\n```", "\\---\n```\n---\n/close\n```"),
        # people, markers, entities, includes
        ("ask @all and @group/team", "ask @ all and @ group/team"),
        ("mail pm@example.com", "mail pm@example.com"),
        ("é@all and \\@all", "é@ all and \\@ all"),
        ("&#64;all &commat;all &amp; R&D", "&amp;#64;all &amp;commat;all &amp; R&D"),
        ("<!-- psdm:raid:SOW-1 -->", "&lt;!-- psdm:raid:SOW-1 -->"),
        ("<script>alert(1)</script>", "&lt;script>alert(1)&lt;/script>"),
        ("::include{file=x.md}", "\\::include{file=x.md}"),
        ("a < b and 1 <2", "a < b and 1 <2"),
        ("", ""),
    ],
)
def test_foreign_text_is_the_same_to_read_and_does_nothing(text: str, expected: str) -> None:
    assert neutralised(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a | b", "a \\| b"),
        ("a \\| b", "a \\| b"),
        ("a \\\\| b", "a \\\\\\| b"),
        ("one\n/close\n\nthree", "one /close three"),
        ("/close\nx", "\\/close x"),
        ("```\nx\n```", "\\`\\`\\` x ```"),
    ],
)
def test_a_cell_is_one_line_whose_pipes_are_escaped(text: str, expected: str) -> None:
    assert neutralised(text, cell=True) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("# Risks", "\\# Risks"),
        ("text\n---\n#tag", "text\n\\---\n#tag"),
        ("```\n# code\n```", "```\n# code\n```"),
    ],
)
def test_a_text_inside_a_section_has_no_headings(text: str, expected: str) -> None:
    assert neutralised(text, headings=False) == expected
    assert neutralised(expected, headings=False) == expected


def test_a_text_that_goes_into_anothers_has_no_fences_of_its_own() -> None:
    assert neutralised("```\n/close\n```", code=False) == "\\`\\`\\`\n\\/close\n\\`\\`\\`"


PIECES = st.lists(
    st.sampled_from(
        [
            *(
                "/close",
                "/label ~x",
                "\n",
                "\n\n",
                "\r",
                "```",
                "~~~",
                "````",
                "```sh",
                ">>>",
                "> ",
                "- ",
                "1. ",
                "    ",
            ),
            *(
                "<div>",
                "</div>",
                "<!--",
                "-->",
                "---",
                "@all",
                "`",
                "text",
                "\\",
                "\u200b",
                "\ufeff",
                "|",
                "&#64;",
                "[ ] ",
            ),
            *("\t", "\x0b", "$$", "coding: x", "+++"),
        ]
    ),
    max_size=14,
).map("".join)


@settings(max_examples=60, deadline=None)
@given(st.one_of(PIECES, st.text(max_size=80)))
def test_whatever_it_is_nothing_runs_and_twice_is_once(text: str) -> None:
    safe = neutralised(text)
    assert_nothing_runs(safe)
    assert neutralised(safe) == safe
    assert not ACTING.search(safe)
    cell = neutralised(text, cell=True)
    assert "\n" not in cell
    assert_nothing_runs(cell)
    assert neutralised(cell, cell=True) == cell


@settings(max_examples=60, deadline=None)
@given(PIECES)
def test_nothing_from_outside_comes_out_of_a_template_as_an_action(text: str) -> None:
    taken = parse(neutralised(text))
    assert taken.fields == Fields()
    assert taken.unknown == ()


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_the_corpus_does_nothing(text: str) -> None:
    safe = neutralised(text)
    assert_nothing_runs(safe)
    outside = re.sub(r"^```$.*?^```$", "", safe, flags=re.MULTILINE | re.DOTALL)
    assert not re.search(r"(?<![A-Za-z0-9_])@\S", outside)
    assert "<!--" not in outside
    assert not re.search(r"<[A-Za-z/]", outside)


@pytest.mark.parametrize(
    ("line", "fields"),
    [
        ('/label ~"PSD Workflow::Not Started" ~Escalated', Fields(labels=("PSD Workflow::Not Started", "Escalated"))),
        ("/labels ~a ~b ~a", Fields(labels=("a", "b"))),
        ("/LABEL ~a", Fields(labels=("a",))),
        ("/label ~a\n/unlabel ~a\n/label ~b", Fields(labels=("b",))),
        ("/label ~a\n/relabel ~c", Fields(labels=("c",))),
        ("/label ~a\n/unlabel", Fields()),
        ("/assign @ana.lima me, @b-c", Fields(assignees=("ana.lima", "me", "b-c"))),
        ("/assign @a\n/reassign @b", Fields(assignees=("b",))),
        ("/due 2026-12-04", Fields(due=date(2026, 12, 4))),
        ("/weight 3", Fields(weight=3)),
        ("/epic &65", Fields(epic="&65")),
        ("/set_parent gitlab-com/ps&7", Fields(epic="gitlab-com/ps&7")),
        ("/epic https://gitlab.com/groups/x/-/epics/7", Fields(epic="https://gitlab.com/groups/x/-/epics/7")),
        ('/milestone %"Sprint 1"', Fields(milestone="Sprint 1")),
        ("/milestone %S1", Fields(milestone="S1")),
        ("/confidential", Fields(confidential=True)),
        ("/title A new title", Fields(title="A new title")),
        ("/relate #1 x/y#2", Fields(relate=("#1", "x/y#2"))),
        ("/blocks #3\n/blocked_by #4", Fields(blocks=("#3",), blocked_by=("#4",))),
    ],
)
def test_actions_become_fields(line: str, fields: Fields) -> None:
    found = parse(f"# Head\n\n{line}\n")
    assert found.fields == fields
    assert found.text_without == "# Head"
    assert found.unknown == ()


@pytest.mark.parametrize(
    "line",
    [
        "/close",
        "/spend 1h",
        "/due in 2 weeks",
        "/assign @a everybody",
        "/weight many",
        "/label bug",
        "/epic #1",
        "/epic",
        "/relate nothing",
        "/zoom https://zoom.example/1",
        "/confidential please",
        "/milestone",
        "/title",
    ],
)
def test_what_the_api_cannot_be_asked_is_reported_and_taken_out(line: str) -> None:
    found = parse(f"text\n{line}\nmore")
    assert found.unknown == (line,)
    assert found.text_without == "text\nmore"
    assert found.fields == Fields()


@pytest.mark.parametrize(
    "text",
    [
        "```\n/label ~x\n```",
        "<!--\n/label ~x\n-->",
        "<!-- one\n/close -->\ntext",
        "/etc/hosts holds names",
        "see /label ~x in the middle",
        "> /label ~quoted",
    ],
)
def test_what_gitlab_does_not_run_stays(text: str) -> None:
    assert parse(text).text_without == text
    assert parse(text).fields == Fields()


def test_a_comment_or_fence_that_never_ends_hides_nothing() -> None:
    assert parse("<!-- \n/label ~x").fields.labels == ("x",)
    assert parse("```\n/label ~x").fields.labels == ("x",)


@settings(max_examples=60, deadline=None)
@given(PIECES)
def test_a_template_without_actions_comes_back_as_it_was(text: str) -> None:
    once = parse(text)
    again = parse(once.text_without)
    assert again.text_without == once.text_without
    assert again.fields == Fields()
    assert not run_by_line(re.sub(r"^ {0,3}<!--.*?-->[^\n]*", "", once.text_without, flags=re.DOTALL | re.MULTILINE))
