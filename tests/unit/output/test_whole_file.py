"""Files written whole or not at all."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from psdm_cli.whole_file import OWNER_ALONE, drafted, put_whole


@pytest.mark.parametrize("mode", [OWNER_ALONE, 0o644])
@pytest.mark.parametrize("before", [None, b"a longer text that was there before"])
def test_a_file_is_written_with_its_permissions(tmp_path: Path, mode: int, before: bytes | None) -> None:
    file = tmp_path / "plan.json"
    if before is not None:
        file.write_bytes(before)
    put_whole(file, b"new\r\n\x00", mode=mode)
    assert file.read_bytes() == b"new\r\n\x00"
    assert stat.S_IMODE(file.stat().st_mode) == mode
    assert list(tmp_path.iterdir()) == [file]


def test_a_full_disk_leaves_what_was_there_and_no_draft(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    file = tmp_path / "plan.json"
    file.write_bytes(b"old")
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        put_whole(file, b"new")
    assert file.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [file]


def test_a_draft_that_got_no_name_is_gone(tmp_path: Path) -> None:
    file = tmp_path / "plan.json"
    with drafted(file, b"text") as draft:
        assert (draft.parent, draft.read_bytes()) == (tmp_path, b"text")
    assert list(tmp_path.iterdir()) == []


def test_the_longest_name_can_be_written(tmp_path: Path) -> None:
    file = tmp_path / ("é" * 127)
    put_whole(file, b"text")
    assert file.read_bytes() == b"text"


def test_a_folder_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        put_whole(tmp_path / "away" / "plan.json", b"text")
