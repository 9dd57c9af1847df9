"""`psdm sandbox`: serve the practice Kantata for other programs, or start its data over."""

from __future__ import annotations

import threading
from typing import Annotated

from typer import Context, Option

from psdm_cli.context import environment
from psdm_cli.errors import WrongUsage
from psdm_cli.lazy import examples


@examples(
    "psdm sandbox start", "psdm sandbox start --port 8080 --weather showers", "psdm sandbox start --as-of 2026-03-09"
)
def start(
    ctx: Context,
    port: Annotated[int, Option("--port", metavar="N", min=0, max=65535, help="Port; 0 takes a free one.")] = 0,
) -> None:
    """Serve the practice Kantata on this machine until Ctrl-C, for other programs.

    stdout gets the environment that points psdm (or curl) at it, one variable a line. Every command with --sandbox
    starts one for itself; this is only for clients of your own. Several tokens stand for several rights, from a PM who
    sees all to one who sees no money. --weather showers adds outages: 429, 503, cut connections, slow pages.
    """
    env = environment(ctx)
    if env.options.json:
        raise WrongUsage("psdm sandbox start serves until it is stopped; there is no document to print.")
    try:
        server = env.make_sandbox(port).start()
    except OSError as error:
        raise WrongUsage(
            f"--port: port {port} cannot be used ({error.strerror}).", hint="Choose another, or 0."
        ) from None
    try:
        env.terminal.write(f"PSDM_KANTATA_URL={server.kantata_url}\nPSDM_KANTATA_TOKEN={server.tokens['full']}\n")
        others = ", ".join(token for name, token in server.tokens.items() if name != "full")
        env.say(f"Serving Kantata at {server.kantata_url} (Ctrl-C ends it). Other tokens: {others}")
        threading.Event().wait()
    except KeyboardInterrupt:  # the usual way to end it
        env.say("Stopped; the practice data is kept.")
    finally:
        server.stop()


@examples("psdm sandbox reset", "psdm sandbox reset --dry-run")
def reset(ctx: Context) -> None:
    """Start the practice data over: the practice Kantata, its mirror and its frozen forecasts."""
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
