"""How Alembic runs our migrations: on the connection it is given, inside its transaction."""

from alembic import context

from psdm_cli.store.tables import metadata, revision

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    version_table=revision.name,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
