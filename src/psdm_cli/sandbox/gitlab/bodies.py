"""What a request sends: query, JSON, form or multipart, as one dict of names in the contract's spelling."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from psdm_cli.sandbox.gitlab.refusals import wrong_parameter

if TYPE_CHECKING:
    from psdm_cli.sandbox.service import Request

File = tuple[str, bytes]


def sent(request: Request) -> tuple[dict[str, Any], File | None]:
    """All parameters of a request, and its file. Raises `Refusal` for a body that cannot be read."""
    found = _pairs(request.query)
    kind = request.headers.get("content-type", "")
    if not request.body or request.method == "GET":
        return found, None
    if kind.startswith("multipart/form-data"):
        fields, file = _multipart(kind, request.body)
        return found | fields, file
    if kind.startswith("application/x-www-form-urlencoded"):
        return found | _pairs(request.body.decode("utf-8", "replace")), None
    try:
        body = json.loads(request.body)
    except ValueError:
        raise wrong_parameter("The provided content-type 'application/json' has a body that is no JSON") from None
    if not isinstance(body, dict):
        raise wrong_parameter("The body is no JSON object")
    return found | body, None


def _pairs(text: str) -> dict[str, Any]:
    """A query or form; names ending in [] are lists, of other names the last one counts."""
    found: dict[str, Any] = {}
    for name, value in parse_qsl(text, keep_blank_values=True):
        if name.endswith("[]"):
            found.setdefault(name, []).append(value)
        else:
            found[name] = value
    return found


def _multipart(kind: str, body: bytes) -> tuple[dict[str, Any], File | None]:
    boundary = re.search(r'boundary="?([^";]+)"?', kind)
    if boundary is None:
        raise wrong_parameter("file is invalid")
    fields: dict[str, Any] = {}
    file: File | None = None
    for part in body.split(b"--" + boundary[1].encode())[1:]:
        head, split, content = part.partition(b"\r\n\r\n")
        if not split:
            continue
        content = content.removesuffix(b"\r\n")
        text = head.decode("utf-8", "replace")
        name = re.search(r'\bname="([^"]*)"', text)
        filename = re.search(r'\bfilename="([^"]*)"', text)
        if name is None:
            continue
        if filename is None:
            fields[name[1]] = content.decode("utf-8", "replace")
        else:
            file = (filename[1], content)
            fields[name[1]] = filename[1]
    return fields, file
