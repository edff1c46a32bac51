"""``python -m tests.benchmarks [NAME ...] [--runs N]``: the figures of the README, measured on this machine.

They are reported beside their aims and asserted nowhere: a figure says something about the machine, too.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator, Mapping
from types import MappingProxyType

from tests.benchmarks import exchange, memory, overhead, precision, processor, service, slices, start, timeline_paint
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


def main() -> int:
    """Measure what is asked for, and print the table."""
    parser = _parser()
    options = parser.parse_args()
    names = options.names or list(MEASUREMENTS)
    unknown = [name for name in names if name not in MEASUREMENTS]
    if unknown:
        parser.error(f"there is no {', '.join(unknown)}: choose from {', '.join(MEASUREMENTS)}")
    try:
        with qt_platform(options.platform):
            rows = [row for name in names for row in _measured(name, options.runs)]
            print(as_table(described(), rows))
    except ChildError as error:
        parser.error(f"--platform {options.platform}: {error}")
    return 0


def _measured(name: str, runs: int | None) -> Iterator[Figure | Rows | Unmeasured]:
    print(f"measuring: {name} …", file=sys.stderr, flush=True)
    try:
        yield from MEASUREMENTS[name](runs)
    except (ChildError, ServiceNotReadyError, OSError) as error:
        yield Unmeasured(name, str(error))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description="Measure; assert nothing.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(MEASUREMENTS)} (default: all)")
    parser.add_argument("--runs", type=_count, metavar="N", help="of each (default: what each needs)")
    parser.add_argument(
        "--platform",
        default=os.environ.get("QT_QPA_PLATFORM") or DEFAULT_PLATFORM,
        help="Qt's; xcb runs an Xvfb where there is no DISPLAY (default: %(default)s)",
    )
    return parser


def _count(text: str) -> int:
    count = int(text)
    if count < 1:
        raise argparse.ArgumentTypeError(f"{text} is not 1 or more")
    return count


if __name__ == "__main__":
    sys.exit(main())
