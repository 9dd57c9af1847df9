"""What forbids a space, and why a part of it cannot be made."""

from __future__ import annotations

from psdm_cli.domain.gitlab import Group, Project
from psdm_cli.domain.places import PUBLIC, wrong_config
from psdm_cli.domain.space.observed import Space
from psdm_cli.domain.space.parts import Missing, Unseen, value_of
from psdm_cli.errors import RefusedByRule


def refuse_config(space: Space) -> None:
    """Raise `RefusedByRule` (exit 6) for a configuration that puts an internal place where customers read."""
    places = [record for record in (value_of(space.epics_group), value_of(space.plan)) if record is not None]
    groups = [group for part in space.parents.values() if (group := value_of(part)) is not None]
    for sentence in wrong_config(space.places, tuple(places), tuple(groups)):
        raise RefusedByRule(f"{sentence}.", hint="Correct gitlab.groups and gitlab.projects in the configuration.")


def refuse_public(space: Space) -> None:
    """Raise `RefusedByRule` where customers' content would become public."""
    for what, part in (("parent group", space.parent), ("customer's group", space.group), ("project", space.project)):
        record = value_of(part)
        if isinstance(record, Group | Project) and record.visibility == PUBLIC:
            raise RefusedByRule(
                f"The {what} {record.full_path} is public: a collaboration space is private (handbook, Collaboration "
                "Space Guidelines; customers' data).",
                hint="Make it private in GitLab, or name another group in gitlab.groups.",
            )


def why_not(part: object) -> str:
    """Why a part is not there, in words."""
    if isinstance(part, Unseen):
        return part.reason
    if isinstance(part, Missing):
        return f"{part.why}: {part.waits_for}" if part.waits_for else part.why
    return ""
