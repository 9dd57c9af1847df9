"""The local database: tables, migrations, mirror of Kantata, facts, snapshots. Importing it loads no SQLAlchemy."""

from typing import TYPE_CHECKING

from psdm_cli.store.opening import open_store

if TYPE_CHECKING:
    from psdm_cli.store.database import Store

__all__ = ["Store", "open_store"]
