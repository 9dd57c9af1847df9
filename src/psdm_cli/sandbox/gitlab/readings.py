"""Plans, and one reading of everything `gitlab.md` calls UNCONFIRMED or lets an instance decide."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from psdm_cli.sandbox.collaboration import INSTANCE

Plan = Literal["free", "premium", "ultimate"]

PREMIUM = frozenset(
    {
        "epics",
        "scoped_labels",
        "weights",
        "iterations",
        "several_assignees",
        "blocking_links",
        "work_item_status",
        "burndown",
        "custom_project_templates",
        "group_boards",
        "group_wikis",
    }
)
ULTIMATE = PREMIUM | {"subepics", "related_epics", "health_status", "dora"}
FEATURES: dict[str, frozenset[str]] = {"free": frozenset(), "premium": PREMIUM, "ultimate": ULTIMATE}


@dataclass(slots=True)
class GitLabReadings:
    """Change a field to serve another reading, or another instance.

    `graphql`: `off` answers 404, `old` knows no field that came after 18.0. `task_toggle`: the flag behind the
    check-box toggle; `vanished_line`: what it says of a line that is gone. `work_item_rest_api`: the hidden API is
    there and off (403), or older than 18.9 (404). `group_uploads`: from 19.0. `names`: whether a group's name may hold
    anything, or only what GitLab's own form takes. `namespace_refused`: how a project in a group without the right to
    create one is refused. `ruby`: how hashes are printed in messages. `extra_assignees`, `second_board`,
    `weight_without_plan`, `link_without_plan`: what a lower plan does with them. `creations_left_groups` and
    `_projects` count down the day's creations; at 0 they answer 429 with `creation_wait` seconds in Retry-After.
    `decoding_proxy`: something in front of GitLab undoes %2F, so that every path with a group's or project's full path
    leads nowhere. `search_sees_comments`: whether searching issues finds words inside HTML comments (a full-text index
    leaves them out). `instance` is what `web_url` begins with (None: the address asked).
    """

    version: str = "19.4.1-ee"
    graphql: Literal["on", "off", "old"] = "on"
    task_toggle: bool = True
    vanished_line: Literal["stale", "internal"] = "stale"
    work_item_rest_api: Literal["off", "absent"] = "off"
    group_uploads: bool = True
    names: Literal["any", "strict"] = "any"
    namespace_refused: Literal["403", "400"] = "403"
    project_taken: Literal["400", "409"] = "400"
    ruby: Literal["3.2", "3.4"] = "3.2"
    extra_assignees: Literal["dropped", "refused"] = "dropped"
    second_board: Literal["403", "400"] = "403"
    weight_without_plan: Literal["ignored", "refused"] = "ignored"
    link_without_plan: Literal["refused", "relates"] = "refused"
    largest_upload: int = 100 * 1024 * 1024
    total_up_to: int = 10_000
    deepest_offset: int = 50_000
    creation_wait: int = 86_400
    creations_left_groups: int | None = None
    creations_left_projects: int | None = None
    decoding_proxy: bool = False
    search_sees_comments: bool = True
    instance: str | None = INSTANCE
