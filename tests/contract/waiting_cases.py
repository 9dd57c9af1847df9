"""What both systems may say after a 429, and the seconds that an adapter waits then."""

from __future__ import annotations

import pytest

WAITS = [
    pytest.param({"Retry_After": "7"}, 7.0, id="seconds"),
    pytest.param({"Retry_After": "2.5"}, 2.5, id="decimals"),
    pytest.param(
        {"Retry_After": "Mon, 23 Nov 2026 09:00:30 GMT", "Date": "Mon, 23 Nov 2026 09:00:18 GMT"},
        12.0,
        id="a date on the server's own clock",
    ),
    pytest.param({}, 1.0, id="nothing"),
    pytest.param({"Retry_After": "soon"}, 1.0, id="nonsense"),
    pytest.param({"Retry_After": "nan"}, 1.0, id="no number"),
    pytest.param({"Retry_After": "-3"}, None, id="in the past"),
]
