"""What planning a collaboration space stands on, built from the environment: for init-project and check."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from psdm_cli.context import Environment
    from psdm_cli.workflows.kickoff_finding import Desk
    from psdm_cli.workflows.kickoff_kit import Kit
    from psdm_cli.workflows.kickoff_link import Refused


def kit_of(env: Environment, desk: Desk, who: str | None = None) -> Kit:
    """The kit of this run. With `who`: what Kantata lately refused to this person is not tried again."""
    from psdm_cli.templates import customer_text, internal_text
    from psdm_cli.templates.bodies import body
    from psdm_cli.workflows.kickoff_kit import Kit
    from psdm_cli.workflows.kickoff_link import refusal

    def link_refused(subject: str) -> Refused | None:
        here = env.clock.real.astimezone(env.clock.zone)
        return refusal(env.store(), subject, who=who, at=here) if who is not None else None

    own = env.templates_folder
    return Kit(
        gitlab=desk.gitlab,
        directory=desk.directory,
        settings=env.settings,
        base=env.settings.gitlab.url,
        customer_text=lambda name, values: customer_text(name, values, own),
        internal_text=lambda name, values: internal_text(name, values, own),
        issue_body=lambda name, values, team: body(name, values, own, team),
        kantata_page=env.kantata_page,
        link_refused=link_refused,
    )
