"""Writing the configuration file: whole or not at all, readable by its owner alone."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from psdm_cli.errors import WrongConfiguration, WrongUsage


def write_private(path: Path, text: str, *, replace: bool = False) -> None:
    """Put `text` into `path` (0600), its folder made 0700 when missing; an existing file only with `replace`.

    Raises `WrongConfiguration` when the place cannot be written, `WrongUsage` when the file is there.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)  # 0600 by itself
    except OSError as error:
        raise WrongConfiguration(
            f"{path} cannot be written: {error.strerror}.", hint="Choose another place with --config or PSDM_HOME."
        ) from None
    draft = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        if replace:
            draft.replace(path)
        else:
            _put_new(draft, path)
    except FileExistsError:
        raise WrongUsage(f"There is a configuration file already: {path}. It was left as it is.") from None
    except OSError as error:
        raise WrongConfiguration(f"{path} cannot be written: {error.strerror}.") from None
    finally:
        draft.unlink(missing_ok=True)


def _put_new(draft: Path, path: Path) -> None:
    """Give the draft its name; `FileExistsError` if somebody made the file meanwhile."""
    try:
        os.link(draft, path)
    except FileExistsError:
        raise
    except OSError:  # file systems without hard links
        os.close(os.open(path, os.O_CREAT | os.O_EXCL, 0o600))
        draft.replace(path)
