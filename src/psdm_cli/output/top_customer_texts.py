"""The texts that leave a Top Customer entry: the sheet's cell, a comment on the epic, a message."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote

from psdm_cli.domain.top_customer import Entry, Line, parts
from psdm_cli.output.markdown import Markdown, Own, own, said
from psdm_cli.output.text import plain_block, shown_plain

_IN_ADDRESSES = ":/?#@!$&'*+,;=%-._~"  # what stays as it is; all else, such as < and >, is written as %3C


def cell(entry: Entry) -> str:
    """The notes of an entry as the sheet's cell takes them: plain lines, acting characters made visible."""
    return plain_block(entry.text)


def entry_items(page: Markdown, entry: Entry) -> None:
    """The parts of an entry as a list; only addresses are links."""
    page.items([_marked(line) for line in parts(entry)])


def note_body(entry: Entry, week: str) -> str:
    """What is posted on the Customer Epic."""
    page = Markdown()
    page.heading(3, own(f"Top Customer {week}"), own(" · "), entry.customer)
    entry_items(page, entry)
    return page.text()


def slack_message(entries: Sequence[Entry], week: str) -> str:
    """The report as one message: plain, nobody mentioned, no markup from outside."""
    lines = [f"Top Customer {week}"]
    for each in entries:
        lines += ["", shown_plain(f"{each.customer} · {each.name}"), *cell(each).splitlines()]
    return "\n".join(lines)


def _marked(line: Line) -> Own:
    """A part in Markdown: its address is a link, whatever else looks like one is not."""
    text = said(line.text)
    url = own(f"<{quote(line.url, safe=_IN_ADDRESSES)}>") if line.url else own("")
    return own(f"**{line.label}:** {' '.join(filter(None, (text, url)))}")
