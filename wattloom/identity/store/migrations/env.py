"""Run by Alembic: apply the steps on the connection that `Database.migrate` hands over."""

from alembic import context

from wattloom.identity.store.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
