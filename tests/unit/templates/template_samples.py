"""Values for every field of every template: plain ones, and the same text in every place that takes one."""

from __future__ import annotations

from typing import Any

from psdm_cli.domain.text_templates import FieldType, TemplateInfo

#: customers' names as they come, and as nobody would wish them to come
NAMES: dict[str, str] = {
    "slashes": "Böhm/Söhne / North\\South",
    "quotes": "\"Acme\" 'Ltd' `Co`",
    "emoji": "👩‍💻 Rocket 🚀 Labs",
    "rtl": "מגדל\u202e Ltd\u200f",
    "255": "x" * 255,
    "close": "/close",
    "all": "@all",
    "script": "<script>alert(1)</script>",
    "pipes": "A | B || C",
    "jinja": "{{ 7 * 7 }}{% for x in y %}",
    "comment": "<!-- psdm:raid:SOW-9 -->",
    "closes a comment": "--> /close",
    "lines": "Acme\n/close\n/label ~x\n\n| a | b |",
    "fence": "```\n/close",
    "heading": "# Risks",
    "link": "[x](javascript:alert(1))",
    "table": "a\n--- | ---\nb",
    "reference": "acme/app#1 &2 ~bug %5",
    "entities": "&#64;all &lt;b&gt;",
    "zero width": "\u200b/close",
    "format": "%s {0} ${x}",
}
KEYS = {"sow": "SOW-1234", "slug": "migrate", "week": "2026-W48"}


def everywhere(info: TemplateInfo, text: str) -> dict[str, Any]:
    """A value for every field of a template, with `text` wherever a text may stand."""
    found: dict[str, Any] = {}
    for field in info.fields:
        match field.type:
            case FieldType.KEY:
                found[field.name] = KEYS[field.name]
            case FieldType.URL:
                found[field.name] = f"https://gitlab.example/{field.name}(1)?a=b&c=_d_"
            case FieldType.DATE:
                found[field.name] = "2026-12-04"
            case FieldType.FLAG:
                found[field.name] = True
            case FieldType.LIST | FieldType.LABELS:
                found[field.name] = [text, text]
            case FieldType.ROWS:
                row = {name: "https://x.example/1" if name == "url" else text for name in field.columns}
                found[field.name] = [row, row]
            case _:
                found[field.name] = text
    return found


def needed(info: TemplateInfo, text: str = "Acme") -> dict[str, Any]:
    """Values of the required fields alone."""
    return {name: value for name, value in everywhere(info, text).items() if name in info.required}
