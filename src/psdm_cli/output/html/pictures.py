"""Drawings on a page: only what draws is let through, so that a chart can neither act nor fetch anything."""

from __future__ import annotations

import re
from xml.etree import ElementTree

from psdm_cli.output.html.fragments import Safe, escaped
from psdm_cli.output.text import shown_plain

_SVG = "http://www.w3.org/2000/svg"
_DRAWS = frozenset({"svg", "g", "path", "rect", "line", "circle", "ellipse", "polyline", "polygon", "text", "tspan"})
_ATTRIBUTES = frozenset(
    {
        *("viewBox", "transform", "d", "x", "y", "x1", "x2", "y1", "y2", "dx", "dy", "cx", "cy", "r", "rx", "ry"),
        *("points", "width", "height", "fill", "fill-opacity", "fill-rule", "stroke", "stroke-width", "stroke-opacity"),
        *("stroke-dasharray", "stroke-dashoffset", "stroke-linecap", "stroke-linejoin", "stroke-miterlimit"),
        *("opacity", "display", "text-anchor", "dominant-baseline"),
        *("font-family", "font-size", "font-weight", "font-style"),
    }
)
_FETCHES = re.compile(r"url\s*\(|[;{}]", re.IGNORECASE)


def picture(svg: str, name: str, described_by: str) -> Safe:
    """The drawing with a name for screen readers, as wide as its place.

    `described_by` is the id of the table with its numbers. Raises `ValueError` when `svg` is no drawing.
    """
    if "<!DOCTYPE" in svg or "<!ENTITY" in svg:
        raise ValueError("a drawing declares nothing")
    try:
        root = ElementTree.fromstring(svg)  # noqa: S314 declarations are refused above
    except ElementTree.ParseError as trouble:
        raise ValueError(f"not a drawing: {trouble}") from trouble
    if root.tag not in ("svg", f"{{{_SVG}}}svg"):
        raise ValueError("not a drawing")
    _clean(root)
    for size in ("width", "height"):
        root.attrib.pop(size, None)
    inside = "".join(ElementTree.tostring(child, encoding="unicode") for child in root)
    box = escaped(root.get("viewBox", "0 0 100 100"))
    return Safe(
        f'<svg viewBox="{box}" role="img" aria-label="{escaped(name)}" aria-describedby="{escaped(described_by)}" '
        f'focusable="false">{inside}</svg>'
    )


def _clean(element: ElementTree.Element) -> None:
    element.tag = element.tag.removeprefix(f"{{{_SVG}}}")
    if element.text:
        element.text = shown_plain(element.text)
    for name, value in list(element.attrib.items()):
        if name not in _ATTRIBUTES or _FETCHES.search(value):
            del element.attrib[name]
    for child in list(element):
        if child.tag.removeprefix(f"{{{_SVG}}}") not in _DRAWS:
            element.remove(child)
            continue
        _clean(child)
