"""Runs the code of `mistake_variants` in a sandbox, and tells what came of it: lines, exception, page and times.

Knows no Qt and no network; belongs to the thread of the running loop.
"""

from __future__ import annotations

import asyncio
import enum
import inspect
import traceback
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from types import FrameType, FunctionType
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar, cast

from msgspec import structs

from desktop_app.errors import ExchangeError
from desktop_app.preferences.model import DEFAULT_PREFERENCES, Preferences
from desktop_app.signin import mistake_variants as variants
from desktop_app.signin.mistake_variants import Load, Loop, Page
from desktop_app.signin.state import Failure

if TYPE_CHECKING:
    from desktop_app.preferences.model import Theme

T = TypeVar("T")
NS_PER_MS = 1_000_000
TELL_AFTER_S = 0.02
"""Long enough for a request to be on its way, and about a frame."""
Code: TypeAlias = Callable[[Load, Page, Loop], Coroutine[Any, Any, None]]
Request: TypeAlias = Callable[[Callable[[], None]], Awaitable[Preferences]]
"""Loads the preferences; calls what it is given when the request is on its way."""


@dataclass(frozen=True, slots=True)
class Variant:
    """One way to make the mistake, or the way not to."""

    code: Code
    raises: tuple[type[Exception], ...] = ()
    """What comes of it; nothing where the page is merely blank."""
    refusal: str = ""
    """What mypy says of it where no ``Any`` hides it; empty where it sees nothing wrong."""


UNSET_RESULT = Variant(variants.unset_result, (asyncio.InvalidStateError,))
FORGOTTEN_AWAIT = Variant(
    variants.forgotten_await,
    (AttributeError,),
    '"Coroutine[Any, Any, Preferences]" has no attribute "theme"',
)
READ_TOO_EARLY = Variant(
    variants.read_too_early,
    refusal=(
        'Argument 1 to "customise" of "Page" has incompatible type "Preferences | None"; expected "Preferences"'
    ),
)
MANAGED = Variant(variants.managed)
VARIANTS = (UNSET_RESULT, FORGOTTEN_AWAIT, READ_TOO_EARLY)


class Moment(enum.Enum):
    """What can happen in a run."""

    CALLED = enum.auto()
    """``load()`` was called, which sends nothing yet."""
    SENT = enum.auto()
    """The request was handed to the HTTP client."""
    UNSENT = enum.auto()
    """It is all over, and nobody has sent the request."""
    CUSTOMISED = enum.auto()
    """The page was customised with preferences."""
    DEFAULTED = enum.auto()
    """The page was customised with the default preferences."""
    BLANKED = enum.auto()
    """The page was customised with None."""
    RAISED = enum.auto()
    """The code ended in the exception that was expected of it."""
    ANSWERED = enum.auto()
    """The preferences arrived."""
    FAILED = enum.auto()
    """The request ended in an error."""


@dataclass(frozen=True, slots=True)
class Event:
    """What happened, and how long after the start of the code."""

    moment: Moment
    at_ns: int


@dataclass(frozen=True, slots=True)
class Source:
    """A function's lines as they stand in its file; none where that cannot be read."""

    file: str
    first_line: int
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What has come of a run so far."""

    events: tuple[Event, ...] = ()
    preferences: Preferences | None = None
    """What the page shows; None: it is blank."""
    raised: str = ""
    """The exception that the code ended in, as Python writes it."""
    failing_line: int = 0
    """Its number in the file: where the exception was raised, or the page given None; 0: there is none."""
    failure: Failure | None = None
    """Why the request failed; nothing of the run can be reached through it."""
    is_explained: bool = False
    """Whether the page says that it failed."""
    is_over: bool = False
    """Whether the code has ended, and with it all that it left running."""

    def happened(self, moment: Moment) -> bool:
        """Tell whether this has happened."""
        return any(event.moment is moment for event in self.events)


def source_of(code: Code) -> Source:
    """Read a function's source."""
    file = Path(inspect.getfile(code)).name
    try:
        lines, first_line = inspect.getsourcelines(code)
    except OSError:
        return Source(file, 0, ())
    return Source(file, first_line, tuple(line.rstrip() for line in lines))


class Sandbox:
    """Runs a piece of code with a load, a page and a loop of its own; what goes wrong in it stays in it.

    Args:
        variant: What to run, and which exceptions are expected of it.
        request: What its load does.
        changed: Called with the newest `Outcome` a moment after something happened: whatever is done with it must not
            change the times.
        now_ns: A monotonic clock in nanoseconds.
    """

    def __init__(
        self, variant: Variant, request: Request, changed: Callable[[Outcome], None], now_ns: Callable[[], int]
    ) -> None:
        self.outcome = Outcome()
        self._variant = variant
        self._request = request
        self._changed = changed
        self._now_ns = now_ns
        self._begun_ns = 0
        self._loads: list[Coroutine[Any, Any, Preferences]] = []
        self._tasks: list[asyncio.Task[Any]] = []
        self._telling: asyncio.TimerHandle | None = None

    async def run(self) -> None:
        """Run the code, and wait for what it left running; cancelled, it leaves nothing.

        Raises:
            Exception: One that was not expected.
        """
        self._begun_ns = self._now_ns()
        try:
            await self._run_code()
            if self._tasks:
                await asyncio.wait(self._tasks)
            for task in self._tasks:
                _raise_unexpected(task)
        finally:
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)
            self._close_loads()
            self.outcome = replace(self.outcome, is_over=True)
            self._tell()

    async def _run_code(self) -> None:
        code = self._variant.code
        try:
            await code(self.load, _Page(self), self)
        except self._variant.raises as error:
            self.note(
                Moment.RAISED,
                raised=f"{type(error).__name__}: {error}",
                failing_line=_line_in(code, traceback.walk_tb(error.__traceback__)),
            )

    def _close_loads(self) -> None:
        for load in self._loads:
            if inspect.getcoroutinestate(load) == inspect.CORO_CREATED:
                # Otherwise Python warns, one day, that nobody awaited it.
                load.close()
                self.note(Moment.UNSENT)

    def load(self) -> Coroutine[Any, Any, Preferences]:
        """Load the preferences, as `Load` does."""
        self.note(Moment.CALLED)
        self._loads.append(self._load())
        return self._loads[-1]

    async def _load(self) -> Preferences:
        begun_ns = self._now_ns()
        try:
            preferences = await self._request(lambda: self.note(Moment.SENT))
        except ExchangeError as error:
            # A copy: the error itself knows the frames it came through, and whatever is in them.
            copy = type(error)(detail=error.detail, **error.values)
            self.note(Moment.FAILED, failure=Failure(copy, (self._now_ns() - begun_ns) // NS_PER_MS))
            raise
        self.note(Moment.ANSWERED)
        return preferences

    def create_task(self, coroutine: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        """Run a coroutine from the next turn on, as `Loop` does, until the sandbox ends."""
        task = asyncio.get_running_loop().create_task(coroutine)
        self._tasks.append(task)
        return task

    def customised(self, preferences: Preferences | None) -> None:
        """Note what the page was customised with."""
        if preferences is None:
            line = _line_in(self._variant.code, traceback.walk_stack(inspect.currentframe()))
            self.note(Moment.BLANKED, preferences=None, failing_line=line)
        else:
            moment = Moment.DEFAULTED if preferences is DEFAULT_PREFERENCES else Moment.CUSTOMISED
            self.note(moment, preferences=preferences)

    def note(self, moment: Moment, **changes: Any) -> None:
        """Note what happened, and what it changes in the outcome."""
        event = Event(moment, self._now_ns() - self._begun_ns)
        self.outcome = replace(self.outcome, events=(*self.outcome.events, event), **changes)
        if self._telling is None:
            self._telling = asyncio.get_running_loop().call_later(TELL_AFTER_S, self._tell)

    def _tell(self) -> None:
        if self._telling is not None:
            self._telling.cancel()
            self._telling = None
        self._changed(self.outcome)


class _Page:
    """A `Page` that notes what it is given, and shows it elsewhere."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox

    def set_theme(self, theme: Theme) -> None:
        preferences = self._sandbox.outcome.preferences or DEFAULT_PREFERENCES
        self._sandbox.customised(structs.replace(preferences, theme=theme))

    def customise(self, preferences: Preferences) -> None:
        self._sandbox.customised(preferences)

    def explain(self, error: ExchangeError) -> None:
        self._sandbox.outcome = replace(self._sandbox.outcome, is_explained=True)


def _line_in(code: Code, frames: Iterable[tuple[FrameType, int]]) -> int:
    """Find the line at which a function is in these frames."""
    wanted = cast("FunctionType", code).__code__
    return next((line for frame, line in frames if frame.f_code is wanted), 0)


def _raise_unexpected(task: asyncio.Task[Any]) -> None:
    error = None if task.cancelled() else task.exception()
    if error is not None and not isinstance(error, ExchangeError):
        raise error
