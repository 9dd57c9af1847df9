"""Finding quick actions in Markdown: lines of plain paragraphs that begin with a command GitLab knows."""

from __future__ import annotations

import re
from dataclasses import dataclass

ALIASES = {
    "assign_to": "assign",
    "child": "add_child",
    "clear_parent": "remove_parent",
    "estimate_time": "estimate",
    "labels": "label",
    "link": "relate",
    "parent_epic": "set_parent",
    "react": "award",
    "remove_label": "unlabel",
    "remove_parent_epic": "remove_parent",
    "spend_time": "spend",
    "spent": "spend",
}
EXECUTED = frozenset(
    {
        "add_child", "assign", "blocked_by", "blocks", "child_epic", "clear_health_status", "clear_weight", "close",
        "confidential", "due", "duplicate", "epic", "estimate", "health_status", "iteration", "label", "lock",
        "milestone", "reassign", "relabel", "relate", "remove_child", "remove_child_epic", "remove_due_date",
        "remove_epic", "remove_estimate", "remove_iteration", "remove_milestone", "remove_parent",
        "remove_time_spent", "reopen", "set_parent", "spend", "status", "title", "unassign", "unlabel", "unlink",
        "unlock", "weight",
    }
)  # fmt: skip
QUIET = frozenset({"award", "done", "subscribe", "todo", "unsubscribe"})
"""Change nothing that the contract shows."""
UNMODELLED = frozenset(
    {
        "add_contacts", "add_email", "checkin_reminder", "clone", "convert_to_ticket", "copy_metadata",
        "create_merge_request", "invite_email", "move", "page", "promote_to", "promote", "promote_to_incident",
        "publish", "remove_contacts", "remove_email", "remove_zoom", "severity", "timeline", "type", "zoom",
        "board_move",
    }
)  # fmt: skip
"""Known to GitLab, taken out of the text, but without an effect here; using one is reported as a violation."""

SUBSTITUTIONS = {"shrug": "¯\\＿(ツ)＿/¯", "tableflip": "(╯°□°)╯︵ ┻━┻"}

_COMMAND = re.compile(r"^ {0,3}/(?P<name>[a-zA-Z_]+)(?:[ \t]+(?P<argument>.*?))?[ \t\r]*$")
_FENCE = re.compile(r"^ {0,3}(```+|~~~+)")
_BLOCK = re.compile(r"^ {0,3}(?:[-*+] |\d+[.)] |>)")
_HTML = re.compile(r"^ {0,3}<(?P<tag>(?!(?:br|hr|img|input)\b)[a-zA-Z][\w-]*)\b[^>]*(?<!/)>\s*$")


@dataclass(frozen=True, slots=True)
class Command:
    """One quick action as written: its canonical name and everything after it."""

    name: str
    argument: str


def extract(text: str) -> tuple[str, list[Command]]:
    """The text without its quick actions, and those, in order.

    Only paragraphs of the document itself count: not code blocks, quotes (`>` and `>>>`), HTML blocks and comments, and
    not lines that carry on a list item.
    """
    kept: list[str] = []
    found: list[Command] = []
    closing = ""
    in_block = False
    for line in text.split("\n"):
        if closing:
            kept.append(line)
            if closing in line if closing == "-->" else line.strip().startswith(closing):
                closing = ""
            continue
        closing = _opened(line)
        if closing:
            kept.append(line)
            in_block = False
            continue
        if not line.strip():
            in_block = False
        elif _BLOCK.match(line):
            in_block = True
        command = None if in_block else _command(line)
        if command is None:
            kept.append(line)
        elif command.name in SUBSTITUTIONS:
            kept.append(f"{command.argument} {SUBSTITUTIONS[command.name]}".strip())
        else:
            found.append(command)
    left = "\n".join(kept)
    return (text if left == text else left.strip()), found


def _opened(line: str) -> str:
    """What ends the block that this line begins; empty when it begins none."""
    fence = _FENCE.match(line)
    if fence:
        return fence[1][:3]
    if line.strip() == ">>>":
        return ">>>"
    html = _HTML.match(line)
    if html:
        return f"</{html['tag']}"
    return "-->" if line.rfind("<!--") > line.rfind("-->") else ""


def _command(line: str) -> Command | None:
    match = _COMMAND.match(line)
    if match is None:
        return None
    name = match["name"].lower()
    name = ALIASES.get(name, name)
    if name not in EXECUTED | QUIET | UNMODELLED and name not in SUBSTITUTIONS:
        return None
    return Command(name, (match["argument"] or "").strip())
