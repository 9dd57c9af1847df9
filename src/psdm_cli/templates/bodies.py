"""The description of a new issue: the team's own issue template filled, if there is one, else ours."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from psdm_cli.domain.audience import Audience
from psdm_cli.domain.foreign import Own
from psdm_cli.domain.issue_templates import filled
from psdm_cli.domain.markers import markers_in, with_marker
from psdm_cli.domain.quick_actions import Fields, parse
from psdm_cli.domain.text_templates import FieldType, Kind, TemplateField, TemplateInfo
from psdm_cli.errors import WrongUsage
from psdm_cli.templates import template_named, with_actions
from psdm_cli.templates.values import Rows, one_line, prepared


@dataclass(frozen=True, slots=True)
class Body:
    """A description, and what goes with it.

    `fields`: what quick actions of the team's template ask for, in the API's words; `unknown`: those that psdm does not
    carry out, to be shown. `left`: fields that have a value and found no heading in the team's template.
    """

    text: str
    audience: Audience
    fields: Fields = field(default_factory=Fields)
    unknown: tuple[str, ...] = ()
    left: tuple[str, ...] = ()
    from_team: bool = False


def body(name: str, values: Mapping[str, Any], own: Path | None = None, team_text: str | None = None) -> Body:
    """The description that template `name` stands for. `team_text`: the team's issue template from GitLab, if any.

    The team's text wins: its quick actions are taken out, its sections filled where their headings match, our hidden
    marker added, so that the issue is found again. Raises what `render` raises, and `WrongUsage` for no issue.
    """
    info = template_named(name)
    if info.kind is not Kind.ISSUE:
        raise WrongUsage(f"{info.name} is a {info.kind.value}, not an issue.")
    ours = parse(with_actions(info.name, values, own))
    if team_text is None or not team_text.strip():
        return Body(ours.text_without, info.audience, ours.fields, ours.unknown)
    taken = parse(team_text)
    done = filled(taken.text_without, sections(info, values))
    text = done.text.rstrip()
    for kind, key in markers_in(ours.text_without):
        text = with_marker(text, kind, key)
    return Body(text, info.audience, taken.fields, taken.unknown, done.left, from_team=True)


def sections(info: TemplateInfo, values: Mapping[str, Any]) -> dict[str | tuple[str, ...], str]:
    """What is known, by the headings that it may stand under; fields without a value are left out."""
    ready = prepared(info, values)
    found: dict[str | tuple[str, ...], str] = {}
    for each in info.fields:
        text = _section(each, ready[each.name])
        if text:
            found[(each.name.replace("_", " "), *each.headings)] = Own(text)
    return found


def _section(described: TemplateField, value: Any) -> str:
    if described.type is FieldType.LABELS or value is None or (not isinstance(value, bool) and not value):
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if described.type is FieldType.ROWS:
        titles = [name.replace("_", " ").capitalize() for name in described.columns]
        rows = [titles, ["---"] * len(titles), *([str(row[name]) for name in described.columns] for row in value)]
        return "\n".join(f"| {' | '.join(row)} |" for row in rows)
    if isinstance(value, Rows):
        return "\n".join(f"- {one_line(each, markdown=True)}" for each in value)
    return str(value).strip()
