"""What the stages of a chain have in common, one for each toxic that applies to a connection.

A stage reads its inbox and fills its outbox until the inbox has ended. It may be cancelled at any await and must
then have lost nothing: it keeps to the rule in `Pipe`. It may then be run again, with other pipes, and goes on from
where it was: what it has counted, and the times that it has set, stay.
"""

from __future__ import annotations

import enum
from random import Random
from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    import asyncio

    from desktop_app.conditions.clock import Clock
    from desktop_app.conditions.pipe import Pipe
    from desktop_app.conditions.toxics import Toxic

NS_PER_US = 1_000
NS_PER_MS = 1_000_000


class Ending(enum.Enum):
    """How a stage, a direction or a connection came to its end."""

    DRAINED = enum.auto()
    """Its input ended, or is not wanted any more, and all that is to pass was passed on."""
    CLOSED = enum.auto()
    """The connection is to be closed now, in both directions."""
    RESET = enum.auto()
    """The connection is to be reset now, in both directions."""


class Surroundings(NamedTuple):
    """What a stage knows of its connection."""

    clock: Clock
    random: Random
    client_ended: asyncio.Event
    """Set once the client has closed its sending side, which mostly means that it is gone."""


class Stage(Protocol):
    """One toxic at work on one direction of one connection."""

    async def run(self, inbox: Pipe, outbox: Pipe) -> Ending:
        """Move what comes from ``inbox`` to ``outbox``, and end ``outbox`` when all is through."""


class Pass:
    """No fault: everything goes on at once."""

    async def run(self, inbox: Pipe, outbox: Pipe) -> Ending:
        """Move chunks as they come."""
        while (chunk := await inbox.head()) is not None:
            await outbox.room()
            inbox.pop()
            outbox.put(chunk)
        outbox.end()
        return Ending.DRAINED


def numbers_of(toxic: Toxic, seed: str) -> Random | None:
    """Return a toxic's random numbers on one connection; None if it does not apply to that connection.

    Each toxic has numbers of its own, so that adding one leaves the others as they were.
    """
    random = Random(f"{seed}/{toxic.name}")  # noqa: S311 -- repeatable is what it is for
    return random if random.random() < toxic.toxicity else None
