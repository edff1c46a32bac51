"""``desktop-app watch``: runs a program under the monitor, and tells of its freezes."""

from __future__ import annotations

import atexit
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from types import TracebackType
from typing import Final, TypeAlias

from desktop_app.responsiveness.ownership import Ownership
from desktop_app.responsiveness.reporter import Reporter
from desktop_app.responsiveness.running import Program, own_traceback, prepare, run
from desktop_app.responsiveness.watch_options import WatchOptions

EXIT_OVER_BUDGET: Final = 3
Hook: TypeAlias = Callable[[type[BaseException], BaseException, TracebackType | None], object]


def ready_to_watch(options: WatchOptions) -> Callable[[], int]:
    """Begin to watch, and give what runs the program; both on the main thread, with nothing to be done after it.

    That returns 0, or 3 where a freeze was over the budget and ``--fail`` was given; or raises what the program ends
    with: SystemExit, KeyboardInterrupt, any other exception.

    Raises:
        UsageError: There is no such program, or a file cannot be written; nothing of the program was run.
    """
    # It loads what it will need before the program says what is found under which name.
    reporter = Reporter(options)
    reporter.monitor.ownership = Ownership(prepare(options.program))
    ending = _Ending(reporter, fails=options.fails)
    return partial(_run_to_its_end, options.program, ending)


def _run_to_its_end(program: Program, ending: _Ending) -> int:
    try:
        run(program)
    except SystemExit as exit_:
        ending.finish()
        if not ending.is_failed:
            raise
        if exit_.code is not None and not isinstance(exit_.code, int) and sys.stderr is not None:
            print(exit_.code, file=sys.stderr)
    except BaseException:
        # Python prints it when it has come out of here, and ends as it does after this exception.
        sys.excepthook = ending.hook(sys.excepthook)
        raise
    else:
        ending.finish()
    return ending.exit_code()


class _Ending:
    """Sees to it that the reporter ends, however the program does, unless the process is killed.

    Args:
        reporter: What is started now.
        fails: Whether a freeze that was too long is to be the process's failure.
    """

    def __init__(self, reporter: Reporter, *, fails: bool) -> None:
        self.is_failed = False
        self._reporter = reporter
        self._fails = fails
        self._has_exit_code = False
        self._process = os.getpid()
        reporter.start()
        # Before those of the program, so that it is called after them; sys.exit() in a slot leads nowhere but here.
        atexit.register(self._at_exit)

    def finish(self) -> None:
        """Report now, once."""
        if os.getpid() == self._process and not self._reporter.is_finished:
            self._reporter.finish()
            self.is_failed = self._fails and self._reporter.is_over_budget

    def exit_code(self) -> int:
        """Tell what the process is to end with, when it comes to its end."""
        self._has_exit_code = True
        return EXIT_OVER_BUDGET if self.is_failed else 0

    def hook(self, hook: Hook) -> Hook:
        """Make what prints the exception that ends the program: without the tool's frames, and before the summary."""

        def print_exception(
            kind: type[BaseException], error: BaseException, _traceback: TracebackType | None
        ) -> None:
            error.__traceback__ = sys.last_traceback = own_traceback(error.__traceback__)
            try:
                hook(kind, error, error.__traceback__)
            finally:
                self.finish()

        return print_exception

    def _at_exit(self) -> None:
        self.finish()
        if self.is_failed and not self._has_exit_code and os.getpid() == self._process:
            # An exception, or sys.exit() in a slot, has decided already what Python will end with.
            for stream in (sys.stdout, sys.stderr):
                # It may be closed, or None, or whatever the program has put there.
                with suppress(OSError, ValueError, AttributeError):
                    stream.flush()
            os._exit(EXIT_OVER_BUDGET)
