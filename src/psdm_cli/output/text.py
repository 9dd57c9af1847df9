"""Foreign text on its way out: one function per way, so that nothing from outside acts on terminal, sheet or page."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from psdm_cli.domain.foreign import CONTROL, made_visible

if TYPE_CHECKING:
    from rich.text import Text

_NEWLINES = re.compile(r"\r?\n")
_SURROGATES = re.compile("[\ud800-\udfff]")

_FORMULA = frozenset("=+-@\t\r＝＋－＠")
_MARKDOWN_SIGNS = re.compile(r"([\\`*_{}\[\]~$|])")
# what GitLab turns into a link, a mention or a reference even out of escaped text: parted by a space
_MENTION = re.compile(r"@(?=\S)")
_REFERENCE = re.compile(r"([#!&$^](?=\d)|(?<!\w)[~%](?=[\w\"]))")
_ADDRESS = re.compile(r"(\w:)(?=//)|(mailto:|javascript:|data:|\bwww\.)(?=\S)", re.IGNORECASE)
# what begins a quick action, a list, a rule, a directive at the start of a line
_LINE_START = re.compile(r"^(\s*)(?=[/+=:#-])|^(\s*\d+)(?=[.)](?:\s|$))")
_UNSAFE_IN_FILES = re.compile(r"[^A-Za-z0-9._-]+")
_WINDOWS_DEVICES = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)
_LONGEST_FILE_NAME = 80


def shown_plain(text: str) -> str:
    """Foreign text for people: controls, bidi and zero-width characters made visible, on one line."""
    if text.isascii() and text.isprintable():
        return text
    return made_visible(_NEWLINES.sub(" ⏎ ", text))


visible = shown_plain  # as messages on stderr call it


def shown(text: str, style: str = "") -> Text:
    """As `shown_plain`, for Rich: never read as markup. `style` is ours."""
    from rich.text import Text

    return Text(shown_plain(text), style)


def valid_text(text: str) -> str:
    """Text that every encoding of Unicode can write: lone surrogates become U+FFFD. Everything else stays."""
    return text if text.isascii() else _SURROGATES.sub("\ufffd", text)


def json_safe(document: str) -> str:
    """A JSON text in which acting characters inside strings are escapes: the same document, safe on a terminal."""
    if document.isascii():
        return document.replace("\x7f", "\\u007f")
    return CONTROL.sub(_json_escape, document)


def _json_escape(found: re.Match[str]) -> str:
    character = found[0]
    if character in "\t\r":  # between values, never inside strings: the encoder has escaped those
        return character
    return "".join(f"\\u{unit:04x}" for unit in memoryview(character.encode("utf-16-le", "surrogatepass")).cast("H"))


def markdown_cell(text: str) -> str:
    """Foreign text inside GitLab Markdown: one line that formats, mentions, links, refers and commands nothing.

    Mentions, references and addresses are parted by a space, because GitLab recognises them even where escaped.
    """
    line = shown_plain(text)
    line = _MENTION.sub("@ ", line)
    line = _REFERENCE.sub(r"\1 ", line)
    line = _ADDRESS.sub(lambda found: f"{found[0]} ", line)
    line = _MARKDOWN_SIGNS.sub(r"\\\1", line)
    line = line.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return _LINE_START.sub(lambda found: f"{found[0]}\\", line)


def markdown_block(text: str) -> str:
    """Foreign Markdown in a section of ours: it formats and links as written, but commands, mentions, hides nothing.

    Code fences are shown as text: the text around may be a team's, with a fence of its own left open.
    """
    from psdm_cli.domain.quick_actions import neutralised  # this module is part of every start

    return neutralised(text, headings=False, code=False)


def plain_block(text: str) -> str:
    """Foreign text of several lines for a mail or a message: what acts made visible, the lines kept."""
    return "\n".join(shown_plain(line).rstrip() for line in re.split(r"\r\n|\n|\r", text.strip()))


def csv_cell(text: str) -> str:
    """Foreign text for a spreadsheet: never a formula. Numbers that psdm writes do not pass here and stay numbers."""
    line = shown_plain(text)
    begins = text.lstrip(" \n\u00a0")[:1]
    return f"'{line}" if text[:1] in _FORMULA or begins in _FORMULA else line


def file_name(text: str) -> str:
    """Foreign text as the name of a file: ASCII letters, digits, `.`, `_` and `-`; never empty, hidden or a path."""
    ascii_text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode("ascii")
    name = _UNSAFE_IN_FILES.sub("-", ascii_text)
    name = re.sub(r"\.{2,}", ".", name).strip(".-_ ")[:_LONGEST_FILE_NAME].rstrip(".-_ ")
    if not name:
        return "unnamed"
    return f"_{name}" if _WINDOWS_DEVICES.fullmatch(name) else name
