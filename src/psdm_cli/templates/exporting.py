"""Our templates copied into a team's folder: what is there already is told, and replaced only where allowed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from psdm_cli.domain.text_templates import TemplateInfo
from psdm_cli.errors import WrongUsage
from psdm_cli.templates import SUFFIX, source_of
from psdm_cli.whole_file import put_whole


class Copy(StrEnum):
    """How a copy stands to the file of its name: new, the same, or different."""

    NEW = "new"
    SAME = "same"
    DIFFERS = "differs"


@dataclass(frozen=True, slots=True)
class Planned:
    """A template and the file that it is copied to."""

    info: TemplateInfo
    path: Path
    copy: Copy

    @property
    def text(self) -> str:
        """What is written."""
        return source_of(self.info.name)


def plan(infos: Sequence[TemplateInfo], folder: Path) -> tuple[Planned, ...]:
    """What copying would do; nothing is written. Raises `WrongUsage` where the folder cannot be one, or be read."""
    if folder.exists() and not folder.is_dir():
        raise WrongUsage(f"{folder} is a file, not a folder.")
    return tuple(Planned(info, path, _compared(info, path)) for info, path in ((i, _path(i, folder)) for i in infos))


def write(planned: Planned) -> None:
    """Put one template into its file, whole or not at all. Raises `WrongUsage` where it cannot be written."""
    path = planned.path
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        put_whole(path, planned.text.encode(), mode=0o644)  # meant to be shared
    except OSError as error:
        raise WrongUsage(
            f"{path} cannot be written: {error.strerror}.", hint="Choose another folder with --to."
        ) from None


def _path(info: TemplateInfo, folder: Path) -> Path:
    return folder / f"{info.name}{SUFFIX}"


def _compared(info: TemplateInfo, path: Path) -> Copy:
    try:
        there = path.read_bytes()
    except FileNotFoundError:
        return Copy.NEW
    except OSError as error:
        raise WrongUsage(f"{path} cannot be read: {error.strerror}.") from None
    return Copy.SAME if there.replace(b"\r\n", b"\n") == source_of(info.name).encode() else Copy.DIFFERS
