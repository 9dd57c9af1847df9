"""An embedded GitLab on loopback with seeded groups, projects and epics; shares no code with the adapters."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from psdm_cli.sandbox.gitlab.readings import GitLabReadings
    from psdm_cli.sandbox.gitlab.server import GitLabSandbox

__all__ = ["GitLabReadings", "GitLabSandbox"]

_HOMES = {"GitLabReadings": "readings", "GitLabSandbox": "server"}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(name)
    from importlib import import_module

    return getattr(import_module(f"psdm_cli.sandbox.gitlab.{_HOMES[name]}"), name)
