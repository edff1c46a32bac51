"""Code that really blocks, as people write it, and what it is about: each is looked at by the tests while it does."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from desktop_app.responsiveness.events import Cause

Work: TypeAlias = Callable[[], object]
Making: TypeAlias = Callable[[Path], AbstractContextManager[Work]]

LENGTH_S = 0.02
"""Of a block that is not ended from outside; it is done again and again."""
LIMIT_S = 60
"""Within which every block is ended."""


@dataclass(frozen=True)
class Block:
    """How to make it, why it blocks, and the rule that has to find out."""

    make: Making
    """Gives what blocks; ends it when it is left."""
    cause: Cause
    rule: str


class Table(dict[str, Block]):
    """Blocks by name."""

    def block(
        self, rule: str, cause: Cause = Cause.WAITING
    ) -> Callable[[Callable[[Path], Iterator[Work]]], Callable[[Path], Iterator[Work]]]:
        """Put a block into the table."""

        def put(make: Callable[[Path], Iterator[Work]]) -> Callable[[Path], Iterator[Work]]:
            self[make.__name__] = Block(contextmanager(make), cause, rule)
            return make

        return put
