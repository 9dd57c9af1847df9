"""`psdm auth`: tokens in the system's keyring, checked before they are kept."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Literal

from typer import Argument, Context, Option

from psdm_cli.context import Environment, environment
from psdm_cli.errors import SYSTEM_NAMES, NotAllowed, PsdmError, WrongUsage
from psdm_cli.lazy import examples
from psdm_cli.settings import tokens

if TYPE_CHECKING:
    from psdm_cli.output.setup_shapes import SystemLogin

System = Annotated[str, Argument(metavar="SYSTEM", help="kantata or gitlab.")]


@examples(
    "psdm auth login kantata",
    "psdm auth login gitlab --token - < token.txt",
    "pass show kantata | psdm auth login kantata --token -",
)
def login(
    ctx: Context,
    system: System,
    token: Annotated[
        str | None, Option("--token", metavar="-", help="- reads the token from standard input; otherwise it is asked.")
    ] = None,
) -> None:
    """Keep a token in the system's keyring, after the system has said whose it is.

    A token is never taken from the command line itself: other users could see it in the list of processes.
    """
    from psdm_cli.output.answer import Answer
    from psdm_cli.output.setup_shapes import LoggedIn, Person
    from psdm_cli.output.setup_views import logged_in

    env = environment(ctx)
    env.refuse_sandbox("psdm auth login")
    name = tokens.system_name(system)
    if token not in (None, "-"):
        raise WrongUsage(
            "A token on the command line can be seen by others on this machine.",
            hint=f"Use --token - and standard input, or psdm auth login {name} at a terminal. Replace that token.",
        )
    tokens.require_keyring(name)
    value = _read_token(env, name, from_stdin=token is not None)
    owner = env.system_with(name, value).me()
    url = env.system_url(name)
    state = tokens.store(name, url, value)
    result = LoggedIn(
        system=name, url=url, user=Person(id=owner.id, name=owner.name), stored_in=f"keyring ({state.name})"
    )
    warnings = [f"{variable} is set too, and goes first." for variable in _variables_set(env, name)]
    env.finish(Answer("auth login", result, logged_in, warnings=warnings))


def _read_token(env: Environment, system: str, *, from_stdin: bool) -> str:
    if from_stdin:
        value = sys.stdin.readline().strip()
    elif env.interactive:
        value = env.terminal.ask_secret(f"Token for {SYSTEM_NAMES[system]} (not shown)")
    else:
        raise WrongUsage(
            "There is no terminal to ask for the token.", hint=f"Use: psdm auth login {system} --token - < FILE"
        )
    if not value:
        raise WrongUsage("No token was given; nothing was changed.", hint=tokens.WHERE_TO_GET[system])
    return tokens.checked(value, "What was entered")


def _variables_set(env: Environment, system: str) -> list[str]:
    return [variable for variable in tokens.VARIABLES[system] if env.environ.get(variable)]


@examples("psdm auth logout kantata", "psdm auth logout gitlab --json")
def logout(ctx: Context, system: System) -> None:
    """Take a token out of the keyring. Run it twice: the second time there is nothing to do."""
    from psdm_cli.output.answer import Answer
    from psdm_cli.output.setup_shapes import LoggedOut
    from psdm_cli.output.setup_views import logged_out

    env = environment(ctx)
    env.refuse_sandbox("psdm auth logout")
    name = tokens.system_name(system)
    url = env.system_url(name)
    result = LoggedOut(system=name, url=url, removed=tokens.forget(name, url), still_set=_variables_set(env, name))
    env.finish(Answer("auth logout", result, logged_out))


@examples("psdm auth status", "psdm auth status kantata --json", "psdm auth status --offline")
def status(
    ctx: Context, system: Annotated[str | None, Argument(metavar="[SYSTEM]", help="kantata or gitlab; both.")] = None
) -> None:
    """Show where each token comes from and whose it is; exit code 4 when Kantata's, or the named one's, is no use."""
    from psdm_cli.output.answer import Answer
    from psdm_cli.output.setup_shapes import AuthStatus
    from psdm_cli.output.setup_views import auth_status

    env = environment(ctx)
    wanted = (tokens.system_name(system),) if system else tokens.SYSTEMS
    rows: list[SystemLogin] = []
    code = 0
    for name in wanted:
        row, failed = _login_of(env, name)
        rows.append(row)
        if name == wanted[0]:
            code = failed
    keyring = tokens.keyring_state()
    words = keyring.name if keyring.usable else keyring.reason
    env.finish(Answer("auth status", AuthStatus(systems=rows, keyring=words), auth_status, exit_code=code))


def _login_of(env: Environment, system: str) -> tuple[SystemLogin, int]:
    """One system's line, and the exit code that it alone would give."""
    from psdm_cli.output.setup_shapes import Person, SystemLogin

    url = env.system_url(system)
    found = env.find_token(system)
    if found is None:
        reason = f"no token: psdm auth login {system}, or {tokens.VARIABLES[system][0]}"
        return SystemLogin(system=system, url=url, state="attention", origin=None, user=None, reason=reason), 4
    if env.options.offline:
        row = SystemLogin(
            system=system, url=url, state="unverified", origin=found.origin, user=None, reason="not asked: --offline"
        )
        return row, 0
    try:
        owner = env.system_with(system, found.value).me()
    except PsdmError as error:
        state: Literal["attention", "unverified"] = "attention" if isinstance(error, NotAllowed) else "unverified"
        row = SystemLogin(system=system, url=url, state=state, origin=found.origin, user=None, reason=error.message)
        return row, error.exit_code
    user = Person(id=owner.id, name=owner.name)
    return SystemLogin(system=system, url=url, state="pass", origin=found.origin, user=user, reason=""), 0
