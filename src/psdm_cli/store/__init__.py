"""The local database: tables, migrations, mirror of Kantata, snapshots."""
