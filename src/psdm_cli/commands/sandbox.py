"""`psdm sandbox`: serve the practice Kantata and GitLab for other programs, or start their data over."""

from __future__ import annotations

import threading
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

from typer import Context, Option

from psdm_cli.context import environment
from psdm_cli.errors import WrongUsage
from psdm_cli.lazy import examples

if TYPE_CHECKING:
    from psdm_cli.context import Environment
    from psdm_cli.sandbox.gitlab.server import GitLabSandbox
    from psdm_cli.sandbox.server import KantataSandbox


class GitLabPlan(StrEnum):
    """What the practice GitLab is licensed for."""

    FREE = "free"
    PREMIUM = "premium"
    ULTIMATE = "ultimate"


@examples(
    "psdm sandbox start",
    "psdm sandbox start --plan free",
    "psdm sandbox start --port 8080 --weather showers",
    "psdm sandbox start --as-of 2026-03-09",
)
def start(
    ctx: Context,
    port: Annotated[
        int, Option("--port", metavar="N", min=0, max=65535, help="Port of Kantata; 0 takes a free one.")
    ] = 0,
    gitlab_port: Annotated[
        int, Option("--gitlab-port", metavar="N", min=0, max=65535, help="Port of GitLab; 0 takes a free one.")
    ] = 0,
    plan: Annotated[
        GitLabPlan, Option("--plan", help="GitLab's plan: what a lower one has not is refused.")
    ] = GitLabPlan.ULTIMATE,
) -> None:
    """Serve the practice Kantata and GitLab on this machine until Ctrl-C, for other programs.

    stdout gets the environment that points psdm (or curl) at them, one variable a line. Every command with --sandbox
    starts its own; this is only for clients of your own. Several tokens stand for several rights, from a PM who sees
    all to one who sees no money. --weather showers adds outages: 429, 503, cut connections, slow pages. Each plan of
    GitLab keeps its own data.
    """
    env = environment(ctx)
    if env.options.json:
        raise WrongUsage("psdm sandbox start serves until it is stopped; there is no document to print.")
    kantata, gitlab = env.make_sandbox(port), env.make_gitlab_sandbox(gitlab_port, plan.value)
    try:
        _listen(kantata, "--port", port)
        _listen(gitlab, "--gitlab-port", gitlab_port)
        _announce(env, kantata, gitlab)
        threading.Event().wait()
    except KeyboardInterrupt:  # the usual way to end it
        env.say("Stopped; the practice data is kept.")
    finally:
        gitlab.stop()
        kantata.stop()


def _listen(server: KantataSandbox | GitLabSandbox, option: str, port: int) -> None:
    try:
        server.start()
    except OSError as error:
        raise WrongUsage(
            f"{option}: port {port} cannot be used ({error.strerror}).", hint="Choose another, or 0."
        ) from None


def _announce(env: Environment, kantata: KantataSandbox, gitlab: GitLabSandbox) -> None:
    env.terminal.write(
        f"PSDM_KANTATA_URL={kantata.kantata_url}\nPSDM_KANTATA_TOKEN={kantata.tokens['full']}\n"
        f"PSDM_GITLAB_URL={gitlab.url}\nPSDM_GITLAB_TOKEN={gitlab.tokens['full']}\n"
    )
    for name, address, known in (
        ("Kantata", kantata.kantata_url, kantata.tokens),
        (f"GitLab ({gitlab.plan})", gitlab.url, gitlab.tokens),
    ):
        others = ", ".join(token for persona, token in known.items() if persona != "full")
        env.say(f"Serving {name} at {address} (Ctrl-C ends it). Other tokens: {others}")


@examples("psdm sandbox reset", "psdm sandbox reset --dry-run")
def reset(ctx: Context) -> None:
    """Start the practice data over: the practice Kantata and GitLab, the mirror and the frozen forecasts."""
    import shutil

    from psdm_cli.output.answer import Answer
    from psdm_cli.output.setup_shapes import SandboxReset
    from psdm_cli.output.setup_views import sandbox_reset

    env = environment(ctx)
    folder = env.folders.sandbox
    there = folder.is_dir()
    if there and not env.options.dry_run:
        try:
            shutil.rmtree(folder)
        except OSError as error:
            raise WrongUsage(f"{folder} cannot be removed: {error.strerror}.") from None
    result = SandboxReset(folder=str(folder), removed=there and not env.options.dry_run)
    env.finish(Answer("sandbox reset", result, sandbox_reset))
