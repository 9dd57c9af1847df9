"""Writing the configuration file: whole or not at all, readable by its owner alone."""

from __future__ import annotations

import os
from pathlib import Path

from psdm_cli.errors import WrongConfiguration, WrongUsage
from psdm_cli.whole_file import drafted


def write_private(path: Path, text: str, *, replace: bool = False) -> None:
    """Put `text` into `path` (0600), its folder made 0700 when missing; an existing file only with `replace`.

    Raises `WrongConfiguration` when the place cannot be written, `WrongUsage` when the file is there.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with drafted(path, text.encode()) as draft:
            if replace:
                draft.replace(path)
            elif not _is_put_new(draft, path):
                raise WrongUsage(f"There is a configuration file already: {path}. It was left as it is.")
    except OSError as error:
        raise WrongConfiguration(
            f"{path} cannot be written: {error.strerror}.", hint="Choose another place with --config or PSDM_HOME."
        ) from None


def _is_put_new(draft: Path, path: Path) -> bool:
    """Give the draft its name; False if somebody made the file meanwhile."""
    try:
        os.link(draft, path)
    except FileExistsError:
        return False
    except OSError:  # file systems without hard links
        try:
            os.close(os.open(path, os.O_CREAT | os.O_EXCL, 0o600))
        except FileExistsError:
            return False
        draft.replace(path)
    return True
