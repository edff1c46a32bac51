from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from desktop_app.service import attempts as attempts_module
from desktop_app.service.attempts import Attempts, wait_ms
from desktop_app.service.store import open_stores

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path


class ManualClock:
    def __init__(self) -> None:
        self.now_s = 1_000_000.0

    def __call__(self) -> float:
        return self.now_s


def run(path: Path, scenario: Callable[[Attempts, ManualClock], Awaitable[None]]) -> None:
    async def main() -> None:
        clock = ManualClock()
        async with open_stores(f"sqlite:///{path / 'store'}", now_s=clock) as stores:
            await scenario(stores.attempts, clock)

    asyncio.run(main())


async def fail(attempts: Attempts, times: int, email: str = "a@example.com") -> None:
    for _ in range(times):
        assert await attempts.begin(email) == 0
        await attempts.failed(email)


@pytest.mark.parametrize(
    ("failures", "expected_ms"),
    [(0, 0), (4, 0), (5, 1000), (6, 2000), (7, 4000), (10, 32000), (11, 60000), (12, 60000), (10**9, 60000)],
)
def test_the_wait_doubles_from_the_fifth_failure_to_a_minute(failures: int, expected_ms: int) -> None:
    assert wait_ms(failures) == expected_ms


def test_five_failures_in_a_row_begin_a_wait(tmp_path: Path) -> None:
    async def scenario(attempts: Attempts, _clock: ManualClock) -> None:
        await fail(attempts, 5)
        assert await attempts.begin("a@example.com") == 1000

    run(tmp_path, scenario)


def test_the_wait_counts_from_the_end_of_the_check(tmp_path: Path) -> None:
    async def scenario(attempts: Attempts, clock: ManualClock) -> None:
        await fail(attempts, 4)
        assert await attempts.begin("a@example.com") == 0
        clock.now_s += 30
        await attempts.failed("a@example.com")
        assert await attempts.begin("a@example.com") == 1000

    run(tmp_path, scenario)


def test_after_the_wait_there_is_one_attempt(tmp_path: Path) -> None:
    async def scenario(attempts: Attempts, clock: ManualClock) -> None:
        await fail(attempts, 5)
        clock.now_s += 1
        await fail(attempts, 1)
        assert await attempts.begin("a@example.com") == 2000

    run(tmp_path, scenario)


def test_attempts_during_the_wait_do_not_prolong_it(tmp_path: Path) -> None:
    async def scenario(attempts: Attempts, clock: ManualClock) -> None:
        await fail(attempts, 5)
        clock.now_s += 0.5
        assert [await attempts.begin("a@example.com") for _ in range(10)] == [500] * 10

    run(tmp_path, scenario)


def test_success_starts_the_count_anew(tmp_path: Path) -> None:
    async def scenario(attempts: Attempts, _clock: ManualClock) -> None:
        await fail(attempts, 4)
        await attempts.begin("a@example.com")
        await attempts.succeeded("a@example.com")
        await fail(attempts, 4)
        assert await attempts.begin("a@example.com") == 0

    run(tmp_path, scenario)


def test_one_email_does_not_hold_up_another(tmp_path: Path) -> None:
    async def scenario(attempts: Attempts, _clock: ManualClock) -> None:
        await fail(attempts, 5)
        assert await attempts.begin("b@example.com") == 0

    run(tmp_path, scenario)


def test_a_clock_set_back_does_not_prolong_the_wait(tmp_path: Path) -> None:
    async def scenario(attempts: Attempts, clock: ManualClock) -> None:
        await fail(attempts, 5)
        clock.now_s -= 86400
        assert await attempts.begin("a@example.com") == 1000

    run(tmp_path, scenario)


def test_a_restart_forgets_no_failure(tmp_path: Path) -> None:
    async def before(attempts: Attempts, _clock: ManualClock) -> None:
        await fail(attempts, 5)

    async def after(attempts: Attempts, _clock: ManualClock) -> None:
        assert await attempts.begin("a@example.com") == 1000

    run(tmp_path, before)
    run(tmp_path, after)


def test_failures_are_forgotten_after_an_idle_hour(tmp_path: Path) -> None:
    async def scenario(attempts: Attempts, clock: ManualClock) -> None:
        await fail(attempts, 5)
        clock.now_s += 3601
        await fail(attempts, 1, "b@example.com")
        await fail(attempts, 5)

    run(tmp_path, scenario)


def test_only_so_many_emails_are_remembered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attempts_module, "MAX_EMAILS", 3)

    async def scenario(attempts: Attempts, clock: ManualClock) -> None:
        for number in range(4):
            clock.now_s += 1
            await fail(attempts, 4, f"{number}@example.com")
        await fail(attempts, 5, "0@example.com")  # forgotten: all five are free again
        await fail(attempts, 1, "3@example.com")
        assert await attempts.begin("3@example.com") == 1000

    run(tmp_path, scenario)
