"""`psdm template`: the texts that psdm writes, their fields, one filled in, copies for a team to change."""

from __future__ import annotations

from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from typer import Argument, Context, Option

from psdm_cli.commands.completion_values import template_names
from psdm_cli.context import environment
from psdm_cli.errors import Interrupted, WrongUsage
from psdm_cli.lazy import examples

if TYPE_CHECKING:
    from collections.abc import Sequence

    from psdm_cli.context import Environment
    from psdm_cli.domain.text_templates import TemplateInfo
    from psdm_cli.templates.exporting import Planned

NameArgument = Annotated[
    str, Argument(metavar="NAME", help="The template, such as raid.", autocompletion=template_names)
]


@examples("psdm template list", "psdm template list --json --fields name,audience,kind")
def list_(ctx: Context) -> None:
    """List the templates: for whom each is, what it becomes, where it goes, and which your team replaced."""
    from psdm_cli.output.answer import Answer
    from psdm_cli.output.template_document import TemplateList, TemplateRow, listed
    from psdm_cli.templates import template_catalog

    env = environment(ctx)
    rows = [
        TemplateRow(
            name=info.name,
            title=info.title,
            audience=info.audience.value,
            kind=info.kind.value,
            place=info.place,
            fields=len(info.fields),
            required=list(info.required),
            origin=_origin(env, info),
        )
        for info in template_catalog().values()
    ]
    env.finish(Answer("template list", TemplateList(templates=rows), listed))


@examples(
    "psdm template show raid",
    'psdm template show raid --set sow=SOW-1234 --set customer="Acme Ltd"',
    'psdm template show raid --set sow=SOW-1234 --set customer=Acme --set "risks=R-001 | No test data | 4 | 3"',
)
def show(
    ctx: Context,
    name: NameArgument,
    *,
    given: Annotated[
        list[str] | None,
        Option(
            "--set",
            metavar="FIELD=VALUE",
            help="A value; the text is printed. Repeatable, for lists as well; columns of rows are parted by |.",
        ),
    ] = None,
) -> None:
    """Show a template's fields; with --set its text, ready to copy. Fields that are not given are visible blanks.

    Nothing is written anywhere. What you give is made harmless as everywhere: no quick action in it runs, no mention
    calls anybody.
    """
    from psdm_cli.output.answer import Answer
    from psdm_cli.output.template_document import FieldRow, TemplateShown, shown
    from psdm_cli.templates import template_named

    env = environment(ctx)
    info = template_named(name)
    text = env.render(info.name, _values(info, given)) if given else None
    result = TemplateShown(
        name=info.name,
        title=info.title,
        audience=info.audience.value,
        kind=info.kind.value,
        place=info.place,
        origin=_origin(env, info),
        fields=[FieldRow.model_validate(field) for field in info.fields],
        text=text,
    )
    env.finish(Answer("template show", result, shown), text=None if text is None else f"{text}\n")


@examples(
    "psdm template export raid --to templates",
    "psdm template export welcome-mail sign-off-mail",
    "psdm template export --all --to team/templates --yes",
)
def export(
    ctx: Context,
    names: Annotated[
        list[str] | None,
        Argument(metavar="[NAME]...", help="Templates to copy.", autocompletion=template_names),
    ] = None,
    *,
    every: Annotated[bool, Option("--all", help="All of them.")] = False,
    to: Annotated[
        Path | None, Option("--to", metavar="FOLDER", help="Where to; default: the folder that psdm takes yours from.")
    ] = None,
) -> None:
    """Copy templates into a folder, to be changed: a file of the same name in your templates' folder wins over ours.

    A file that was changed is not replaced without --yes.
    """
    from psdm_cli.output.answer import Answer
    from psdm_cli.output.template_document import ExportedFile, TemplateExport, exported
    from psdm_cli.templates import template_catalog, template_named
    from psdm_cli.templates.exporting import Copy, plan, write

    env = environment(ctx)
    if bool(names) is every:
        raise WrongUsage("Name the templates to copy, or say --all.", hint="psdm template list shows their names.")
    infos = list(template_catalog().values()) if every else list(dict.fromkeys(map(template_named, names or ())))
    used = env.templates_folder or env.default_templates_folder
    folder = to.expanduser() if to is not None else used
    planned = plan(infos, folder)
    _may_replace(env, [row for row in planned if row.copy is Copy.DIFFERS])
    states = {Copy.NEW: "written", Copy.SAME: "kept", Copy.DIFFERS: "replaced"}
    files = []
    for row in planned:
        if row.copy is not Copy.SAME and not env.options.dry_run:
            write(row)
        state = "planned" if env.options.dry_run and row.copy is not Copy.SAME else states[row.copy]
        files.append(ExportedFile(name=row.info.name, path=str(row.path), state=state))  # type: ignore[arg-type]
    result = TemplateExport(folder=str(folder), used=_same(folder, used), files=files)
    env.finish(Answer("template export", result, exported))


def _may_replace(env: Environment, differing: Sequence[Planned]) -> None:
    """Go on where files that differ may be replaced. Raises `WrongUsage` without --yes, `Interrupted` after a no."""
    if not differing or env.options.yes or env.options.dry_run:
        return
    paths = [str(row.path) for row in differing]
    if not env.interactive:
        more = f" and {len(paths) - 1} more" if len(paths) > 1 else ""
        raise WrongUsage(
            f"{paths[0]}{more} would be replaced, and differs from ours.",
            hint="Nothing was written. --yes replaces; --to FOLDER writes elsewhere.",
        )
    for path in paths:
        env.say(path)
    if not env.prompter().confirm("Replace what differs from ours?", default=False):
        raise Interrupted("Nothing was written.")


def _values(info: TemplateInfo, given: Sequence[str]) -> dict[str, Any]:
    """FIELD=VALUE options by field; lists and rows gather what is repeated. Raises `WrongUsage` for anything else."""
    from psdm_cli.domain.text_templates import SEVERAL

    values: dict[str, Any] = {}
    for text in given:
        name, equals, value = text.partition("=")
        field = info.by_name.get(name.strip().replace("-", "_"))
        if not equals or field is None:
            meant = get_close_matches(name.strip(), list(info.by_name), n=1, cutoff=0.5)
            tail = f"; did you mean {meant[0]}?" if meant and equals else "."
            what = f"{info.name} has no field {name.strip()!r}" if equals else f"expected FIELD=VALUE, not {text!r}"
            raise WrongUsage(f"--set: {what}{tail}", hint=f"psdm template show {info.name} lists the fields.")
        if field.type in SEVERAL:
            values.setdefault(field.name, []).append(value)
        elif field.name in values:
            raise WrongUsage(f"--set: {field.name} is given twice, and holds one value.")
        else:
            values[field.name] = value
    return values


def _origin(env: Environment, info: TemplateInfo) -> str:
    """psdm, or the team's file that stands for a template."""
    from psdm_cli.templates import HERE, file_of

    file = file_of(info.name, env.templates_folder)
    return "psdm" if file.parent == HERE else str(file)


def _same(one: Path, other: Path) -> bool:
    return one.absolute().resolve() == other.absolute().resolve()
