"""Runs migrations on SQLite and PostgreSQL, each in one transaction: what fails leaves the schema as it was."""

from typing import Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy import Connection
from sqlmodel import SQLModel

import app.directory.models
import app.erasure
import app.figures.models
import app.library.models
import app.links.models
import app.outbox
import app.vocabulary.models  # noqa: F401  the imports fill the metadata
from app.db import make_engine
from app.db_types import HoursType, UtcDateTime
from app.settings import get_settings


def render_item(kind: str, item: object, autogen: AutogenContext) -> str | Literal[False]:
    """Our own column types by name, with the import they need."""
    if kind == "type" and isinstance(item, (UtcDateTime, HoursType)):
        autogen.imports.add("import app.db_types")
        return f"app.db_types.{type(item).__name__}()"
    if kind == "type" and type(item).__name__ == "AutoString":
        length = getattr(item, "length", None)
        return f"sa.String(length={length})" if length else "sa.String()"
    return False


def run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=SQLModel.metadata,
        render_as_batch=True,
        render_item=render_item,
        compare_type=True,
        transaction_per_migration=False,
    )
    with context.begin_transaction():
        context.run_migrations()


given = context.config.attributes.get("connection")
if isinstance(given, Connection):
    run(given)
else:
    engine = make_engine(context.config.get_main_option("sqlalchemy.url") or get_settings().sqlalchemy_url)
    try:
        with engine.connect() as connection:
            run(connection)
            connection.commit()
    finally:
        engine.dispose()
