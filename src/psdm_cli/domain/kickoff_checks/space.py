"""The kickoff's checks of the collaboration space: groups, project, epics, RAID, board, README, access."""

from __future__ import annotations

from collections.abc import Sequence

from psdm_cli.domain.findings import Finding, Step
from psdm_cli.domain.gitlab import Group, Member, Project
from psdm_cli.domain.kickoff_checks.common import Kickoff, found, not_yet, step
from psdm_cli.domain.space.observed import ActivitySeen
from psdm_cli.domain.space.parts import Missing, Part, Seen, T_co, Unseen, value_of
from psdm_cli.domain.steps.common import counted

PRIVATE, PUBLIC = "private", "public"
PM_SCOPE, WORKFLOW_SCOPE = "pm::", "psd workflow::"
README = "README.md"


def _not_seen(kickoff: Kickoff, step_id: str, title: str, part: Part[T_co], message: str) -> Step | None:
    """The step of a part that is not there or could not be looked at; None where it was seen."""
    if isinstance(part, Unseen):
        return step(step_id, title, unseen=(part.reason,), passed="")
    if isinstance(part, Missing):
        if part.waits_for:
            return not_yet(step_id, title, f"waits for {part.waits_for}")
        fix = f"psdm init-project {kickoff.sow}"
        return step(step_id, title, (found(kickoff, step_id, "missing", part.why or message, fix=fix),), passed="")
    return None


def parent_group(kickoff: Kickoff) -> Step:
    """INIT-10: the customer's subgroup lies in the group that its staffing asks for."""
    title, space = "Parent group", kickoff.space
    group, parent = value_of(space.group), value_of(space.parent)
    hidden = [part.reason for part in (space.group, space.parent) if isinstance(part, Unseen)]
    if hidden:
        return step("INIT-10", title, unseen=hidden, passed="")
    if group is None or parent is None:
        where = parent.full_path if parent is not None else "not known yet"
        return step("INIT-10", title, passed=f"the parent group is {where}")
    if group.parent_id == parent.id or parent.id in group.ancestors:
        return step("INIT-10", title, passed=f"{group.full_path} lies in {parent.full_path}")
    finding = found(
        kickoff,
        "INIT-10",
        "parent",
        f"staffed {space.staffing or 'internal'}, and {group.full_path} does not lie in {parent.full_path}",
        fix="Move the subgroup, or change the staffing",
    )
    return step("INIT-10", title, (finding,), passed="")


def customer_subgroup(kickoff: Kickoff) -> Step:
    """INIT-11: the customer's subgroup is there, not public, not waiting for its deletion."""
    title, part = "Customer subgroup exists", kickoff.space.group
    absent = _not_seen(kickoff, "INIT-11", title, part, "the customer has no subgroup")
    if absent is not None or not isinstance(part, Seen):
        return absent or step("INIT-11", title, passed="")
    return step("INIT-11", title, _visibility(kickoff, "INIT-11", part.value), passed=part.value.url or part.value.name)


def project(kickoff: Kickoff) -> Step:
    """INIT-12: the project bears the number and is private."""
    title, part = f"Project {kickoff.space.name} exists, private", kickoff.space.project
    absent = _not_seen(kickoff, "INIT-12", title, part, f"there is no project {kickoff.space.name}")
    if absent is not None or not isinstance(part, Seen):
        return absent or step("INIT-12", title, passed="")
    seen = part.value
    findings = list(_visibility(kickoff, "INIT-12", seen))
    if seen.path.casefold() != kickoff.space.name.casefold():
        findings.append(
            found(kickoff, "INIT-12", "path", f"its path is {seen.path}, not {kickoff.space.name}", fix="Rename it")
        )
    if seen.archived:
        findings.append(found(kickoff, "INIT-12", "archived", "the project is archived"))
    return step("INIT-12", title, findings, passed=seen.url or seen.full_path)


def _visibility(kickoff: Kickoff, step_id: str, place: Group | Project) -> Sequence[Finding]:
    findings = []
    private_only = isinstance(place, Project)
    if place.visibility == PUBLIC or (private_only and place.visibility != PRIVATE):
        fix = f"psdm check {kickoff.sow} makes it private"
        findings.append(
            found(kickoff, step_id, "visibility", f"{_named(place)} is {place.visibility}, not private", fix=fix)
        )
    if place.deletion_on is not None:
        message = f"{_named(place)} waits for its deletion on {place.deletion_on}"
        findings.append(found(kickoff, step_id, "deletion", message, fix="Restore it in GitLab"))
    return findings


def _named(place: Group | Project) -> str:
    return f"the {'project' if isinstance(place, Project) else 'group'} {place.path}"


def activity_epics(kickoff: Kickoff) -> Step:
    """INIT-13: an epic for every activity, each with PM, workflow and SOW label."""
    space = kickoff.space
    what = "issue" if space.by_milestones else "epic"
    title = f"One {what} for each activity, with its three labels"
    part = space.activities
    absent = _not_seen(kickoff, "INIT-13", title, part, f"no activity has its {what}")
    if absent is not None or not isinstance(part, Seen):
        return absent or step("INIT-13", title, passed="")
    if not part.value:
        fix = f"psdm init-project {kickoff.sow} --activity NAME"
        return step(
            "INIT-13", title, (found(kickoff, "INIT-13", "missing", f"no activity has its {what}", fix=fix),), passed=""
        )
    findings = [finding for each in part.value for finding in _labels(kickoff, each)]
    shown = f"{counted(len(part.value), what)}: {', '.join(each.title for each in part.value)}"
    return step("INIT-13", title, findings, passed=shown)


def _labels(kickoff: Kickoff, activity: ActivitySeen) -> list[Finding]:
    have = [label.casefold() for label in activity.labels]
    lacking = []
    if not any(label.startswith(PM_SCOPE) for label in have):
        lacking.append("PM::<name>")
    if not any(label.startswith(WORKFLOW_SCOPE) for label in have):
        lacking.append("PSD Workflow::…")
    if kickoff.space.name.casefold() not in have:
        lacking.append(kickoff.space.name)
    key = activity.slug or activity.record.id
    fix = f"psdm check {kickoff.sow} adds them"
    return [
        found(kickoff, "INIT-13", f"{key}:{name}", f"{activity.title!r} lacks the label {name}", fix=fix)
        for name in lacking
    ]


def raid(kickoff: Kickoff) -> Step:
    """INIT-14: the RAID issue is there, open, and bears customer and number in its title."""
    title, part = "RAID issue exists and is renamed", kickoff.space.raid
    absent = _not_seen(kickoff, "INIT-14", title, part, "there is no RAID issue")
    if absent is not None or not isinstance(part, Seen):
        return absent or step("INIT-14", title, passed="")
    issue = part.value.issue
    findings = []
    if not part.value.renamed:
        fix = f"psdm check {kickoff.sow} renames it"
        findings.append(found(kickoff, "INIT-14", "name", f"the RAID issue is still called {issue.title!r}", fix=fix))
    return step("INIT-14", title, findings, passed=issue.url or issue.title)


def board_readme(kickoff: Kickoff) -> Step:
    """INIT-15: the project has a board and a README."""
    title, space = "Board and README present", kickoff.space
    waits = next((p.waits_for for p in (space.boards, space.readme) if isinstance(p, Missing) and p.waits_for), None)
    if waits:
        return not_yet("INIT-15", title, f"waits for {waits}")
    unseen = [part.reason for part in (space.boards, space.readme) if isinstance(part, Unseen)]
    fix = f"psdm init-project {kickoff.sow}"
    findings = []
    if isinstance(space.boards, Missing) or value_of(space.boards) == ():
        findings.append(found(kickoff, "INIT-15", "board", "the customer's group has no board", fix=fix))
    readme = value_of(space.readme)
    if isinstance(space.readme, Missing) or (readme is not None and not readme.content.strip()):
        findings.append(found(kickoff, "INIT-15", "readme", "the project has no README", fix=fix))
    names = ", ".join(board.name for board in value_of(space.boards) or ())
    return step("INIT-15", title, findings, passed=f"board {names}, {README}", unseen=unseen)


def members(kickoff: Kickoff) -> Step:
    """INIT-18: who may enter the project; that the customer was validated on a call only a person can tell."""
    title, part = "Customer access", kickoff.space.members
    if isinstance(part, Unseen):
        return step("INIT-18", title, unseen=(part.reason,), passed="")
    if isinstance(part, Missing):
        return not_yet("INIT-18", title, f"waits for {part.waits_for or 'the project'}")
    own = [member for member in part.value if not member.inherited and not member.user.bot]
    shown = ", ".join(_member(each) for each in own) or "nobody yet beside those of the groups above"
    return step("INIT-18", title, passed=f"invited to the project itself: {shown}")


def _member(member: Member) -> str:
    until = f" until {member.expires}" if member.expires is not None else ""
    return f"{member.user.name} (@{member.user.username}){until}"
