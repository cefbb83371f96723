"""Run by Alembic for each upgrade; the connection comes from `kb.migrations.upgrade`."""

from alembic import context

from kb.store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,  # SQLite can't alter most of a table in place
)
with context.begin_transaction():
    context.run_migrations()
