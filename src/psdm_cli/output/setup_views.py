"""How the set-up commands look in a terminal."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from psdm_cli.output.text import shown_plain

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from psdm_cli.output.setup_shapes import (
        AuthStatus,
        ConfigChecked,
        ConfigPaths,
        ConfigShown,
        ConfigWritten,
        Diagnosis,
        LoggedIn,
        LoggedOut,
        SandboxReset,
        Synced,
    )

SYMBOLS = {"pass": ("✓", "green"), "attention": ("!", "yellow"), "unverified": ("–", "dim")}


def shown(text: str, style: str = "") -> Text:
    """Text for the terminal, cleaned, in a style."""
    from rich.text import Text

    return Text(shown_plain(text), style=style)


def _table(*columns: str) -> Table:
    from rich.table import Table

    table = Table(box=None, show_edge=False, pad_edge=False, padding=(0, 2, 0, 0))
    for column in columns:
        table.add_column(column, overflow="fold", no_wrap=False)
    return table


def _value(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def config_shown(console: Console, result: ConfigShown) -> None:
    """Sections, with every key, its value and where it comes from."""
    console.print(shown(f"File: {result.file or 'none (all defaults are the handbook’s)'}"))
    if not result.settings:
        console.print(shown("Nothing differs from the default."))
    table = _table("key", "value", "from")
    for setting in result.settings:
        style = "" if setting.origin == "default" else "bold"
        table.add_row(shown(setting.key, style), shown(_value(setting.value), style), shown(setting.origin, "dim"))
    if result.settings:
        console.print(table)
    for secret in result.secrets:
        console.print(shown(f"{secret.name}: {'set (not shown)' if secret.set else 'not set'}"))


def config_checked(console: Console, result: ConfigChecked) -> None:
    """All right, or every complaint on a line."""
    for problem in result.problems:
        console.print(shown(f"! {problem}", "yellow"), soft_wrap=True)
    if not result.problems:
        what = f"{result.file}: {result.keys} keys, all right." if result.file else "There is no file: defaults only."
        console.print(shown(f"✓ {what}", "green"), soft_wrap=True)


def config_written(console: Console, result: ConfigWritten) -> None:
    """The file's name."""
    verb = "Written" if result.written else "Would be written"
    console.print(shown(f"✓ {verb}: {result.file}", "green"), soft_wrap=True)
    if result.written:
        console.print(shown("Next: psdm auth login kantata, then psdm doctor"))


def config_paths(console: Console, result: ConfigPaths) -> None:
    """One line a place."""
    rows = {
        "configuration": result.config_file + ("" if result.exists else " (not there: defaults)"),
        "data": result.data,
        "cache": result.cache,
        "logs": result.logs,
        "sandbox": result.sandbox,
    }
    for name, place in rows.items():
        console.print(shown(f"{name:<14} {place}"), soft_wrap=True)


def logged_in(console: Console, result: LoggedIn) -> None:
    """Whose token was stored where."""
    console.print(
        shown(
            f"✓ {result.user.name} (id {result.user.id}) at {result.url}; token kept in {result.stored_in}.", "green"
        ),
        soft_wrap=True,
    )


def logged_out(console: Console, result: LoggedOut) -> None:
    """Whether there was one, and what still holds."""
    done = "The token was taken out of the keyring." if result.removed else "There was no token in the keyring."
    console.print(shown(f"✓ {done}", "green"))
    for variable in result.still_set:
        console.print(shown(f"! {variable} is still set in this environment and is used.", "yellow"), soft_wrap=True)


def auth_status(console: Console, result: AuthStatus) -> None:
    """One line a system."""
    for system in result.systems:
        symbol, style = SYMBOLS[system.state]
        who = f"{system.user.name} (id {system.user.id}), token from {system.origin}" if system.user else system.reason
        console.print(shown(f"{symbol} {system.system:<8} {system.url}: {who}", style), soft_wrap=True)
    console.print(shown(f"Keyring: {result.keyring}"), soft_wrap=True)


def diagnosis(console: Console, result: Diagnosis) -> None:
    """One line a check, with the way out below what is not right; the sum last."""
    from rich.table import Table

    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for check in result.checks:
        symbol, style = SYMBOLS[check.state]
        said = shown(check.reason)
        if check.way_out and check.state != "pass":
            said.append("\n").append_text(shown(f"→ {check.way_out}"))
        table.add_row(shown(f"{symbol} {check.title}", style), said)
    console.print(table)
    counts = {state: sum(check.state == state for check in result.checks) for state in SYMBOLS}
    console.print(
        shown(f"{counts['pass']} right, {counts['attention']} need attention, {counts['unverified']} not verified.")
    )


def sandbox_reset(console: Console, result: SandboxReset) -> None:
    """What was removed."""
    done = "The practice data starts over." if result.removed else "There was no practice data yet."
    console.print(shown(f"✓ {done}", "green"))


def synced(console: Console, result: Synced) -> None:
    """How much of each kind there was, and what could not be read."""
    whose = f"led by {', '.join(result.leads)}" if result.leads else "that are visible"
    console.print(
        shown(f"✓ {result.engagements} projects {whose}, as of {result.synced_at:%Y-%m-%d %H:%M %Z}", "green")
    )
    table = _table("kind", "read", "changed", "gone")
    for row in result.kinds:
        table.add_row(*(shown(text) for text in (row.kind, str(row.read), str(row.changed), str(row.deleted))))
    console.print(table)
    for refusal in result.refused:
        console.print(
            shown(f"– {refusal.kind}: the token may not; it lacks the right {refusal.permission}"), soft_wrap=True
        )
    if result.malformed:
        console.print(
            shown(f"! {result.malformed} records could not be understood; forecast-prep names them.", "yellow")
        )
