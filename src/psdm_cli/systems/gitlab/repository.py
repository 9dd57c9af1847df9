"""Files of a project's default branch, and its issue templates."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from pathlib import PurePosixPath

from psdm_cli.domain.gitlab import IssueTemplate, RepositoryFile, WikiPage
from psdm_cli.errors import BadAnswer, Forbidden, NotFound
from psdm_cli.systems.gitlab import rows
from psdm_cli.systems.gitlab.client import GitLabClient
from psdm_cli.systems.gitlab.contract import segment
from psdm_cli.systems.http.attributes import Row, Wrong, text

TEMPLATES = ".gitlab/issue_templates"


class Repository:
    """Reads files of one GitLab."""

    def __init__(self, client: GitLabClient) -> None:
        self._client = client

    def file(self, project: str, path: str) -> RepositoryFile | None:
        """A file of the default branch; None also where the repository is empty."""
        row = self._client.get(f"/projects/{segment(project)}/repository/files/{segment(path)}", {"ref": "HEAD"})
        return None if row is None else rows.understood("file", row, lambda one: _file(one, path))

    def wiki(self, project: str) -> Sequence[WikiPage]:
        """The pages of the wiki, with their text; none where it is switched off (404)."""
        listed = self._client.get(f"/projects/{segment(project)}/wikis", {"with_content": True}) or []
        if not isinstance(listed, list):
            raise BadAnswer("GitLab's answer to the wiki's list is no list.")
        return tuple(rows.understood("wiki page", row, _page) for row in listed)

    def templates(self, project: str) -> Sequence[str]:
        """The names of the issue templates, inherited ones included where the server tells them."""
        return tuple(self._names(project))

    def template(self, project: str, name: str) -> IssueTemplate | None:
        """An issue template by its name, in any case."""
        wanted = name.casefold().removesuffix(".md")
        names = self._names(project)
        known = next((one for one in names if one.casefold() == wanted), None)
        if known is None:
            return None
        key = names[known]
        if key is not None:
            found = self._client.get(f"/projects/{segment(project)}/templates/issues/{segment(key)}")
            if found is not None:
                return rows.understood("issue template", found, lambda row: _template(row, known))
        file = self.file(project, f"{TEMPLATES}/{known}.md")
        return None if file is None else IssueTemplate(known, file.content)

    def _names(self, project: str) -> dict[str, str | None]:
        """Name → key in the templates' own interface; None where only the file is known."""
        try:
            listed = list(self._client.pages(f"/projects/{segment(project)}/templates/issues"))
            names = [rows.understood("issue template", row, _name) for row in listed]
        except (NotFound, Forbidden):
            names = []
        if names:
            return dict(names)
        params = {"path": TEMPLATES, "ref": "HEAD"}
        try:
            tree = list(self._client.pages(f"/projects/{segment(project)}/repository/tree", params))
        except NotFound:  # no such folder, or nothing in the repository
            return {}
        files = [PurePosixPath(str(row.get("name", ""))) for row in tree if row.get("type") == "blob"]
        return {file.stem: None for file in files if file.suffix.lower() == ".md"}


def _name(row: Row) -> tuple[str, str | None]:
    name = text(row, "name") or rows.must_text(row, "key")
    return name, text(row, "key") or name


def _page(row: Row) -> WikiPage:
    slug = rows.must_text(row, "slug")
    return WikiPage(slug, text(row, "title") or slug, text(row, "content") or "")


def _template(row: Row, name: str) -> IssueTemplate:
    return IssueTemplate(text(row, "name") or name, rows.must_text(row, "content"))


def _file(row: Row, path: str) -> RepositoryFile:
    content = rows.must_text(row, "content")
    if text(row, "encoding") in (None, "base64"):
        try:
            content = base64.b64decode("".join(content.split()), validate=True).decode("utf-8", errors="replace")
        except (binascii.Error, ValueError):
            raise Wrong("content: it is not base64") from None
    return RepositoryFile(text(row, "file_path") or path, content, text(row, "last_commit_id"))
