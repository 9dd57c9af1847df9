"""Addresses of GitLab's pages by path and number: known before an object is made, and the same from run to run."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote


@dataclass(frozen=True, slots=True)
class Addresses:
    """Pages of an instance. `base` is its root and may have a path."""

    base: str

    def group(self, full_path: str) -> str:
        """A group's page."""
        return f"{self._root}/groups/{_path(full_path)}"

    def project(self, full_path: str) -> str:
        """A project's page."""
        return f"{self._root}/{_path(full_path)}"

    def issue(self, project_path: str, number: str) -> str:
        """An issue's page; `number` may be a placeholder."""
        return f"{self.project(project_path)}/-/issues/{number}"

    def epic(self, group_path: str, number: str) -> str:
        """An epic's page; `number` may be a placeholder."""
        return f"{self.group(group_path)}/-/epics/{number}"

    def boards(self, group_path: str) -> str:
        """A group's boards."""
        return f"{self.group(group_path)}/-/boards"

    def issues(self, project_path: str, label: str | None = None) -> str:
        """A project's issues, with a label if one is given."""
        query = f"?label_name%5B%5D={quote(label, safe='')}" if label is not None else ""
        return f"{self.project(project_path)}/-/issues{query}"

    @property
    def _root(self) -> str:
        return self.base.rstrip("/")


def _path(path: str) -> str:
    return quote(path.strip("/"), safe="/-._~")
