"""`psdm sync`: bring the local mirror of Kantata up to date."""

from __future__ import annotations

from typing import Annotated

from typer import Context, Option

from psdm_cli.context import environment
from psdm_cli.errors import WrongUsage
from psdm_cli.lazy import examples


@examples("psdm sync", "psdm sync --lead 'Jane Doe' --lead me", "psdm sync --all-projects --full")
def sync(
    ctx: Context,
    *,
    lead: Annotated[
        list[str] | None,
        Option("--lead", metavar="NAME", help="Whose engagements: me (default), all, a name; repeatable."),
    ] = None,
    all_projects: Annotated[bool, Option("--all-projects", help="Every project that you can see.")] = False,
    full: Annotated[bool, Option("--full", help="Read everything anew, not only what changed.")] = False,
) -> None:
    """Bring the local mirror of Kantata up to date, so that --offline answers from it.

    The first run reads all that your engagements need, later ones what changed. A run that dies half-way leaves the
    last good state readable, and the next one goes on from there.
    """
    from psdm_cli.output.answer import Answer
    from psdm_cli.output.setup_shapes import Synced
    from psdm_cli.output.setup_views import synced
    from psdm_cli.workflows.syncing import sync as bring_up_to_date

    env = environment(ctx)
    if env.options.offline:
        raise WrongUsage("psdm sync talks to Kantata: leave out --offline.")
    if all_projects and lead:
        raise WrongUsage("--all-projects and --lead ask for different things; give one of them.")
    leads = ("all",) if all_projects else tuple(lead or ("me",))
    with env.progress("Kantata") as progress:
        done = bring_up_to_date(
            env.kantata(),
            env.store(),
            account_scope=env.account_scope,
            leads=leads,
            full=full,
            as_of=env.as_of,
            now=env.clock.real,
            policy=env.settings.policy,
            progress=progress,
        )
    refreshed = done.refreshed
    result = Synced.model_validate(
        {
            "account": env.account_scope,
            "leads": list(done.leads),
            "full": full,
            "engagements": len(refreshed.workspace_ids),
            "synced_at": refreshed.synced_at,
            "kinds": [
                {
                    "kind": kind.value,
                    "read": refreshed.read.get(kind, 0),
                    "changed": refreshed.changed.get(kind, 0),
                    "deleted": refreshed.deleted.get(kind, 0),
                }
                for kind in sorted({*refreshed.read, *refreshed.deleted})
            ],
            "refused": [
                {"kind": refusal.kind.value, "call": refusal.call, "permission": refusal.permission}
                for refusal in refreshed.refusals
            ],
            "malformed": len(refreshed.malformed),
        }
    )
    env.finish(Answer("sync", result, synced, exit_code=3 if refreshed.refusals or refreshed.malformed else 0))
