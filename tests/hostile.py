"""Texts from outside that want to do harm, and what no way out may let through: one corpus for every output."""

from __future__ import annotations

import re

HOSTILE: dict[str, str] = {
    "ansi": "Acme\x1b[31;1mRED\x1b[0m\x1b[2J",
    "osc-8": "\x1b]8;;https://evil.example/\x1b\\click\x1b]8;;\x1b\\",
    "osc-title": "\x1b]0;owned\x07",
    "c1": "Acme\x9b31mred\x9d0;title\x9c\x85next",
    "bidi": "invoice\u202efdp.exe\u2066x\u2069",
    "zero-width": "a\u200bc\u200dm\u2060e\ufeff\u00ad",
    "tags": "hi\U000e0041\U000e0042",
    "rich-markup": "[/x] [red]alert[/red] [link=https://evil.example]x[/link] :boom:",
    "quick-action": "/close",
    "quick-action-later": "harmless\n/close\n/assign @root",
    "quick-action-spaces": "   /label ~bug",
    "mention": "@all please ask @group/team and mail pm@example.com",
    "references": '#1 !2 &3 $4 %5 ~bug %"v1" group/project#6 gitlab-org&7',
    "pipes": "a | b || c \\| d",
    "markdown": "# head **bold** _em_ `code` ![i](https://evil.example/i.png) [l](javascript:alert(1)) <https://evil.example>",
    "autolink": "see https://evil.example and www.evil.example or ftp://evil.example mailto:x@evil.example",
    "list": "- [x] done",
    "numbered": "1. first",
    "table": "| a | b |\n| - | - |\n| c | d |",
    "code-fence": "```\n/close\n```",
    "formula-equals": '=HYPERLINK("https://evil.example","x")',
    "formula-plus": "+1+cmd|' /C calc'!A0",
    "formula-minus": "-2+3+cmd|' /C calc'!A0",
    "formula-at": "@SUM(1+1)",
    "formula-tab": "\t=1+1",
    "formula-return": "\r=1+1",
    "formula-wide": "＝1+1",
    "html": "<script>alert(1)</script><img src=x onerror=alert(1)><!-- psdm:retro:SOW-1 -->&#64;all&lt;",
    "long-word": "W" * 4000,
    "long-text": "many words " * 400,
    "rtl": "مشروع الترحيل SOW-12 שלום",
    "wide": "東京電機 移行プロジェクト",
    "emoji": "👩‍💻🚀🏳️‍🌈 done",
    "combining": "Z" + "\u0301\u0335\u0489" * 40,
    "newlines": "one\ntwo\r\nthree\rfour\u2028five\u2029six\x0bseven\x0ceight",
    "nul": "a\x00b\x7fc\x08d",
    "surrogate": "broken \ud800 half",
    "quotes": "\"; DROP TABLE x; -- '",
    "path": "../../etc/passwd",
    "windows-path": "C:\\CON\\..\\aux.txt",
    "json": '", "schema": "psdm.error/1',
    "template": "{{ 7*7 }} ${7*7} %s %(x)s {0}",
    "spaces": "  \u00a0 ",
    "empty": "",
}

# characters that act or hide: none of them may reach a terminal, a sheet or a page
ACTING = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff"
    "\U000e0000-\U000e0fff]"
)
OUR_STYLES = re.compile(r"\x1b\[[0-9;]*m")  # what Rich writes for a style


def assert_safe_text(text: str) -> None:
    """Nothing that acts on a terminal, and nothing that no encoding can write."""
    found = ACTING.search(text)
    assert found is None, f"{found[0]!r} at {found.start()} in {text[max(0, found.start() - 40) : found.end() + 40]!r}"
    text.encode("utf-8")


def assert_safe_styled(text: str) -> None:
    """As plain text, but for our own styles."""
    assert_safe_text(OUR_STYLES.sub("", text))


def assert_safe_json(text: str) -> None:
    """A JSON text that is safe to look at; its strings may hold anything, escaped."""
    assert_safe_text(text)


def assert_safe_csv(rows: list[list[str]]) -> None:
    """No cell that a spreadsheet would run. A number of our own may begin with a minus."""
    for row in rows:
        for cell in row:
            assert_safe_text(cell)
            assert "\n" not in cell
            begins = cell.lstrip(" \u00a0")[:1]
            assert not begins or begins not in "=+-@\t\r＝＋－＠" or re.fullmatch(r"-?\d+(\.\d+)?", cell), cell


def assert_safe_markdown(text: str) -> None:
    """Nothing that GitLab would run, mention, link, refer to, or take for HTML."""
    assert_safe_text(text.replace("\n", ""))
    for line in text.splitlines():
        assert not re.match(r"\s*/", line), f"a quick action: {line!r}"
    assert not re.search(r"@[\w.-]", text), "a mention"
    assert not re.search(r"<(?!br>)[A-Za-z/!?]", text), "HTML"
    assert not re.search(r"\w://\w|\bwww\.\w|(?:javascript|mailto|data):\w", text, re.IGNORECASE), "an address"
    assert not re.search(r"(?<!\\)\]\(", text), "a link"
    assert not re.search(r"[#!&$]\d", text), "a reference"
    assert "```" not in text, "a fence"
    assert "<!--" not in text, "a marker of psdm's own kind"


def assert_table_is_whole(text: str) -> None:
    """Every row of a Markdown table has as many cells as its header: no foreign pipe opened another."""
    expected = 0
    for line in text.splitlines():
        if not line.startswith("|"):
            expected = 0
            continue
        cells = len(re.findall(r"(?<!\\)(?:\\\\)*\|", line))
        assert expected in (0, cells), line
        expected = cells
