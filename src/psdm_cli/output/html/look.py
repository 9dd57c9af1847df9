"""How a page looks, and its one small script: variables for light and dark, paper always light, no fonts fetched."""

from __future__ import annotations

import base64
import hashlib

SERIES = ("#3b6fb6", "#c9632b", "#3d8c5f", "#8a5bb0", "#a3862a", "#4f8fa3")
"""The colours of a chart's series as charts are drawn; the page's variables put others in their place when dark."""
SERIES_DARK = ("#7fb0f0", "#f0a070", "#7fcf9f", "#c9a2ea", "#dfc366", "#8fd0e3")
INK, GRID, BAND = "#1f2933", "#d7dce2", "#e8eef5"
"""A chart's text and axes, its grid and a tolerance's band, as charts are drawn."""

_SERIES_RULES = "".join(
    f'svg [fill="{colour}"]{{fill:var(--series-{n})}}svg [stroke="{colour}"]{{stroke:var(--series-{n})}}'
    for n, colour in enumerate(SERIES, 1)
)


def _variables(colours: tuple[str, ...]) -> str:
    return "".join(f"--series-{n}:{colour};" for n, colour in enumerate(colours, 1))


STYLE = f"""
:root{{color-scheme:light dark;--paper:#fff;--ink:{INK};--faint:#566270;--line:{GRID};--stripe:#f5f7f9;--accent:#1f5fa8;
--note:#fff6da;--note-line:#b78a10;--band:{BAND};--green:#12683c;--green-back:#def3e6;--yellow:#6b4e00;
--yellow-back:#fdf0c4;--red:#9b1c1c;--red-back:#fde3e1;{_variables(SERIES)}}}
@media screen and (prefers-color-scheme:dark){{:root{{--paper:#14181d;--ink:#e6eaee;--faint:#a7b1bc;--line:#39424c;
--stripe:#1b2127;--accent:#8dbdf5;--note:#2c2611;--note-line:#c9a53a;--band:#25303c;--green:#8ee0b0;--green-back:#12321f;
--yellow:#f3d47a;--yellow-back:#3a2f0b;--red:#ffb3ad;--red-back:#451a18;{_variables(SERIES_DARK)}}}}}
*{{box-sizing:border-box}}
html{{-webkit-text-size-adjust:100%;text-size-adjust:100%}}
body{{margin:0 auto;max-width:76rem;padding:1rem 1rem 3rem;background:var(--paper);color:var(--ink);
font:1rem/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;overflow-wrap:anywhere}}
h1{{font-size:1.6rem;line-height:1.2;margin:.5rem 0 .25rem}}
h2{{font-size:1.2rem;line-height:1.3;margin:2rem 0 .5rem;padding-top:.75rem;border-top:2px solid var(--line)}}
h3{{font-size:1rem;margin:1.25rem 0 .25rem}}
p,ul,ol{{margin:.4rem 0 .7rem;max-width:60rem}}
a{{color:var(--accent)}}
a:focus-visible,button:focus-visible,summary:focus-visible,.scroll:focus-visible{{outline:3px solid var(--accent);
outline-offset:2px}}
.whole{{white-space:nowrap}}
.unseen{{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}}
.skip{{position:absolute;left:-99rem}}.skip:focus{{position:static}}
.lead,.faint,.below{{color:var(--faint)}}
.lead{{margin:0 0 .75rem}}
.note{{background:var(--note);border-left:4px solid var(--note-line);padding:.5rem .75rem;margin:.75rem 0}}
nav ul{{list-style:none;display:flex;flex-wrap:wrap;gap:.25rem 1rem;padding:0;margin:.75rem 0}}
nav a{{display:inline-block;padding:.25rem 0}}
.cards{{display:grid;grid-template-columns:repeat(auto-fit,minmax(13rem,1fr));gap:.75rem;margin:1rem 0}}
.cards>div{{border:1px solid var(--line);border-radius:.5rem;padding:.6rem .8rem}}
.cards dt{{font-size:.85rem;color:var(--faint)}}
.cards dd{{margin:0}}
.cards .value{{font-size:1.2rem;font-weight:650;line-height:1.35;font-variant-numeric:tabular-nums}}
.cards .below{{font-size:.85rem}}
.scroll{{overflow-x:auto;margin:.5rem 0 1rem}}
table{{border-collapse:collapse;width:100%;font-size:.92rem;font-variant-numeric:tabular-nums}}
caption{{text-align:left;font-weight:600;padding:.25rem 0}}
th,td{{padding:.35rem .6rem;border-bottom:1px solid var(--line);text-align:left;vertical-align:top;
overflow-wrap:break-word;min-width:3.5rem;max-width:28rem}}
thead th{{border-bottom:2px solid var(--faint);vertical-align:bottom;font-weight:600}}
tbody th{{font-weight:600}}
tbody tr{{background:var(--paper)}}tbody tr:nth-child(even){{background:var(--stripe)}}
.prose{{min-width:11rem}}
tfoot td,tfoot th{{border-top:2px solid var(--faint);border-bottom:0;font-weight:650}}
.number{{text-align:right;white-space:nowrap}}
thead button{{font:inherit;color:inherit;background:none;border:0;padding:.2rem 0;cursor:pointer;text-align:inherit}}
thead button::after{{content:"\\00a0↕";color:var(--faint)}}
[aria-sort=ascending] button::after{{content:"\\00a0↑";color:inherit}}
[aria-sort=descending] button::after{{content:"\\00a0↓";color:inherit}}
.badge{{display:inline-block;border-radius:.35rem;padding:0 .45rem;border:1px solid var(--line);white-space:nowrap}}
.badge.green{{color:var(--green);background:var(--green-back);border-color:currentColor}}
.badge.yellow{{color:var(--yellow);background:var(--yellow-back);border-color:currentColor}}
.badge.red{{color:var(--red);background:var(--red-back);border-color:currentColor}}
.charts{{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(26rem,100%),1fr));gap:1rem 2rem}}
figure{{margin:.5rem 0 1rem;min-width:0}}
figcaption{{font-weight:600;margin-bottom:.35rem}}
figure .below{{font-size:.85rem;margin:.25rem 0}}
svg{{display:block;width:100%;height:auto;max-width:34rem}}
svg text{{font-family:system-ui,-apple-system,"Segoe UI",Roboto,Arial,sans-serif}}
svg [fill="{INK}"]{{fill:var(--ink)}}svg [stroke="{INK}"]{{stroke:var(--ink)}}
svg [fill="{GRID}"]{{fill:var(--line)}}svg [stroke="{GRID}"]{{stroke:var(--line)}}
svg [fill="{BAND}"]{{fill:var(--band)}}
{_SERIES_RULES}
details{{margin:.35rem 0}}
summary{{cursor:pointer;color:var(--accent);padding:.25rem 0}}
footer{{margin-top:2.5rem;border-top:1px solid var(--line);padding-top:.5rem;font-size:.85rem;color:var(--faint)}}
@media (max-width:40rem){{body{{padding:.75rem .75rem 2rem}}h1{{font-size:1.35rem}}
.cards{{grid-template-columns:1fr 1fr}}.cards .value{{font-size:1.05rem}}
th,td{{padding:.35rem .45rem}}
.wide tbody th,.wide thead th:first-child,.wide tfoot th{{position:sticky;left:0;max-width:9rem;background:inherit}}
.wide thead tr,.wide tfoot tr{{background:var(--paper)}}
.stacked table,.stacked thead,.stacked tbody,.stacked tfoot,.stacked caption,.stacked tr,.stacked th,.stacked td{{
display:block;max-width:none}}
.stacked thead tr{{display:flex;flex-wrap:wrap;gap:0 1rem}}.stacked thead th{{border:0;padding:0;min-width:0}}
.stacked tbody tr{{border:1px solid var(--line);border-radius:.5rem;margin:.5rem 0;padding:.35rem .6rem}}
.stacked tbody th,.stacked tbody td{{border:0;padding:.15rem 0;text-align:left;white-space:normal}}
.stacked tbody td{{position:relative;padding-left:7rem;min-height:1.8rem}}
.stacked tbody td::before{{content:attr(data-label);color:var(--faint);position:absolute;left:0;width:6.5rem}}
.stacked tbody td:empty{{display:none}}}}
@media (pointer:coarse){{thead button,summary,nav a{{min-height:2.75rem}}}}
@media print{{@page{{margin:14mm 12mm}}body{{max-width:none;padding:0;font-size:9.5pt}}nav,.skip{{display:none}}
.scroll{{overflow:visible}}thead button::after{{content:""}}a{{color:inherit}}
h2,h3,thead,caption{{break-after:avoid}}h2{{margin-top:1.2rem}}.short{{break-inside:avoid}}figure,.cards,tr,caption{{break-inside:avoid}}
thead{{display:table-header-group}}table{{font-size:8.5pt}}.cards .value{{font-size:11pt}}
th,td{{padding:.2rem .35rem;min-width:0}}
.badge,.note,.cards>div{{print-color-adjust:exact;-webkit-print-color-adjust:exact}}
svg{{print-color-adjust:exact;-webkit-print-color-adjust:exact;max-width:100%}}
.charts{{grid-template-columns:1fr 1fr;gap:.5rem 1.5rem}}details.screen{{display:none}}
.cards{{grid-template-columns:repeat(4,minmax(0,1fr))}}.prose{{min-width:6rem}}
figure .below{{font-size:8pt}}figure table{{font-size:7pt}}figure .number{{white-space:normal}}
details:not([open])::details-content{{content-visibility:visible;height:auto;display:block}}summary{{display:none}}}}
""".strip()

SCRIPT = """
"use strict";
for (const table of document.querySelectorAll("table[data-sortable]")) {
  const heads = [...table.tHead.rows[0].cells];
  const body = table.tBodies[0];
  const key = (row, at) => row.cells[at].dataset.key ?? row.cells[at].textContent.trim();
  heads.forEach((head, at) => {
    const number = head.classList.contains("number");
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => {
      const way = head.getAttribute("aria-sort") === "ascending" ? -1 : 1;
      heads.forEach((other) => other.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", way === 1 ? "ascending" : "descending");
      const rows = [...body.rows].sort((one, two) => {
        const a = key(one, at), b = key(two, at);
        if (a === "" || b === "") return (a === "") - (b === "");
        return way * (number ? Number(a) - Number(b) : a.localeCompare(b, "en", { numeric: true }));
      });
      body.append(...rows);
    });
  });
}
""".strip()


def fingerprint(text: str) -> str:
    """How a content security policy names a style or script that stands in the page itself."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


POLICY = (
    f"default-src 'none'; style-src {fingerprint(STYLE)}; script-src {fingerprint(SCRIPT)}; img-src data:; "
    "base-uri 'none'; form-action 'none'"
)
"""What the page may do: its own style and script, nothing else; no request ever leaves it."""
