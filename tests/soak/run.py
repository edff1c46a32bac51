"""The soak itself: the program with its processes, many cycles, and what they hold every now and then."""

from __future__ import annotations

import asyncio
import random
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from desktop_app.app import Application, Program
from desktop_app.backend import Backend
from desktop_app.client import known
from desktop_app.conditions.presets import PRESETS
from desktop_app.config import Options, Profile
from desktop_app.interruption import Interruption
from tests.helpers.children import proxy_pid, service_pid
from tests.soak.cycles import Cycles
from tests.soak.holdings import holdings_here, holdings_of
from tests.soak.report import Sample, exceeding

KEEP_ALIVE_S: Final = 6.0
"""Longer than the service keeps a connection open that nobody uses."""
LOOKS: Final = 4
"""How often it is looked whether what is held for a while only is gone."""


@dataclass(frozen=True)
class Plan:
    """What is to be done."""

    cycles: int
    warm_up: int
    """The first so many cycles, in which caches and pools fill."""
    every: int
    """How many cycles there are between two samples."""
    seed: int
    deadlines_ms: tuple[int, ...]


class Soak:
    """Runs the program through a plan.

    Args:
        plan: What to do.
        tell: Is told how far it is.
    """

    def __init__(self, plan: Plan, tell: Callable[[str], None]) -> None:
        self.samples: list[Sample] = []
        """The first is the one after the warm-up."""
        self.ends: dict[str, int] = {}
        """How often a load ended in what, by mode."""
        self._plan = plan
        self._tell = tell

    def run(self, qt: Application) -> int:
        """Run it, and return the program's exit code."""
        healthy = PRESETS["healthy"]
        with tempfile.TemporaryDirectory() as directory:
            profile = Profile(Path(directory))
            interruption = Interruption()
            backend = Backend(healthy, store_url=profile.store_url)
            backend.start()
            program = Program(qt, Options(healthy), profile.load_settings(), interruption, backend, profile)
            code = program.run(self._play)
            interruption.restore()
        return code

    async def _play(self, program: Program) -> int:
        plan = self._plan
        await known(program.backend)
        cycles = Cycles(program, plan.deadlines_ms, random.Random(plan.seed))
        begin_s = time.monotonic()
        await cycles.fill_pools()
        for number in range(1, plan.cycles + 1):
            await cycles.run_one()
            is_due = number == plan.cycles or (number - plan.warm_up) % plan.every == 0
            if number >= plan.warm_up and is_due:
                self.samples.append(await self._sample(program, cycles, number))
                memory = ", ".join(f"{name} {held.resident_mib:.1f} MiB" for name, held in self._last.held.items())
                self._tell(f"{number} of {plan.cycles} cycles, {time.monotonic() - begin_s:.0f} s: {memory}")
        self.ends = dict(sorted(cycles.ends.items()))
        return 0

    @property
    def _last(self) -> Sample:
        return self.samples[-1]

    async def _sample(self, program: Program, cycles: Cycles, number: int) -> Sample:
        """Look what is held; what closes by itself after a while is given the time."""
        await cycles.rest()
        if not self.samples:
            # To look takes memory, too, 2.5 MiB of it for good.
            self._look(program, number)
            await cycles.rest()
        sample = self._look(program, number)
        for _ in range(LOOKS):
            more = exceeding(sample, self.samples[0]) if self.samples else []
            if not more:
                break
            self._tell(f"{number} of {self._plan.cycles} cycles: looking again, for there is more: {'; '.join(more)}")
            await asyncio.sleep(KEEP_ALIVE_S)
            await cycles.rest()
            sample = self._look(program, number)
        return sample

    def _look(self, program: Program, number: int) -> Sample:
        held = {
            "program": holdings_here(program.qt, program.monitor),
            "service": holdings_of(service_pid(program.backend)),
            "proxy": holdings_of(proxy_pid(program.backend)),
        }
        return Sample(number, held)
