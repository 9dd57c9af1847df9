"""The reference of all keys as Markdown, for docs/configuration.md; a test holds the two together."""

from __future__ import annotations

import json
from itertools import groupby
from typing import Any

from psdm_cli.settings.keys import Key, all_keys, plain, section_meaning
from psdm_cli.settings.loading import VARIABLES


def _cell(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return f"`{text}`".replace("|", "\\|")


def _row(key: Key) -> str:
    variable = next((name for name, place in VARIABLES.items() if place == key.place), "")
    meaning = key.meaning.replace(f" ({variable})", "") if variable else key.meaning
    also = f"; `{variable}`" if variable else ""
    return f"| `{key.name}` | {_cell(plain(key.default))} | {meaning.replace('|', chr(92) + '|')}{also} |"


def reference() -> str:
    """One table a section: key, default, meaning, and the variable that goes before the file."""
    lines: list[str] = []
    for section, keys in groupby(all_keys(), key=lambda key: key.place[0]):
        lines += [f"### {section}", "", f"{section_meaning((section,))}.", ""]
        lines += ["| key | default | meaning |", "| --- | --- | --- |", *map(_row, keys), ""]
    return "\n".join(lines)
