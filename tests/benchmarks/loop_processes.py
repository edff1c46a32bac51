"""The processes that the event loops' benchmark starts: a loop under a load, and what it talks to."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import trustme

from tests.benchmarks.children.loop_works import spin
from tests.benchmarks.processes import CHILDREN, REPOSITORY, ChildError

LIMIT_S = 180.0
EXIT_LIMIT_S = 5.0
TRIALS = 200
TRIAL_LOOPS = 10_000


class LoopError(Exception):
    """A loop did not come through; says in a few words why, as the table shows it."""


def run(loop: str, work: str, arguments: Mapping[str, object], limit_s: float = LIMIT_S) -> dict[str, float]:
    """Have a fresh process do this work on this loop, and give its figures.

    Raises:
        LoopError: It raised an exception, was ended by a signal, or took longer than ``limit_s``.
    """
    try:
        done = subprocess.run(
            [sys.executable, str(CHILDREN / "loop_child.py"), loop, work, json.dumps(arguments)],
            cwd=REPOSITORY,
            env=_environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=limit_s,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise LoopError(f"> {limit_s:g} s") from None
    lines = re.findall(r"^\{.*\}$", done.stdout, re.MULTILINE)
    told = json.loads(lines[-1]) if lines else {}
    if "failed" in told:
        raise LoopError(f"n/a: {told['failed']}")
    if done.returncode:
        code = done.returncode
        raise LoopError(f"n/a: {signal.Signals(-code).name if code < 0 else f'exit code {code}'}")
    if not told:
        raise LoopError("n/a: it said nothing")
    return {str(name): float(value) for name, value in told.items()}


@contextmanager
def http_server() -> Iterator[dict[str, object]]:
    """Have an HTTP server; gives the arguments for the work."""
    with _server("http") as port:
        yield {"port": port}


@contextmanager
def tls_server(directory: Path, length: int) -> Iterator[dict[str, object]]:
    """Have a server that sends so many bytes over TLS, with a certificate of its own made in ``directory``."""
    authority, certificate = directory / "authority.pem", directory / "certificate.pem"
    made = trustme.CA()
    made.cert_pem.write_to_path(authority)
    made.issue_cert("127.0.0.1").private_key_and_cert_chain_pem.write_to_path(certificate)
    with _server("tls", str(certificate), str(length)) as port:
        yield {"port": port, "authority": str(authority)}


@contextmanager
def _server(*arguments: str) -> Iterator[int]:
    process = subprocess.Popen(
        [sys.executable, str(CHILDREN / "loop_server.py"), *arguments],
        cwd=REPOSITORY,
        env=_environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        if not line:
            raise ChildError("the loops' server did not start")
        yield int(line)
    finally:
        try:
            process.communicate(timeout=EXIT_LIMIT_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()


def calibrated(duration_us: float) -> int:
    """Find out how many loops of `spin` take so long here: the shortest of many trials, as others may run besides."""
    shortest_ns = min(_spun_ns(TRIAL_LOOPS) for _ in range(TRIALS))
    return max(1, round(TRIAL_LOOPS * duration_us * 1000 / shortest_ns))


def _spun_ns(loops: int) -> int:
    start_ns = time.monotonic_ns()
    spin(loops)
    return time.monotonic_ns() - start_ns


def _environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(REPOSITORY)}
