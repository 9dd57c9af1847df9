"""Finding a customer's group and project, made by psdm, by hand or by another tool, and what lies in them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from psdm_cli.domain.gitlab import (
    Group,
    Project,
)
from psdm_cli.domain.space import observed
from psdm_cli.domain.space.names import Contract, group_path, same_name
from psdm_cli.domain.space.parts import Missing, Part, Seen, Unseen, value_of
from psdm_cli.errors import Forbidden
from psdm_cli.systems.gitlab_ports import GitLab
from psdm_cli.workflows.kickoff_looking import looked

if TYPE_CHECKING:
    from psdm_cli.settings.model import Settings

INTERNAL, PARTNER = "internal", "partner"


def tree_of(staffing: str) -> str:
    """The delivery tree of a staffing: any partner staff belongs into the partner's."""
    return INTERNAL if staffing == INTERNAL else PARTNER


@dataclass(frozen=True, slots=True)
class Places:
    """Where the space is: parent group, customer's group, project; in which tree; groups that are in the way."""

    parent: Part[Group]
    group: Part[Group]
    project: Part[Project]
    tree: str | None = None
    rivals: tuple[Group, ...] = ()


@dataclass
class DeliveryReader:
    """Reads the customer's side. `told` are stored facts; `group_of` remembers a customer's group by name and tree."""

    gitlab: GitLab
    settings: Settings
    contract: Contract
    told: Mapping[str, str]
    group_of: Callable[[str, str], str | None]

    @property
    def _trees(self) -> dict[str, str]:
        """The delivery trees to look in: that of the staffing first."""
        groups = self.settings.gitlab.groups
        trees = {INTERNAL: groups.delivery_internal, PARTNER: groups.delivery_partner}
        staffing = self.told.get(observed.FACT_STAFFING)
        first = tree_of(staffing) if staffing is not None else INTERNAL
        return {name: trees[name] for name in sorted(trees, key=lambda name: name != first)}

    # places

    @cached_property
    def parents(self) -> dict[str, Part[Group]]:
        """The delivery groups by tree."""
        return {tree: self._parent(path) for tree, path in self._trees.items()}

    def places(self, customer: str | None) -> Places:
        """Parent, group and project: by stored id, by the project's path in either tree, by the customer's path."""
        parents = self.parents
        project = looked(lambda: self._project(parents))
        if isinstance(project, Seen):
            inside = project.value
            tree = self._tree_of(inside.ancestors, parents)
            parent = parents[tree] if tree is not None else Missing("the project lies outside both delivery groups")
            return Places(parent, looked(lambda: self._group_with(inside)), project, tree)
        staffing = self.told.get(observed.FACT_STAFFING)
        for tree, parent in parents.items():
            if staffing is not None and tree != tree_of(staffing):
                continue
            group, rivals = self._group(tree, value_of(parent), customer)
            if staffing is not None or rivals or not isinstance(group, Missing) or group.waits_for:
                known = tree if staffing is not None or isinstance(group, Seen) else None
                return Places(parent, self._unless_hidden(parent, group), self._in(group, project), known, rivals)
        first = next(iter(parents.values()))
        return Places(first, self._unless_hidden(first, Missing(self._nowhere(customer))), project)

    def _unless_hidden(self, parent: Part[Group], group: Part[Group]) -> Part[Group]:
        """A group cannot be missing from a parent that nobody could look into."""
        if isinstance(parent, Seen) or isinstance(group, Seen):
            return group
        return Unseen(parent.reason) if isinstance(parent, Unseen) else Missing(parent.why, "the parent group")

    def _in(self, group: Part[Group], project: Part[Project]) -> Part[Project]:
        seen = value_of(group)
        if seen is None or not isinstance(project, Missing) or project.waits_for:
            return project
        return looked(lambda: self._by_path(seen, project))

    def _by_path(self, group: Group, otherwise: Missing) -> Part[Project]:
        found = self.gitlab.project(f"{group.full_path}/{self.contract.name}")
        return self._standing_project(found, "path") if found is not None else otherwise

    def _nowhere(self, customer: str | None) -> str:
        return "nobody knows the customer's name yet" if customer is None else f"no group of {customer}"

    def _parent(self, path: str) -> Part[Group]:
        def read() -> Part[Group]:
            found = self.gitlab.group(path)
            return Seen(found, "path") if found is not None else Missing(f"the group {path} is not there, or hidden")

        return looked(read)

    def _project(self, parents: Mapping[str, Part[Group]]) -> Part[Project]:
        stored = self.told.get(observed.FACT_PROJECT)
        if stored is not None and (found := self.gitlab.project(stored)) is not None:
            return self._standing_project(found, "stored id")
        named: list[Project] = []
        for parent in (value_of(part) for part in parents.values()):
            if parent is not None:
                some = self.gitlab.projects(parent.id, descendants=True, search=self.contract.name)
                named += [each for each in some if each.path.casefold() == self.contract.name.casefold()]
        named = list({each.id: each for each in named}.values())
        whole = [found for each in named if (found := self.gitlab.project(each.id)) is not None]
        living = [each for each in whole if each.deletion_on is None] or whole
        if len(living) > 1:
            return Unseen(
                f"several projects are called {self.contract.name}: " + ", ".join(p.full_path for p in living)
            )
        if living:
            return self._standing_project(living[0], "path")
        return Missing(f"no project {self.contract.name} in the delivery groups")

    @staticmethod
    def _standing_project(project: Project, how: str) -> Part[Project]:
        if project.deletion_on is not None:
            why = f"{project.full_path} will be deleted on {project.deletion_on}"
            return Missing(why, "it must be restored, or gone, before it can be used")
        return Seen(project, how)

    def _group_with(self, project: Project) -> Part[Group]:
        if project.group_id is None:
            return Missing(f"{project.full_path} lies in nobody's group", "it must be moved into the customer's group")
        found = self.gitlab.group(project.group_id)
        return Seen(found, "its project") if found is not None else Unseen("the project's group is hidden")

    @staticmethod
    def _tree_of(ancestors: Iterable[str], parents: Mapping[str, Part[Group]]) -> str | None:
        above = set(ancestors)
        return next(
            (tree for tree, part in parents.items() if isinstance(part, Seen) and part.value.id in above),
            None,
        )

    def _group(self, tree: str, parent: Group | None, customer: str | None) -> tuple[Part[Group], tuple[Group, ...]]:
        """The customer's group in a tree, and who else sits at its path."""
        stored = self.told.get(observed.FACT_GROUP) or (self.group_of(customer, tree) if customer else None)
        try:
            if stored is not None and (found := self.gitlab.group(stored)) is not None:
                inside = parent is None or parent.id in found.ancestors
                if inside:
                    return self._standing_group(found, "stored id"), ()
            if parent is None or customer is None:
                return Missing(self._nowhere(customer)), ()
            return self._named_group(parent, customer)
        except Forbidden as refused:
            return Unseen(refused.message), ()

    def _named_group(self, parent: Group, customer: str) -> tuple[Part[Group], tuple[Group, ...]]:
        at_path = self.gitlab.group(f"{parent.full_path}/{group_path(customer)}")
        if at_path is not None and (same_name(at_path.name, customer) or self._is_confirmed(at_path)):
            return self._standing_group(at_path, "path"), ()
        called = [each for each in self.gitlab.subgroups(parent.id, search=customer) if same_name(each.name, customer)]
        if len(called) == 1:
            whole = self.gitlab.group(called[0].id)
            return self._standing_group(whole if whole is not None else called[0], "name"), ()
        rivals = (at_path,) if at_path is not None else tuple(called)
        return Missing(f"no group of {customer} in {parent.full_path}"), rivals

    def _is_confirmed(self, group: Group) -> bool:
        """Whether a person said that this is the customer's group in spite of its other name."""
        return self.told.get(observed.FACT_GROUP) == group.id

    @staticmethod
    def _standing_group(group: Group, how: str) -> Part[Group]:
        if group.deletion_on is not None:
            why = f"{group.full_path} will be deleted on {group.deletion_on}"
            return Missing(why, "it must be restored, or gone, before it can be used")
        return Seen(group, how)

    def level(self, places: Places) -> int | None:
        """My access level where the group, or else the project, is to be made; None: nothing is, or it is not told."""
        group, parent = value_of(places.group), value_of(places.parent)
        where = group if group is not None else parent
        if where is None or isinstance(places.project, Seen):
            return None
        members = value_of(looked(lambda: Seen(tuple(self.gitlab.members(group=where.id)))))
        mine = self.gitlab.me().id
        levels = [member.access_level for member in members or () if member.user.id == mine]
        return max(levels, default=None)
