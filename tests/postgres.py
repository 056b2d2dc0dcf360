"""Databases on the PostgreSQL server that the environment names."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

import pytest
from sqlalchemy import create_engine, make_url, text


@contextmanager
def empty_postgres() -> Iterator[str]:
    """A database of its own on the server that the environment names."""
    url = os.environ.get("SAMBAND_TEST_POSTGRES_URL")
    if not url:
        if os.environ.get("SAMBAND_REQUIRE_ALL"):
            pytest.fail("SAMBAND_TEST_POSTGRES_URL is not set, and SAMBAND_REQUIRE_ALL asks for it")
        pytest.skip("SAMBAND_TEST_POSTGRES_URL is not set: tried on SQLite only")
    name = f"samband_{uuid4().hex[:12]}"
    server = create_engine(url, isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    try:
        yield make_url(url).set(database=name).render_as_string(hide_password=False)
    finally:
        with server.connect() as connection:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
        server.dispose()
