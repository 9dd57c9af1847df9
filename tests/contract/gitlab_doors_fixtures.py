"""The doors' world laid out as the handbook has it, and plans applied in it through the real applying."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from gitlab_world import TOKEN, Served, World

from psdm_cli.changes.apply import Hands, Result, apply, check
from psdm_cli.changes.doors import Doors
from psdm_cli.changes.gitlab_places import Place, PlaceNames, customer_place, find_places, internal_place
from psdm_cli.changes.plan import Change, ChangeState, plan_of
from psdm_cli.domain.audience import Customer, Internal
from psdm_cli.domain.internal_words import InternalRules
from psdm_cli.domain.places import Places
from psdm_cli.systems.gitlab.adapter import GitLabAdapter
from psdm_cli.systems.gitlab.doors import gitlab_doors
from psdm_cli.systems.http.manner import Manner

NAMES = PlaceNames("acme/ps", ("acme/ps/delivery/ours", "acme/ps/delivery/partner"), "acme/ps/plan")
NOW = datetime(2026, 11, 23, 15, tzinfo=UTC)
DEFAULT = ["PM::pm", "SOW-1234", "PSD Workflow::Not Started", "PSD Workflow::In Progress", "PS RAID Log"]


class NoJournal:
    """A journal that forgets."""

    def begin(self, *_: Any) -> str:
        return "1"

    def __getattr__(self, _name: str) -> Any:
        return lambda *_args, **_more: None


@dataclass
class Space:
    """A world, its doors, and the places in it."""

    world: World
    served: Served
    adapter: GitLabAdapter
    doors: Doors
    ids: dict[str, int]
    known: Places
    waited: list[float] = field(default_factory=list)

    def place(self, name: str) -> Place[Customer]:
        """A place for customers' texts."""
        found = self.adapter.project(str(self.ids[name])) or self.adapter.group(str(self.ids[name]))
        assert found is not None
        return customer_place(found, self.known)

    def ours(self, name: str) -> Place[Internal]:
        """A place for our own texts."""
        found = self.adapter.project(str(self.ids[name])) or self.adapter.group(str(self.ids[name]))
        assert found is not None
        return internal_place(found, self.known)

    def apply(self, *changes: Change) -> Result:
        """Check and apply a plan, as a command would."""
        plan = plan_of("test", NOW, changes)
        check(plan, self.doors)
        hands = Hands(self.doors, NoJournal(), now=lambda: NOW, wait=self.waited.append)  # type: ignore[arg-type]
        return apply(plan, hands, "pm")

    def done(self, *changes: Change) -> list[str]:
        """Apply, and how each ended."""
        result = self.apply(*changes)
        assert not result.errors, {n: error.message for n, error in result.errors.items()}
        return [item.state.value for item in result.plan.items]

    def made(self, change: Change) -> str:
        """Apply one change and give the id of its object."""
        (item,) = self.apply(change).plan.items
        assert item.state is ChangeState.APPLIED, item.error
        assert item.id is not None
        return item.id


@contextmanager
def space(*, labels: Iterable[str] = DEFAULT, rules: Mapping[str, Any] | None = None, **world: Any) -> Iterator[Space]:
    """The handbook's tree with a customer's subgroup and project, served."""
    made = World(**world)
    ids = {
        path.rpartition("/")[2]: made.group(path)
        for path in (
            "acme",
            "acme/ps",
            "acme/ps/delivery",
            "acme/ps/delivery/ours",
            "acme/ps/delivery/partner",
            "acme/ps/delivery/ours/customer",
        )
    }
    ids["plan"] = made.project("acme/ps/plan")
    ids["SOW-1234"] = made.project("acme/ps/delivery/ours/customer/SOW-1234")
    for label in labels:
        made.label(label, group=ids["ps"])
    served = Served(made)
    adapter = GitLabAdapter(served.url, TOKEN, Manner(sleep=lambda _seconds: None))
    given = InternalRules(
        address=served.url, internal_paths=("acme/ps",), customer_paths=NAMES.delivery, **(rules or {})
    )
    doors = gitlab_doors(adapter.client, adapter, adapter.probing, NAMES, given)
    try:
        yield Space(made, served, adapter, doors, ids, find_places(adapter, NAMES))
        assert made.violations == []
    finally:
        adapter.close()
        served.close()
