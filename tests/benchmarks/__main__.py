"""``python -m tests.benchmarks [NAME ...] [--runs N]``: the figures of the README, measured on this machine.

``loops`` is the event loops side by side, and takes long: about an hour. Its parts have names of their own,
``loops-http`` for one; ``--loops-json FILE --resume`` goes on where a run of it was ended, and ``--loops-chart
FILE.svg`` draws it.

They are reported beside their aims and asserted nowhere: a figure says something about the machine, too.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType

from tests.benchmarks import (
    exchange,
    loops,
    memory,
    overhead,
    precision,
    processor,
    service,
    slices,
    start,
    timeline_paint,
)
from tests.benchmarks.figures import Figure, Measurement, Rows, Unmeasured
from tests.benchmarks.machine import DEFAULT_PLATFORM, described, qt_platform
from tests.benchmarks.processes import ChildError
from tests.benchmarks.table import as_table
from tests.helpers.service_process import ServiceNotReadyError

MEASUREMENTS: Mapping[str, Measurement] = MappingProxyType(
    {
        "start": start.measure,
        "memory": memory.measure,
        "processor": processor.measure,
        "slices": slices.measure,
        "exchange": exchange.measure,
        "service": service.measure,
        "overhead": overhead.measure,
        "precision": precision.measure,
        "timeline": timeline_paint.measure,
    }
)
INTERRUPTED = 130
"""What a shell says of a command that Ctrl+C ended; what was measured until then is shown all the same."""


def main() -> int:
    """Measure what is asked for, and print the table."""
    parser = _parser()
    options = parser.parse_args()
    bench = loops.Bench(options.loops_json, options.loops_chart, options.resume)
    measurements = {**MEASUREMENTS, **bench.measurements()}
    names = options.names or [*MEASUREMENTS, loops.NAME]
    unknown = [name for name in names if name not in measurements]
    if unknown:
        parser.error(f"there is no {', '.join(unknown)}: choose from {', '.join(measurements)}")
    rows: list[Figure | Rows | Unmeasured] = []
    is_interrupted = False
    try:
        with qt_platform(options.platform):
            try:
                for name in names:
                    rows.extend(_measured(name, measurements[name], options.runs))
            except KeyboardInterrupt:
                is_interrupted = True
            print(as_table(described(), rows))
    except ChildError as error:
        parser.error(f"--platform {options.platform}: {error}")
    return INTERRUPTED if is_interrupted else 0


def _measured(name: str, measure: Measurement, runs: int | None) -> Iterator[Figure | Rows | Unmeasured]:
    print(f"measuring: {name} …", file=sys.stderr, flush=True)
    try:
        yield from measure(runs)
    except (ChildError, ServiceNotReadyError, OSError) as error:
        yield Unmeasured(name, str(error))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description="Measure; assert nothing.")
    parser.add_argument(
        "names", nargs="*", metavar="NAME", help=f"of {', '.join([*MEASUREMENTS, *loops.NAMES])} (default: all)"
    )
    parser.add_argument("--runs", type=_count, metavar="N", help="of each (default: what each needs)")
    parser.add_argument(
        "--platform",
        default=os.environ.get("QT_QPA_PLATFORM") or DEFAULT_PLATFORM,
        help="Qt's; xcb runs an Xvfb where there is no DISPLAY (default: %(default)s)",
    )
    group = parser.add_argument_group("event loops (loops)")
    group.add_argument("--loops-json", type=Path, metavar="FILE", help="where to keep the results, after each run")
    group.add_argument("--resume", action="store_true", help="go on from that file, rather than begin anew")
    group.add_argument("--loops-chart", type=Path, metavar="FILE.svg", help="where to draw the GUI's longest gaps")
    return parser


def _count(text: str) -> int:
    count = int(text)
    if count < 1:
        raise argparse.ArgumentTypeError(f"{text} is not 1 or more")
    return count


if __name__ == "__main__":
    sys.exit(main())
