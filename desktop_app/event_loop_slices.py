"""What an event loop runs in a slice: asyncio's queue, timers and sockets, in asyncio's order."""

from __future__ import annotations

import asyncio
import selectors
import sys
import time
from asyncio import Handle
from asyncio.base_events import _format_handle as format_handle  # type: ignore[attr-defined]
from asyncio.log import logger
from collections.abc import Callable
from contextvars import Context
from typing import Any, Final

from PySide6.QtWidgets import QApplication
from qasync import QEventLoop  # type: ignore[import-untyped]

from desktop_app.due_timers import DueTimers

FRAME_BUDGET_S: Final = 0.004
"""A quarter of a frame at 60 Hz: the rest is for input, layout and painting."""
NS_PER_S: Final = 1_000_000_000


class SlicedLoop(QEventLoop):  # type: ignore[misc]  # qasync has no type hints
    """An event loop that runs what is ready for as long as a budget allows; `EventLoop` has Qt call it.

    Everything belongs to the GUI thread.

    Args:
        app: The application.
        already_running: Whether Qt's loop is run by somebody else.
        frame_budget_s: The longest slice in seconds, as far as single callbacks allow it.
    """

    def __init__(self, app: QApplication, *, already_running: bool, frame_budget_s: float) -> None:
        self.frame_budget_s = frame_budget_s
        self.on_overrun: Callable[[Handle, int, int], None] | None = None
        """Is told of each callback that took longer than the budget by itself: from when to when, in nanoseconds."""
        self._is_over = True
        """Whether nothing runs any more, or not yet."""
        self._left_in_round = 0
        self._due_timers = DueTimers()
        self._was_within_ns = 0
        self._held: tuple[Context, ...] = ()
        self._kept_back: list[Any] = []
        self._leaves_some_out = False
        super().__init__(app, already_running=already_running)
        self._current_handle: Any = None

    def _end_run(self) -> None:
        """Have `run_forever` return; nothing more runs until it is called again."""
        raise NotImplementedError

    def _run_within_budget(self) -> bool:
        """Run what is ready until nothing is or the budget is used; tell whether anything was."""
        outer = self._current_handle
        try:
            return self._run_ready() if outer is None else self._run_ready_within(outer)
        finally:
            # Also after what Ctrl+C or an exit raised: otherwise the next run would wait for its context for ever.
            self._current_handle = outer
            if outer is None and self._kept_back:
                self._put_back()

    def _run_ready_within(self, outer: Any) -> bool:
        """Run what is ready within a callback that runs an event loop of its own.

        asyncio lets no task run while another does, and no context be entered twice: the outer task is left
        meanwhile, and what shares its context waits.
        """
        held, task = self._held, asyncio.current_task(self)
        self._held = (*held, outer._context)
        if task is not None:
            asyncio.tasks._leave_task(self, task)
        try:
            return self._run_ready()
        finally:
            if task is not None:
                asyncio.tasks._enter_task(self, task)
            self._held = held
            self._was_within_ns = time.monotonic_ns()

    def _run_ready(self) -> bool:
        """Run what is ready, in asyncio's rounds, until nothing is or the budget is used; tell whether anything was.

        A round is what was ready when it began: what its callbacks make ready belongs to the next one.
        """
        ready, clock = self._ready, time.monotonic_ns
        before_ns = now_ns = clock()
        budget_ns = round(self.frame_budget_s * NS_PER_S)
        end_ns = now_ns + budget_ns
        handle, is_amid_gathering = None, False

        def is_late() -> bool:
            return clock() >= end_ns

        # At least one callback, however small the budget.
        while handle is None or now_ns < end_ns:
            if not self._left_in_round:
                is_amid_gathering = not self._gather_due(is_late)
                # That was no callback's time.
                before_ns = now_ns = clock()
                if is_amid_gathering:
                    break
                self._left_in_round = len(ready)
            if not (self._left_in_round or self._stopping):
                break
            while self._left_in_round and (handle is None or now_ns < end_ns):
                self._left_in_round -= 1
                handle = self._current_handle = ready.popleft()
                if handle._cancelled:
                    continue
                if self._held and self._is_held(handle):
                    self._kept_back.append(handle)
                    continue
                before_ns = now_ns
                if self._debug:
                    self._run_timed(handle)
                else:
                    handle._run()
                now_ns = clock()
                if self._is_over:
                    # A guest was stopped, or something was raised within an event loop that a callback ran.
                    return True
                if self._kept_back:
                    self._put_back()
            if self._stopping and not self._left_in_round:
                self._end_run()
                break
        if now_ns - before_ns > budget_ns and handle is not None and self._was_within_ns < before_ns:
            self._tell_overrun(handle, before_ns, now_ns)
        return handle is not None or is_amid_gathering

    def _gather_due(self, is_late: Callable[[], bool]) -> bool:
        """Have everything ready whose socket is, or whose time has come, until it is late; tell whether all is."""
        if sys.platform != "win32" and not self._due_timers.is_amid:
            events = self._selector.select(0)
            self._leaves_some_out = False
            self._process_events(self._without_kept_back(events) if self._kept_back else events)
        return not self._scheduled or self._due_timers.take(self, is_late)

    def _without_kept_back(self, events: list[tuple[selectors.SelectorKey, int]]) -> list[tuple[Any, int]]:
        """Leave out sockets whose callback waits for a context already: unread, they are ready again and again."""
        left = []
        for key, mask in events:
            for event, handle in zip((selectors.EVENT_READ, selectors.EVENT_WRITE), key.data, strict=True):
                if mask & event and any(handle is each for each in self._kept_back):
                    mask &= ~event
                    self._leaves_some_out = True
            left.append((key, mask))
        return left

    def _is_held(self, handle: Any) -> bool:
        """Tell whether its context has been entered already. Contexts are equal if their values are."""
        return any(handle._context is each for each in self._held)

    def _put_back(self) -> None:
        """Go on with what waited for a context that has been left."""
        free = [handle for handle in self._kept_back if not self._is_held(handle)]
        self._kept_back = [handle for handle in self._kept_back if self._is_held(handle)]
        self._ready.extendleft(reversed(free))
        self._left_in_round += len(free)

    def _run_timed(self, handle: Any) -> None:
        """Run a callback, and warn of a slow one: asyncio's debug mode."""
        before_s = self.time()
        handle._run()
        passed_s = self.time() - before_s
        if passed_s >= self.slow_callback_duration:
            logger.warning("Executing %s took %.3f seconds", format_handle(handle), passed_s)

    def _tell_overrun(self, handle: Handle, start_ns: int, end_ns: int) -> None:
        if self.on_overrun is None:
            return
        try:
            self.on_overrun(handle, start_ns, end_ns)
        except Exception as error:  # noqa: BLE001 - whoever is told has failed, not the loop
            self.call_exception_handler({"message": "on_overrun failed", "exception": error, "handle": handle})
