"""Where a person finds a project in the browser."""

from __future__ import annotations

from urllib.parse import quote, urlsplit

API_HOST, APP_HOST = "api.", "app."


def project_page(api_url: str, workspace_id: str) -> str:
    """The page of a project: Kantata's API answers on api.HOST and its pages on app.HOST (kantata.md 2)."""
    parts = urlsplit(api_url)
    host = parts.netloc.rpartition("@")[2]
    if host.startswith(API_HOST):
        host = APP_HOST + host.removeprefix(API_HOST)
    return f"{parts.scheme}://{host}/workspaces/{quote(workspace_id, safe='')}"
