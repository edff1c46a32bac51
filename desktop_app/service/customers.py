"""The customer database: what each customer prefers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from sqlalchemy import select
from sqlalchemy.dialects.sqlite import insert

from desktop_app.preferences.model import DEFAULT_PREFERENCES, Preferences
from desktop_app.service import schema

if TYPE_CHECKING:
    from desktop_app.service.database import Database


class Customers:
    """Preferences by customer id, stored as JSON."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def preferences(self, customer_id: str) -> Preferences:
        """Return what the customer prefers; the defaults when nothing is stored.

        Raises:
            msgspec.ValidationError: What is stored is not of the schema.
            DatabaseUnavailable: As it says.
        """
        query = select(schema.preferences.c.document).where(schema.preferences.c.customer_id == customer_id)
        async with self._database.reading() as connection:
            document = await connection.scalar(query)
        return DEFAULT_PREFERENCES if document is None else msgspec.json.decode(document, type=Preferences)

    async def has_preferences(self, customer_id: str) -> bool:
        """Tell whether anything is stored for the customer."""
        query = select(1).where(schema.preferences.c.customer_id == customer_id)
        async with self._database.reading() as connection:
            return await connection.scalar(query) is not None

    async def set_preferences(self, customer_id: str, preferences: Preferences) -> None:
        """Store what the customer prefers, in place of what was stored before."""
        document = msgspec.json.encode(preferences)
        change = insert(schema.preferences).values(customer_id=customer_id, document=document)
        async with self._database.writing() as connection:
            await connection.execute(
                change.on_conflict_do_update(index_elements=["customer_id"], set_={"document": document})
            )
