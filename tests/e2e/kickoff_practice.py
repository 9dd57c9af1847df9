"""Both practice systems side by side, and psdm pointed at them: what the tests of a kickoff share."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from psdm_process import AS_OF, Outcome, Psdm

from psdm_cli.sandbox import KantataSandbox
from psdm_cli.sandbox.gitlab.readings import GitLabReadings, Plan
from psdm_cli.sandbox.gitlab.server import GitLabSandbox


@dataclass(frozen=True)
class Practice:
    """A Kantata, a GitLab and a psdm with one home. `count` says how many writes GitLab has done."""

    kantata: KantataSandbox
    gitlab: GitLabSandbox
    psdm: Psdm

    def init(self, *arguments: str) -> Outcome:
        """`psdm init-project … --json`."""
        return self.psdm("init-project", *arguments, "--json")

    def as_(self, persona: str) -> Practice:
        """The same as somebody else in GitLab."""
        token = self.gitlab.tokens[persona]
        return Practice(self.kantata, self.gitlab, self.psdm.with_(PSDM_GITLAB_TOKEN=token))

    def rows(self, table: str, **wanted: Any) -> list[dict[str, Any]]:
        """Rows of GitLab's account with these values."""
        rows = self.gitlab.account.tables.get(table, {}).values()
        return [dict(row) for row in rows if all(row.get(name) == value for name, value in wanted.items())]

    def alter(self, table: str, ident: object, **values: Any) -> None:
        """Change a row behind psdm's back."""
        self.gitlab.account.tables[table][str(ident)].update(values)
        self.gitlab.account.touched()


@contextmanager
def practice(
    home: Path, plan: Plan = "ultimate", *, readings: GitLabReadings | None = None, url_path: str = ""
) -> Iterator[Practice]:
    """Both systems in memory, as the PM who may do everything, as of `AS_OF`."""
    with (
        KantataSandbox(as_of=AS_OF) as kantata,
        GitLabSandbox(as_of=AS_OF, plan=plan, readings=readings, url_path=url_path) as gitlab,
    ):
        psdm = (
            Psdm(home)
            .at(kantata)
            .with_(
                PSDM_AS_OF=AS_OF.isoformat(),
                PSDM_NO_INPUT="1",
                PSDM_GITLAB_URL=gitlab.url,
                PSDM_GITLAB_TOKEN=gitlab.tokens["full"],
            )
        )
        yield Practice(kantata, gitlab, psdm)


def writing(outcome: Outcome) -> list[tuple[str, str, str]]:
    """Action, kind and title of the plan's items that are not kept."""
    return [(i["action"], i["kind"], i["title"]) for i in outcome.result["plan"] if i["action"] != "keep"]


def states(outcome: Outcome) -> dict[str, str]:
    """The checklist's steps by their state."""
    return {step["id"]: step["state"] for step in outcome.result["checklist"]["steps"]}
