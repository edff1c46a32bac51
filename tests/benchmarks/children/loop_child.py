"""One run of one event loop under one load: ``loop_child.py LOOP LOAD ARGUMENTS``, the last a JSON object.

It says on stdout what was measured, a JSON object of numbers, or ``{"failed": NAME}`` with the exception's name.
"""

from __future__ import annotations

import json
import sys
from types import TracebackType

from tests.benchmarks.children.loop_kinds import KINDS, Figures, StartBeating
from tests.benchmarks.children.loop_works import WORKS


def main(kind: str, load: str, arguments: str) -> None:
    """Do this load's work on this loop."""
    prepared = WORKS[load](**json.loads(arguments))
    figures: Figures = {}

    async def work(start_beating: StartBeating) -> None:
        figures.update(await prepared(start_beating))

    KINDS[kind](work)
    print(json.dumps(figures), flush=True)


def _tell(kind: type[BaseException], error: BaseException, traceback: TracebackType | None) -> None:
    """Tell what ended it: what a client raised an error of its own for, where it was that."""
    first = error
    while first.__cause__ or first.__context__:
        first = first.__cause__ or first.__context__ or first
    print(json.dumps({"failed": type(first).__name__}), flush=True)
    sys.__excepthook__(kind, error, traceback)


if __name__ == "__main__":
    sys.excepthook = _tell
    main(*sys.argv[1:])
