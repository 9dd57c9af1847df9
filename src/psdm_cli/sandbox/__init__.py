"""An embedded Kantata (and, in `gitlab`, a GitLab) on loopback with a seeded portfolio; shares no code with adapters.

`KantataSandbox`, `serve` and `reset` are imported when first used, so that naming the package costs nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from psdm_cli.sandbox.account import Account
    from psdm_cli.sandbox.people import Persona, Readings
    from psdm_cli.sandbox.server import KantataSandbox, reset, serve

    SandboxAccount = Account

__all__ = ["Account", "KantataSandbox", "Persona", "Readings", "SandboxAccount", "reset", "serve"]

_HOMES = {
    "Account": "account",
    "SandboxAccount": "account",
    "KantataSandbox": "server",
    "Persona": "people",
    "Readings": "people",
    "reset": "server",
    "serve": "server",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(name)
    from importlib import import_module

    home = import_module(f"psdm_cli.sandbox.{_HOMES[name]}")
    return getattr(home, "Account" if name == "SandboxAccount" else name)
