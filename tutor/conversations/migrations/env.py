"""Where Alembic begins: it works on the connection that tutor/conversations/migrate.py holds."""

from alembic import context

if hasattr(context, "config"):  # only Alembic gives it one
    context.configure(connection=context.config.attributes["connection"])
    with context.begin_transaction():
        context.run_migrations()
