"""`psdm config`: write, show and check the settings."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

from typer import Context, Option

from psdm_cli.context import Environment, environment
from psdm_cli.errors import WrongUsage
from psdm_cli.lazy import examples

if TYPE_CHECKING:
    from collections.abc import Callable

    from psdm_cli.settings.keys import Place


@examples("psdm config show", "psdm config show --changed", "psdm config show --json --fields key,value")
def show(
    ctx: Context,
    changed: Annotated[bool, Option("--changed", help="Only what differs from the handbook's default.")] = False,
) -> None:
    """Show every setting in force and where it comes from.

    The order is: option, environment variable, configuration file, default. Secrets are never shown.
    """
    from psdm_cli.masking import mask
    from psdm_cli.output.answer import Answer
    from psdm_cli.output.setup_shapes import ConfigShown, Secret, Setting
    from psdm_cli.output.setup_views import config_shown
    from psdm_cli.settings.keys import all_keys, plain, value_at
    from psdm_cli.settings.tokens import VARIABLES

    env = environment(ctx)
    loaded = env.loaded
    rows = []
    for key in all_keys():
        value, default = plain(value_at(loaded.settings, key.place)), plain(key.default)
        origin = loaded.origins.get(key.place, "default")
        if changed and value == default:
            continue
        rows.append(
            Setting(
                key=key.name, value=mask(value) if isinstance(value, str) else value, default=default, origin=origin
            )
        )
    secrets = [
        Secret(name=variable, set=bool(env.environ.get(variable))) for names in VARIABLES.values() for variable in names
    ]
    file = str(loaded.file) if loaded.file is not None else None
    env.finish(Answer("config show", ConfigShown(file=file, settings=rows, secrets=secrets), config_shown))


@examples("psdm config check", "psdm config check --config team.yaml --json")
def check(ctx: Context) -> None:
    """Check the configuration file and the environment, and list all that is wrong (exit 2), not only the first."""
    from psdm_cli.errors import WrongConfiguration
    from psdm_cli.output.answer import Answer
    from psdm_cli.output.setup_shapes import ConfigChecked
    from psdm_cli.output.setup_views import config_checked
    from psdm_cli.settings.loading import WrongSettings, config_file

    env = environment(ctx)
    problems: tuple[str, ...] = ()
    count = 0
    path = config_file(env.folders, env.options.config)
    try:
        from psdm_cli.settings.keys import all_keys

        count = len(env.loaded.origins.keys() & {key.place for key in all_keys()})
    except WrongSettings as wrong:
        problems = wrong.problems
    except WrongConfiguration as wrong:
        problems = (f"{wrong.message} {wrong.hint}".strip(),)
    result = ConfigChecked(file=str(path) if path else None, keys=count, problems=list(problems))
    env.finish(Answer("config check", result, config_checked, exit_code=2 if problems else 0))


@examples("psdm config path", 'cd "$(psdm config path --json | jq -r .result.data)"')
def path(ctx: Context) -> None:
    """Print where the configuration file, the database, the logs and the sandbox are kept."""
    from psdm_cli.output.answer import Answer
    from psdm_cli.output.setup_shapes import ConfigPaths
    from psdm_cli.output.setup_views import config_paths

    env = environment(ctx)
    folders = env.folders
    file = env.options.config or folders.config_file
    result = ConfigPaths(
        config_file=str(file),
        exists=file.exists(),
        data=str(folders.data),
        cache=str(folders.cache),
        logs=str(folders.logs),
        sandbox=str(folders.sandbox),
    )
    env.finish(Answer("config path", result, config_paths))


@examples(
    "psdm config init",
    "psdm config init --no-input",
    'psdm config init --pm-label jane --zone Europe/Berlin --coordinator "pc@example.com"',
    "psdm config init --config team.yaml --dry-run",
)
def init(
    ctx: Context,
    *,
    pm_label: Annotated[
        str | None, Option("--pm-label", metavar="NAME", help="Your name in the label PM::NAME.")
    ] = None,
    zone: Annotated[str | None, Option("--zone", metavar="ZONE", help="Time zone of the deadlines.")] = None,
    coordinator: Annotated[
        str | None, Option("--coordinator", metavar="WHO", help="User id or e-mail of the project coordinator.")
    ] = None,
    kantata_url: Annotated[str | None, Option("--kantata-url", metavar="URL", help="Base of Kantata's API.")] = None,
    gitlab_url: Annotated[str | None, Option("--gitlab-url", metavar="URL", help="Root of your GitLab.")] = None,
    force: Annotated[bool, Option("--force", help="Replace a file that is there.")] = False,
) -> None:
    """Write a commented configuration file, readable by you alone.

    It asks little, and every question has an option; what you do not answer stays at the handbook's default, as a
    comment that you can uncomment later. A file that is there is not replaced without --force.
    """
    from psdm_cli.output.answer import Answer
    from psdm_cli.output.setup_shapes import ConfigWritten
    from psdm_cli.output.setup_views import config_written
    from psdm_cli.settings import rules
    from psdm_cli.settings.example import starter
    from psdm_cli.settings.writing import write_private

    env = environment(ctx)
    target = env.options.config or env.folders.config_file
    if target.exists() and not force:
        raise WrongUsage(
            f"There is a configuration file already: {target}. It was left as it is.",
            hint="Edit it, or replace it with --force.",
        )
    questions: tuple[tuple[Place, str | None, str, str, str, Callable[[str], str]], ...] = (
        (("pm", "label"), pm_label, "--pm-label", "Your name in the label PM::…", "", _label),
        (("kantata", "coordinator"), coordinator, "--coordinator", "Project coordinator (e-mail)", "", _label),
        (("calendar", "zone"), zone, "--zone", "Time zone of the deadlines", "America/New_York", rules.zone_name),
        (
            ("kantata", "url"),
            kantata_url,
            "--kantata-url",
            "Kantata's API",
            "https://api.mavenlink.com/api/v1",
            rules.kantata_url,
        ),
        (("gitlab", "url"), gitlab_url, "--gitlab-url", "Your GitLab", "https://gitlab.com", rules.gitlab_url),
    )
    answers = _answers(env, questions)
    text = starter(answers)
    if not env.options.dry_run:
        write_private(target, text, replace=force)
    names = {".".join(place): value for place, value in answers.items()}
    result = ConfigWritten(file=str(target), written=not env.options.dry_run, answers=names)
    env.finish(Answer("config init", result, config_written))
    if env.options.dry_run and not env.options.json:
        env.terminal.write(text)


def _unless_empty(check_value: Callable[[str], str], text: str) -> str:
    return check_value(text) if text else ""


def _label(text: str) -> str:
    if re.search(r"[\x00-\x1f\x7f,]", text):
        raise ValueError("expected a name without commas and control characters")
    return text


def _answers(env: Environment, questions: Any) -> dict[Place, Any]:
    """The options, and for the rest what a person says; only what differs from the default is kept."""
    answers: dict[Place, Any] = {}
    for place, given, option, question, default, check_value in questions:
        value = given
        if value is not None:
            try:
                value = check_value(value)
            except ValueError as error:
                raise WrongUsage(f"{option}: {error}, not {value!r}.") from None
        elif env.interactive:
            value = env.terminal.ask(question, default, partial(_unless_empty, check_value))
        if value and value != default:
            answers[place] = value
    return answers
