"""A terminal of a given width, as a text."""

from __future__ import annotations

import io
from typing import Any

from rich.console import Console


def on_console(document: Any, width: int, *, colour: bool = False) -> str:
    """What a terminal (with colour) or a pipe would get."""
    target = io.StringIO()
    system = "standard" if colour else None
    console = Console(file=target, width=width, force_terminal=colour, color_system=system, legacy_windows=False)
    document.render_console(console)
    return target.getvalue()
