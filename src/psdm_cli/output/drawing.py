"""Charts as SVG text: Altair describes them, vl-convert draws them; both come with the extra `psdm-cli[report]`.

Nothing is fetched: data stands in the specification, fonts are generic, addresses are refused.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from psdm_cli.errors import WrongConfiguration
from psdm_cli.output.html.look import GRID, INK, SERIES
from psdm_cli.output.text import shown_plain

WIDTH, HEIGHT = 360, 200
EXTRA = "psdm-cli[report]"
Row = Mapping[str, Any]
_TEXT = {"labelColor": INK, "titleColor": INK, "labelFontSize": 13, "titleFontSize": 13, "titleFontWeight": "normal"}
_AXIS = {
    **_TEXT,
    "domainColor": INK,
    "tickColor": INK,
    "gridColor": GRID,
    "labelPadding": 4,
    "labelLimit": 200,
    "titlePadding": 12,
}
_LEGEND = {**_TEXT, "orient": "top", "direction": "horizontal", "columns": 2, "title": None}
_LEGEND |= {"symbolType": "square", "columnPadding": 32, "rowPadding": 4}
_CONFIG: Mapping[str, Any] = {
    "background": None,
    "font": "sans-serif",
    "view": {"stroke": None, "fill": None},
    "axis": _AXIS,
    "legend": _LEGEND,
    "text": {"color": INK, "fontSize": 12},
    "rule": {"color": INK},
    "tick": {"color": INK},
    "range": {"category": list(SERIES)},
}


class Studio:
    """The two libraries, loaded. Raises `WrongConfiguration` naming the extra when one is missing."""

    def __init__(self) -> None:
        try:
            import altair
            import vl_convert
        except ImportError as missing:
            raise WrongConfiguration(
                f"Charts are drawn by {missing.name or 'a library'}, which is not installed.",
                hint=f"Install it with: pip install '{EXTRA}'  (Markdown, --json and the console need no chart)",
            ) from None
        self.alt: Any = altair
        self._convert: Any = vl_convert

    def data(self, rows: Sequence[Row]) -> Any:
        """Rows for a chart, foreign text made visible."""
        cleaned = [
            {name: shown_plain(value) if isinstance(value, str) else value for name, value in row.items()}
            for row in rows
        ]
        return self.alt.Data(values=cleaned)

    def svg(self, chart: Any) -> str:
        """A chart as SVG text, in the colours that a page puts its own in place of."""
        specification = chart.to_dict()
        specification["config"] = _CONFIG
        specification["padding"] = {"left": 8, "right": 12, "top": 4, "bottom": 4}  # a reader's font may be wider
        drawn: str = self._convert.vegalite_to_svg(specification, allowed_base_urls=[])
        return drawn
