"""Event loops side by side: how fast they are, how exact, and for how long the GUI has to wait for them."""

from __future__ import annotations

import importlib.metadata
import platform
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import TypeAlias

from tests.benchmarks.figures import Measurement, Rows
from tests.benchmarks.loop_chart import chart_of
from tests.benchmarks.loop_loads import DOWNLOAD_BYTES, LOADS, LOOPS, PARTS, SERVING, TURN_US, Load
from tests.benchmarks.loop_processes import LoopError, calibrated, http_server, run, tls_server
from tests.benchmarks.loop_results import Results, read
from tests.benchmarks.loop_table import rows_of
from tests.benchmarks.machine import described
from tests.benchmarks.processes import ChildError

NAME = "loops"
NAMES = (NAME, *(f"{NAME}-{part}" for part in PARTS))
"""What can be asked for: all, or a part."""
RUNS = 5
DISTRIBUTIONS: Mapping[str, str] = MappingProxyType(
    {
        "qasync": "qasync",
        "qtinter": "qtinter",
        "QtAsyncio": "PySide6-Addons",
        "httpx2": "httpx2",
        "aiohttp": "aiohttp",
    }
)
Run: TypeAlias = "Callable[[str, str, Mapping[str, object]], dict[str, float]]"
LOAD_SEPARATOR = ", load "


@dataclass(slots=True)
class Bench:
    """Measures event loops, keeps what they gave, and draws it. One is for all parts that a command asks for."""

    file: Path | None = None
    """Where the results are written, after each run."""
    chart: Path | None = None
    """Where the chart is drawn, at the end, or when it is interrupted."""
    resumes: bool = False
    """Whether what the file has is counted in, rather than measured again."""
    run: Run = run
    """Has a fresh process do a load's work on a loop."""
    results: Results | None = field(default=None, init=False)

    def measurements(self) -> Mapping[str, Measurement]:
        """Give what can be asked for, by name."""
        measurements: dict[str, Measurement] = {NAME: partial(self.measure, LOADS)}
        for part, loads in PARTS.items():
            measurements[f"{NAME}-{part}"] = partial(self.measure, loads)
        return measurements

    def measure(self, loads: Sequence[Load], runs: int | None) -> Iterator[Rows]:
        """Measure asyncio's own loop, which has no GUI, qasync's, qtinter's, QtAsyncio's and this program's.

        Method: a fresh process for each loop, load and run, of which the table shows the medians; each round has all
        loads and, under each, all loops in turn, so that the machine was as busy for one as for another. In the
        process a precise Qt timer of 4 ms notes when it is served: its *gaps* are what the GUI waited. *Total* is
        from the first task's start to the last one's end. HTTP: 4,000 requests (1,000 where one is made at a time) by
        one client with a connection for each that is under way, whose first request is made before the time begins,
        against an asyncio server in a process of its own; a JSON of 2 kB is read and decoded. Computing: a loop in
        Python that takes 50 us on this machine when nothing else runs; the coroutines are made before the time
        begins. TLS: asyncio's own streams. What is there when the time begins is no business of the garbage
        collector's (``gc.freeze``), as in the program when it has started.

        A loop that fails says by which exception, or that it took longer than the limit, and is not run again under
        that load. When this is interrupted, what has been measured is shown.

        Limits: what the machine does besides is in it, the servers too; the file says of each run what its
        process used of the processor (``processor_s``), and for how long its GUI thread was ready while something
        else ran (``not_scheduled_s``, Linux only). Percentiles are of the gaps:
        one long gap among few short ones is the p99 as well.
        """
        results = self.results = self.results or self._begun()
        loops_of_50_us = int(results.circumstances["loops in 50 us"])
        try:
            with tempfile.TemporaryDirectory(prefix="loops-") as directory, ExitStack() as servers:
                arguments = _served(loads, Path(directory), servers)
                arguments["coroutines"] = {"loops": loops_of_50_us}
                self._measure(results, loads, runs or RUNS, arguments)
        finally:
            if self.chart is not None:
                self.chart.write_text(chart_of(results, SERVING), encoding="utf-8")
            yield rows_of(results, loads, _versions())

    def _measure(
        self, results: Results, loads: Sequence[Load], runs: int, arguments: Mapping[str, Mapping[str, object]]
    ) -> None:
        for number in range(1, runs + 1):
            for load in loads:
                for loop in LOOPS:
                    cell = results.cell(load.name, loop)
                    if cell.failure is not None or len(cell.samples) >= number:
                        continue
                    start_s = time.monotonic()
                    more = arguments.get(load.needs or load.name, {})
                    try:
                        cell.samples.append(self.run(loop, load.work, {**load.arguments, **more}))
                    except LoopError as error:
                        cell.failure = str(error)
                    said = cell.failure or _said(cell.samples[-1], time.monotonic() - start_s)
                    print(f"run {number} of {runs}: {load.title}, {loop}: {said}", file=sys.stderr, flush=True)
                    if self.file is not None:
                        results.write(self.file)

    def _begun(self) -> Results:
        """Begin with nothing, or with what the file has.

        Raises:
            ChildError: What the file has was measured elsewhere, or with other versions.
        """
        new = Results(_circumstances())
        if not self.resumes or self.file is None or not self.file.exists():
            spins = {"loops in 50 us": str(calibrated(TURN_US))}
            return replace(new, circumstances={**new.circumstances, **spins})
        old = read(self.file)
        for name, value in new.circumstances.items():
            if old.circumstances.get(name) != value:
                raise ChildError(f"{self.file} is of {name} {old.circumstances.get(name)}, and here it is {value}")
        return old


def _said(sample: Mapping[str, float], taken_s: float) -> str:
    """Say how long a run took, and for how much of it the machine ran something else."""
    not_scheduled_s = sample.get("not_scheduled_s", 0.0)
    return f"{taken_s:.1f} s" + (f", {not_scheduled_s:.2f} s of it not scheduled" if not_scheduled_s >= 0.01 else "")


def _served(loads: Sequence[Load], directory: Path, servers: ExitStack) -> dict[str, Mapping[str, object]]:
    """Start the servers that these loads need; give the arguments for each."""
    arguments: dict[str, Mapping[str, object]] = {}
    needed = {load.needs for load in loads}
    if "http" in needed:
        arguments["http"] = servers.enter_context(http_server())
    if "tls" in needed:
        arguments["tls"] = servers.enter_context(tls_server(directory, DOWNLOAD_BYTES))
    return arguments


def _versions() -> dict[str, str]:
    versions = {"asyncio": platform.python_version()}
    for name, distribution in DISTRIBUTIONS.items():
        try:
            versions[name] = importlib.metadata.version(distribution)
        except importlib.metadata.PackageNotFoundError:
            versions[name] = "not installed"
    return versions


def _circumstances() -> dict[str, str]:
    machine = {name: value.split(LOAD_SEPARATOR)[0] for name, value in described()}
    return {**machine, **_versions()}
