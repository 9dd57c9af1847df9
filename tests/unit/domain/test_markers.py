"""Hidden markers: made, found, kept once; nothing that would show or break out."""

from __future__ import annotations

import pytest

from psdm_cli.domain.markers import marker, markers_in, with_marker, without_markers


def test_a_marker_is_found_again() -> None:
    text = with_marker("Body\n", "activity", "SOW-1234/migration")
    assert text == "Body\n\n<!-- psdm:activity:SOW-1234/migration -->"
    assert markers_in(text) == (("activity", "SOW-1234/migration"),)
    assert with_marker(text, "activity", "SOW-1234/migration") == text
    both = with_marker(text, "raid", "SOW-1234")
    assert markers_in(both) == (("activity", "SOW-1234/migration"), ("raid", "SOW-1234"))
    assert without_markers(both).rstrip() == "Body"
    assert with_marker("", "raid", "SOW-1") == "<!-- psdm:raid:SOW-1 -->"
    assert markers_in(None) == ()


@pytest.mark.parametrize(
    ("kind", "key"),
    [("raid", ""), ("raid", "a b"), ("raid", "a-->b"), ("raid", "a\nb"), ("raid", "x-"), ("Raid", "x"), ("", "x")],
)
def test_what_would_not_stay_hidden_is_no_marker(kind: str, key: str) -> None:
    with pytest.raises(ValueError, match="marker"):
        marker(kind, key)


@pytest.mark.parametrize(
    "text", ["<!-- psdm:raid:SOW-1 --", "<!--psdm:raid:SOW-1-->", "psdm:raid:SOW-1", "<!-- psdm:raid: -->"]
)
def test_what_is_no_marker(text: str) -> None:
    assert markers_in(text) == ()
