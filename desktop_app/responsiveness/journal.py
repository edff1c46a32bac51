"""What happened, as spans and marks on one clock: what the execution timeline and the trace are made from.

Whoever knows of something writes it here: the monitor the freezes, the widgets that opted in their paints and inputs,
the tasks and the network their own. Bounded: the oldest go first.
"""

from __future__ import annotations

import enum
import itertools
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from desktop_app.responsiveness.events import Freeze

MOST_ENTRIES = 200_000
"""Spans and marks that are kept; an hour of a busy program's."""


class Lane(enum.StrEnum):
    """Where a span is drawn."""

    GUI = "gui"
    TASKS = "tasks"
    NETWORK = "network"
    DATABASE = "database"


class Kind(enum.StrEnum):
    """What a span is."""

    PAINT = "paint"
    """The GUI thread painted."""
    INPUT = "input"
    """The GUI thread handled a key or a click."""
    OVERRUN = "overrun"
    """A callback of the event loop held a frame by itself."""
    TASK = "task"
    """An asyncio task, from its creation to its end."""
    CONNECT = "connect"
    SEND = "send"
    WAIT = "wait"
    """For the first byte of the answer."""
    RECEIVE = "receive"
    DATABASE = "database"
    """The service waited for its database."""

    @property
    def lane(self) -> Lane:
        """Where it is drawn."""
        match self:
            case Kind.PAINT | Kind.INPUT | Kind.OVERRUN:
                return Lane.GUI
            case Kind.TASK:
                return Lane.TASKS
            case Kind.DATABASE:
                return Lane.DATABASE
            case _:
                return Lane.NETWORK


@dataclass(frozen=True, slots=True)
class Span:
    """Something that took time, and has ended."""

    kind: Kind
    start_ns: int
    end_ns: int
    name: str = ""
    """A task's name, a request's method and path, an overrun's place; never anything secret."""
    group: int = 0
    """Spans of one task, or of one request, share it; distinct among what goes on at one time."""


@dataclass(frozen=True, slots=True)
class InputMark:
    """A key or a click in a widget that opted in, and the paint that answered it."""

    name: str
    """``key`` or ``click``; never which key."""
    at_ns: int
    """When the person made it."""
    delivered_ns: int
    """When the widget was given it: the difference is the input delay."""
    painted_ns: int
    """When the paint that answers it was done: the difference from ``at_ns`` is the input to next paint."""


Entry: TypeAlias = Span | InputMark | Freeze
"""What a journal holds."""

Kept: TypeAlias = Freeze | tuple[str, int, int, str, int] | tuple[str, int, int, int]
"""How it is kept: a span and a mark as plain values, which the garbage collector need not look through.

200,000 objects made each of its full rounds a freeze of 100 ms.
"""


class Journal:
    """Takes down what happens, from any thread, and hands it on.

    Args:
        most: How many entries are kept.
    """

    def __init__(self, most: int = MOST_ENTRIES) -> None:
        self._entries: deque[Kept] = deque(maxlen=most)
        self._listeners: tuple[Callable[[Entry], None], ...] = ()
        self._groups = itertools.count(1)

    def add(self, entry: Entry) -> None:
        """Take something down that has ended; any thread."""
        self._entries.append(_kept(entry))
        for listener in self._listeners:
            listener(entry)

    def entries(self) -> tuple[Entry, ...]:
        """Give what is kept, in the order in which it ended, nearly; any thread, some 0.1 s of 200,000."""
        return tuple(map(_entry, self._entries.copy()))

    def new_group(self) -> int:
        """Give a number that no other task or request in this journal has; any thread."""
        return next(self._groups)

    def listen(self, listener: Callable[[Entry], None]) -> None:
        """Hand every further entry to this, too, on the thread that adds it."""
        self._listeners = (*self._listeners, listener)

    def unlisten(self, listener: Callable[[Entry], None]) -> None:
        """Cease to; a listener that is none is ignored."""
        self._listeners = tuple(each for each in self._listeners if each != listener)


def _kept(entry: Entry) -> Kept:
    match entry:
        case Span():
            return str(entry.kind.value), entry.start_ns, entry.end_ns, entry.name, entry.group
        case InputMark():
            return entry.name, entry.at_ns, entry.delivered_ns, entry.painted_ns
        case Freeze():
            return entry


def _entry(kept: Kept) -> Entry:
    if isinstance(kept, Freeze):
        return kept
    if len(kept) == 5:
        return Span(Kind(kept[0]), *kept[1:])
    return InputMark(*kept)
