"""Files written whole or not at all: who looks meanwhile, and after a crash, finds the old one or the new one."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

OWNER_ALONE = 0o600
_LONGEST = 50  # characters of the file's name in the draft's, which may be no longer than a name


@contextmanager
def drafted(file: Path, content: bytes) -> Iterator[Path]:
    """The content in a draft beside `file`, on the disk, for its owner alone; it is gone at the end. Raises `OSError`.

    Give the draft its name within the block.
    """
    handle, name = tempfile.mkstemp(prefix=f".{file.name[:_LONGEST]}.", suffix=".part", dir=file.parent)
    draft = Path(name)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        yield draft
    finally:
        draft.unlink(missing_ok=True)


def put_whole(file: Path, content: bytes, *, mode: int = OWNER_ALONE) -> None:
    """Write the file, in place of one that is there, with the permissions `mode`. Raises `OSError`."""
    with drafted(file, content) as draft:
        if mode != OWNER_ALONE:
            draft.chmod(mode)
        draft.replace(file)
