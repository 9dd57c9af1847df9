"""The commented configuration file: every key with default and comment, made from the list of keys."""

from __future__ import annotations

import json
from collections.abc import Mapping
from itertools import groupby
from typing import Any

from psdm_cli.settings.keys import Key, Place, all_keys, plain, section_meaning

WIDTH = 120
HEAD = """\
# psdm: settings. Every key is here with its default; delete what you do not change.
# Order: option, environment variable, this file, default. Check it: psdm config check
# Tokens are not kept here: set PSDM_KANTATA_TOKEN, or run `psdm auth login kantata`.
"""


def _scalar(value: Any) -> str:
    """The value as YAML; JSON text is YAML, and plain words need no quotes."""
    ready = plain(value)
    if isinstance(ready, str):
        words = ready.replace("_", "").replace("-", "").replace("/", "").replace(".", "").replace(" ", "")
        safe = words.isalnum() and not words.isdigit() and words.isascii() and ready == ready.strip()
        if safe and ready[0].isalpha() and ready.lower() not in ("null", "true", "false", "yes", "no", "on", "off"):
            return ready
        if ready.replace(".", "", 1).isdigit() and "." in ready:
            return ready
        if ready.startswith("https://") and " #" not in ready and ": " not in ready:
            return ready
        return json.dumps(ready, ensure_ascii=False)
    if isinstance(ready, list):
        return "[" + ", ".join(_scalar(item) for item in ready) + "]"
    return json.dumps(ready, ensure_ascii=False)


def _line(key: Key, value: Any, *, commented: bool) -> str:
    indent = "  " * (len(key.place) - 1)
    text = f"{indent}{key.place[-1]}: {_scalar(value)}"
    mark = "# " if commented else ""
    if not key.meaning:
        return f"{mark}{text}"
    beside = f"{mark}{text:<46} # {key.meaning}"
    return beside if len(beside) <= WIDTH else f"{mark}{indent}# {key.meaning}\n{mark}{text}"


def _render(given: Mapping[Place, Any], *, commented: bool) -> str:
    """The file; with `commented`, all lines but the given ones are comments."""
    lines = [HEAD.rstrip()]
    for section, keys in groupby(all_keys(), key=lambda key: key.place[0]):
        members = list(keys)
        live = not commented or any(key.place in given for key in members)
        lines += ["", f"# {section_meaning((section,))}", f"{section}:" if live else f"# {section}:"]
        opened: set[Place] = set()
        for key in members:
            for length in range(2, len(key.place)):
                place = key.place[:length]
                if place not in opened:
                    opened.add(place)
                    inner_live = not commented or any(k.place in given for k in members if k.place[:length] == place)
                    name = "  " * (length - 1) + f"{place[-1]}:"
                    lines.append(name if inner_live else f"# {name}")
            is_given = key.place in given
            lines.append(_line(key, given.get(key.place, key.default), commented=commented and not is_given))
    return "\n".join(line.rstrip() for line in lines) + "\n"


def example() -> str:
    """config.example.yaml: everything at its default, nothing commented out."""
    return _render({}, commented=False)


def starter(given: Mapping[Place, Any]) -> str:
    """A new user's file: the given keys live, all others as comments that show the default."""
    return _render(given, commented=True)
