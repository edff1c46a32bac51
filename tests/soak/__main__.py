from __future__ import annotations

import argparse
import os
import random
import sys
import tempfile
import time
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from desktop_app.app import Application, Program
from desktop_app.backend import Backend
from desktop_app.client import known
from desktop_app.conditions.presets import PRESETS
from desktop_app.config import Options, Profile
from desktop_app.interruption import Interruption
from tests.helpers.children import proxy_pid, service_pid
from tests.soak.cycles import Cycles
from tests.soak.holdings import holdings_here, holdings_of


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--cycles", type=int, default=1000)
    parser.add_argument("--every", type=int, default=50)
    parser.add_argument("--seed", type=int, default=20260504)
    a = parser.parse_args()
    qt = Application()
    with tempfile.TemporaryDirectory() as directory:
        profile = Profile(Path(directory))
        interruption = Interruption()
        backend = Backend(PRESETS["healthy"], store_url=profile.store_url)
        backend.start()
        program = Program(qt, Options(PRESETS["healthy"]), profile.load_settings(), interruption, backend, profile)

        async def play(program: Program) -> int:
            await known(backend)
            cycles = Cycles(program, random.Random(a.seed))
            t0 = time.monotonic()
            import asyncio
            for i in range(a.cycles + 1):
                if i % a.every == 0:
                    await cycles.rest()
                    for wait in (0, 0.5, 6):
                        await asyncio.sleep(wait)
                        here = holdings_here(qt)
                        print(i, wait, round(time.monotonic() - t0, 1), here, holdings_of(service_pid(backend)), holdings_of(proxy_pid(backend)), sep="\n   ")
                    print(cycles.ends, flush=True)
                await cycles.run_one()
            return 0

        return program.run(play)


if __name__ == "__main__":
    sys.exit(main())
