"""How much time the program adds to the HTTP exchange that it is about."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.benchmarks.figures import Figure, Judged
from tests.benchmarks.processes import CHILDREN, finished
from tests.helpers.service_process import running_service

RUNS = 10
AIM_MS = 20.0
NS_PER_MS = 1_000_000
BARE = {"async": CHILDREN / "bare_async_exchange.py", "blocking": CHILDREN / "bare_exchange.py"}
EMAIL, PASSWORD = "demo@example.com", "responsive-by-default"


def measure(runs: int | None) -> Iterator[Figure]:
    """Measure the time from submit to the paint of the final home page against the same two requests made bare.

    Method: one service process, without a proxy; in turn a script each that makes the two requests by httpx2.Client
    and by aiohttp.ClientSession, and ``desktop-app compare --server``, which signs in blocking, then async. Each is a
    fresh process, so that every load is the first of its kind there. Judged by the median difference of the pairs,
    each mode against the library that it uses. Unit: milliseconds.

    Limits: the service hashes the password meanwhile, 50 to 150 ms of one core or more, and that varies by more than
    what is looked for. The bare scripts' clients are made before their time begins, the program's within.
    """
    bare: dict[str, list[float]] = {"async": [], "blocking": []}
    found: dict[str, list[float]] = {"async": [], "blocking": []}
    with tempfile.TemporaryDirectory(prefix="desktop-app-benchmark-") as temporary:
        directory = Path(temporary)
        password_file, file = directory / "password", directory / "figures.json"
        password_file.write_text(PASSWORD, encoding="utf-8")
        with running_service(directory) as service:
            account = ("--server", service.url, "--email", EMAIL, "--password-file", password_file)
            arguments = ("compare", "--conditions", "healthy", "--json", file, *account)
            for script in BARE.values():
                finished(script, service.url, EMAIL, PASSWORD)
            for _ in range(runs or RUNS):
                for mode, script in BARE.items():
                    told = json.loads(finished(script, service.url, EMAIL, PASSWORD))
                    bare[mode].append(told["taken_ns"] / NS_PER_MS)
                finished("-m", "desktop_app", *arguments)
                modes = json.loads(file.read_text(encoding="utf-8"))["modes"]
                for mode, values in found.items():
                    values.append(modes[mode]["time_to_home_ms"])
    for mode, values in found.items():
        what = f"submit to home page, {mode}, healthy, against bare HTTP"
        yield Figure(what, "ms", tuple(values), tuple(bare[mode]), Judged.BY_DIFFERENCE, AIM_MS)
