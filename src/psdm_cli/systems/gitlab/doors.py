"""All doors to GitLab by kind, behind one guard."""

from __future__ import annotations

from psdm_cli.changes.doors import Door, Doors
from psdm_cli.changes.gitlab_places import PlaceNames
from psdm_cli.domain.internal_words import InternalRules
from psdm_cli.systems.gitlab.client import GitLabClient
from psdm_cli.systems.gitlab.epic_door import EpicDoor
from psdm_cli.systems.gitlab.file_door import FileDoor
from psdm_cli.systems.gitlab.gitlab_door import Desk
from psdm_cli.systems.gitlab.guard import Guard
from psdm_cli.systems.gitlab.health_door import HealthDoor
from psdm_cli.systems.gitlab.issue_door import IssueDoor
from psdm_cli.systems.gitlab.link_doors import EpicIssueDoor, IssueLinkDoor
from psdm_cli.systems.gitlab.note_doors import NoteDoor, UploadDoor
from psdm_cli.systems.gitlab.place_doors import GroupDoor, MemberDoor, ProjectDoor
from psdm_cli.systems.gitlab.planning_doors import BoardDoor, LabelDoor, MilestoneDoor
from psdm_cli.systems.gitlab.probing import Probing
from psdm_cli.systems.gitlab.task_door import TaskDoor
from psdm_cli.systems.gitlab.wiki_door import WikiDoor
from psdm_cli.systems.gitlab_ports import GitLab

ALL = (
    GroupDoor,
    ProjectDoor,
    MemberDoor,
    LabelDoor,
    MilestoneDoor,
    BoardDoor,
    EpicDoor,
    HealthDoor,
    IssueDoor,
    IssueLinkDoor,
    EpicIssueDoor,
    NoteDoor,
    UploadDoor,
    FileDoor,
    TaskDoor,
    WikiDoor,
)


def gitlab_doors(
    client: GitLabClient, reading: GitLab, probing: Probing, names: PlaceNames, rules: InternalRules
) -> Doors:
    """Every door to GitLab. `names` are the configured places, `rules` what must not be read by customers."""
    desk = Desk(client, reading, Guard(reading, names, rules), probing)
    doors: list[Door] = [make(desk) for make in ALL]
    return {(door.system, door.kind): door for door in doors}
