"""The tables of the two databases.

They share no key but ``customer_id``, a random number of our own, so that the two could live on different servers.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import Column, ForeignKey, Integer, LargeBinary, MetaData, Table, Text
from sqlalchemy.dialects import sqlite
from sqlalchemy.schema import CreateIndex, CreateTable

SCHEMA_VERSION: Final = 1
"""Kept in each database's ``user_version``; to be raised with each change of a table."""

CREDENTIALS: Final = MetaData()
CUSTOMERS: Final = MetaData()

accounts: Final = Table(
    "accounts",
    CREDENTIALS,
    Column("email", Text, primary_key=True),  # normalised, see credentials.normalised
    Column("customer_id", Text, nullable=False, unique=True),
    Column("password_hash", Text, nullable=False),
)

sessions: Final = Table(
    "sessions",
    CREDENTIALS,
    Column("token_hash", LargeBinary, primary_key=True),  # SHA-256: who reads the file can't use it
    Column("customer_id", Text, ForeignKey("accounts.customer_id"), nullable=False),
    Column("expires_at_s", Integer, nullable=False, index=True),
)

attempts: Final = Table(
    "attempts",
    CREDENTIALS,
    # SHA-256 of the email: what is typed as an unknown email is now and then a password.
    Column("email_hash", LargeBinary, primary_key=True),
    Column("failures", Integer, nullable=False),
    Column("last_at_ms", Integer, nullable=False, index=True),
    Column("blocked_until_ms", Integer, nullable=False),
)

preferences: Final = Table(
    "preferences",
    CUSTOMERS,
    Column("customer_id", Text, primary_key=True),
    Column("document", LargeBinary, nullable=False),  # JSON of model.Preferences
)


def ddl(metadata: MetaData) -> list[str]:
    """Return the statements that create the tables and indexes of ``metadata``."""
    dialect = sqlite.dialect()
    statements = []
    for table in metadata.sorted_tables:
        statements.append(str(CreateTable(table).compile(dialect=dialect)))
        statements += [str(CreateIndex(index).compile(dialect=dialect)) for index in table.indexes]
    return statements
