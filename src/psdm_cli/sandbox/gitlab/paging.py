"""Pages by offset, with the headers of gitlab.md 4.2."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode

from psdm_cli.sandbox.account import Row
from psdm_cli.sandbox.gitlab.refusals import Refusal

if TYPE_CHECKING:
    from psdm_cli.sandbox.gitlab.calls import Call, Reply


def link_to(call: Call, **changes: Any) -> str:
    """The request's own address with other parameters; None takes one away."""
    kept = [
        (name, value) for name, value in parse_qsl(call.request.query, keep_blank_values=True) if name not in changes
    ]
    asked = call.request.raw_path or call.request.path
    path = asked[asked.index("/api/") :] if "/api/" in asked else asked
    pairs = kept + [(name, str(value)) for name, value in changes.items() if value is not None]
    return f"{call.root}{path}?{urlencode(pairs)}"


def page(call: Call, rows: Sequence[Row], show: Callable[[Row], Any]) -> Reply:
    """The asked page. Totals and rel=last are left out above 10,000 rows; too deep an offset is refused with 405."""
    from psdm_cli.sandbox.gitlab.calls import Reply

    number, size = call.params["page"], call.params["per_page"]
    first = (number - 1) * size
    if first >= call.readings.deepest_offset:
        text = (
            f"Offset pagination has a maximum allowed offset of {call.readings.deepest_offset} for requests that "
            "return objects of this type. Remaining records can be retrieved using keyset pagination."
        )
        raise Refusal(405, {"error": text})
    total = len(rows)
    pages = max(1, -(-total // size))
    counted = total <= call.readings.total_up_to
    more = first + size < total
    headers = {
        "X-Next-Page": str(number + 1) if more else "",
        "X-Page": str(number),
        "X-Per-Page": str(size),
        "X-Prev-Page": str(number - 1) if number > 1 else "",
    }
    links = [("prev", number - 1)] if number > 1 else []
    links += [("next", number + 1)] if more else []
    links.append(("first", 1))
    if counted:
        headers |= {"X-Total": str(total), "X-Total-Pages": str(pages)}
        links.append(("last", pages))
    headers["Link"] = ", ".join(f'<{link_to(call, page=at, per_page=size)}>; rel="{rel}"' for rel, at in links)
    return Reply(200, [show(row) for row in rows[first : first + size]], headers)
