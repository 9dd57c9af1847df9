"""Files uploaded to projects and, from 19.0, to groups."""

from __future__ import annotations

import hashlib
import re
from base64 import b64decode, b64encode

from psdm_cli.sandbox.account import Row
from psdm_cli.sandbox.gitlab import levels, tables
from psdm_cli.sandbox.gitlab.calls import Call, Reply
from psdm_cli.sandbox.gitlab.refusals import no_route, not_found, said, wrong_parameter
from psdm_cli.sandbox.gitlab.routes import Route

IMAGES = (".png", ".jpg", ".jpeg", ".gif", ".svg", ".webp", ".bmp", ".ico", ".tiff", ".mp4", ".mov", ".webm")


def to_project(call: Call) -> Reply:
    """Keeps a file; the answer holds the Markdown that shows it in the same project."""
    return _keep(call, call.project())


def to_group(call: Call) -> Reply:
    """The same for a group; an older GitLab has no such path."""
    if not call.readings.group_uploads:
        raise no_route()
    return _keep(call, call.group())


def _keep(call: Call, place: Row) -> Reply:
    call.need(levels.GUEST, place)
    if call.file is None:
        raise wrong_parameter("file is invalid")
    filename, content = call.file
    if len(content) > call.readings.largest_upload:
        raise said(413, "413 Request Entity Too Large - File is too large")
    name = re.sub(r"[^\w.+-]", "_", filename.replace("\\", "/").rpartition("/")[2]) or "file"
    count = len(call.account.table("uploads"))
    secret = hashlib.md5(f"{tables.path_of(place)}|{count}|{name}".encode(), usedforsecurity=False).hexdigest()
    url = f"/uploads/{secret}/{name}"
    alt = name.rpartition(".")[0] or name
    image = name.lower().endswith(IMAGES)
    markdown = f"![{alt}]({url})" if image else f"[{name}]({url})"
    row = tables.owner_columns(place) | {"secret": secret, "filename": name, "size": len(content), "markdown": markdown}
    made = tables.put(call.account, "uploads", row | {"content_base64": b64encode(content).decode()})
    kind = "project" if tables.is_project(place) else "group"
    full = f"/-/{kind}/{place['id']}{url}"
    return Reply(
        201, {"id": made["id"], "alt": alt if image else name, "url": url, "full_path": full, "markdown": markdown}
    )


def download(call: Call) -> Reply:
    """The file itself."""
    place = call.place()
    call.need(levels.GUEST, place)
    mine = call.account.find("uploads", tables.column_of(place), place["id"])
    wanted = (call.args["secret"], call.args["filename"])
    row = next((row for row in mine if (row["secret"], row["filename"]) == wanted), None)
    if row is None:
        raise not_found()
    return Reply(200, b64decode(row["content_base64"]))


ROUTES = [
    Route("POST", "/projects/{project_id}/uploads", to_project),
    Route("POST", "/groups/{group_id}/uploads", to_group),
    Route("GET", "/projects/{project_id}/uploads/{secret}/{filename}", download),
    Route("GET", "/groups/{group_id}/uploads/{secret}/{filename}", download),
]
