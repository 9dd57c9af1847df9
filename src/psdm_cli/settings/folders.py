"""Where psdm keeps its files: the platform's folders, or one folder by PSDM_HOME."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Folders:
    """The configuration file and the folders for state (database, sandbox), cache and logs. None need exist yet."""

    config_file: Path
    data: Path
    cache: Path
    logs: Path

    @property
    def sandbox(self) -> Path:
        """State of the practice Kantata, and its own database."""
        return self.data / "sandbox"


def find_folders(environ: Mapping[str, str]) -> Folders:
    """The folders of this user. `PSDM_HOME` holds all of them."""
    home = environ.get("PSDM_HOME")
    if home:
        root = Path(home).expanduser().absolute()
        return Folders(root / "config.yaml", root / "data", root / "cache", root / "log")
    from platformdirs import PlatformDirs

    folders = PlatformDirs("psdm", appauthor=False)
    return Folders(
        Path(folders.user_config_dir) / "config.yaml",
        Path(folders.user_data_dir),
        Path(folders.user_cache_dir),
        Path(folders.user_log_dir),
    )
