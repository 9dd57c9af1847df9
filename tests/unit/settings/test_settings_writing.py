"""The configuration file is written whole, for its owner alone, and never over another one by accident."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import NoReturn

import pytest

from psdm_cli.errors import WrongConfiguration, WrongUsage
from psdm_cli.settings.writing import write_private


def no_links(*_: object) -> NoReturn:
    raise PermissionError(1, "Operation not permitted")


@pytest.fixture(params=["links", "no links"], autouse=True)
def file_system(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """With hard links, and without."""
    if request.param == "no links":
        monkeypatch.setattr(os, "link", no_links)


def test_a_new_file(tmp_path: Path) -> None:
    place = tmp_path / "a" / "config.yaml"
    write_private(place, "pm: {}\n")
    assert place.read_text() == "pm: {}\n"
    assert stat.S_IMODE(place.stat().st_mode) == 0o600
    assert list(place.parent.iterdir()) == [place]


def test_a_file_that_is_there(tmp_path: Path) -> None:
    place = tmp_path / "config.yaml"
    place.write_text("mine")
    place.chmod(0o644)
    with pytest.raises(WrongUsage, match="There is a configuration file already"):
        write_private(place, "other")
    assert (place.read_text(), list(tmp_path.iterdir())) == ("mine", [place])
    write_private(place, "other", replace=True)
    assert (place.read_text(), stat.S_IMODE(place.stat().st_mode)) == ("other", 0o600)


def test_no_place(tmp_path: Path) -> None:
    (tmp_path / "wall").write_text("")
    with pytest.raises(WrongConfiguration, match="cannot be written"):
        write_private(tmp_path / "wall" / "config.yaml", "x")
