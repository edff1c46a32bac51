"""Every preset with the program's own two processes, and both ways of waiting: what it makes of a sign-in.

No claim that a busy machine could break: deadlines are generous, and what is timed is what cannot be quicker.
"""

from __future__ import annotations

import asyncio
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeoutError
from typing import TYPE_CHECKING, Literal

import pytest

from desktop_app.backend import Backend
from desktop_app.conditions.presets import PRESETS, Conditions, custom_conditions
from desktop_app.errors import DeadlineExceeded, ServiceUnreachable
from desktop_app.preferences.asynchronous import AsyncClient
from desktop_app.preferences.blocking import BlockingClient
from desktop_app.preferences.deadline import Deadline
from desktop_app.preferences.exchange import sign_in_and_load
from desktop_app.preferences.model import Session
from desktop_app.service.accounts import DEMO_CREDENTIALS, DEMO_PREFERENCES
from tests.conditions.upstreams import HANG_S

if TYPE_CHECKING:
    from collections.abc import Iterator

    from desktop_app.preferences.model import Preferences

BOTH = pytest.mark.parametrize("mode", ["blocking", "async"])
Mode = Literal["blocking", "async"]


class SignIn:
    """One sign-in, and whether it was confirmed.

    Args:
        backend: Knows the endpoint.
        mode: How to wait.
    """

    def __init__(self, backend: Backend, mode: Mode) -> None:
        self._endpoint = backend.endpoint().result(HANG_S)
        self._mode = mode
        self.confirmed = threading.Event()
        self.took_s = 0.0

    def tell(self, news: object) -> None:
        if isinstance(news, Session):
            self.confirmed.set()

    def run(self, deadline_ms: int = int(HANG_S * 1000)) -> Preferences:
        started_ns = time.monotonic_ns()
        try:
            deadline = Deadline(deadline_ms, time.monotonic_ns)
            return self._blocking(deadline) if self._mode == "blocking" else asyncio.run(self._async(deadline))
        finally:
            self.took_s = (time.monotonic_ns() - started_ns) / 1e9

    def _blocking(self, deadline: Deadline) -> Preferences:
        client = BlockingClient(self._endpoint)
        try:
            return client.run(sign_in_and_load(DEMO_CREDENTIALS), deadline, self.tell)
        finally:
            client.close()

    async def _async(self, deadline: Deadline) -> Preferences:
        client = AsyncClient(self._endpoint)
        try:
            return await client.run(sign_in_and_load(DEMO_CREDENTIALS), deadline, self.tell)
        finally:
            await client.aclose()


@pytest.fixture(scope="module")
def backend(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Backend]:
    store = tmp_path_factory.mktemp("store") / "customers.sqlite3"
    backend = Backend(PRESETS["healthy"], store_url=f"sqlite:///{store}")
    backend.start()
    backend.on_window_shown()
    backend.endpoint().result(HANG_S)
    yield backend
    backend.close()


def sign_in_under(backend: Backend, conditions: Conditions, mode: Mode) -> SignIn:
    backend.apply(conditions).result(HANG_S)
    return SignIn(backend, mode)


@BOTH
@pytest.mark.parametrize(
    ("name", "least_s"),
    [
        ("healthy", 0.0),
        ("slow", 1.6),
        # Two replies of 300 ms at least, and of 500 bytes together.
        ("network-bottleneck", 1.1),
        # Two of 100 ms at least.
        ("poor-mobile", 0.2),
        # About 230 and 320 bytes, 8 ms each.
        ("drip", 4.0),
        ("flaky", 0.0),
    ],
)
def test_the_preferences_come_in_the_end(backend: Backend, name: str, least_s: float, mode: Mode) -> None:
    sign_in = sign_in_under(backend, PRESETS[name], mode)
    assert sign_in.run() == DEMO_PREFERENCES
    assert sign_in.took_s >= least_s


@BOTH
def test_a_drip_is_over_after_the_default_deadline(backend: Backend, mode: Mode) -> None:
    sign_in = sign_in_under(backend, PRESETS["drip"], mode)
    with pytest.raises(DeadlineExceeded):
        sign_in.run(3000)


@BOTH
def test_offline_is_unreachable(backend: Backend, mode: Mode) -> None:
    with pytest.raises(ServiceUnreachable):
        sign_in_under(backend, PRESETS["offline"], mode).run()


@BOTH
def test_silent_is_the_deadline_without_a_confirmation(backend: Backend, mode: Mode) -> None:
    sign_in = sign_in_under(backend, PRESETS["silent"], mode)
    with pytest.raises(DeadlineExceeded):
        sign_in.run(500)
    assert not sign_in.confirmed.is_set()


@BOTH
def test_a_busy_database_is_the_deadline_after_the_confirmation(backend: Backend, mode: Mode) -> None:
    sign_in = sign_in_under(backend, PRESETS["database-busy"], mode)
    with pytest.raises(DeadlineExceeded):
        sign_in.run(3000)
    assert sign_in.confirmed.is_set()


@BOTH
def test_custom_conditions_are_as_slow_as_was_chosen(backend: Backend, mode: Mode) -> None:
    sign_in = sign_in_under(backend, custom_conditions(300, 2), mode)
    assert sign_in.run() == DEMO_PREFERENCES
    assert sign_in.took_s >= 0.8


@BOTH
def test_conditions_that_change_while_a_sign_in_is_under_way_apply_to_it(backend: Backend, mode: Mode) -> None:
    sign_in = sign_in_under(backend, custom_conditions(2000, 0), mode)
    with ThreadPoolExecutor(1) as executor:
        running = executor.submit(sign_in.run)
        assert sign_in.confirmed.wait(HANG_S)
        backend.apply(PRESETS["silent"]).result(HANG_S)
        with pytest.raises(FutureTimeoutError):
            running.result(2.5)  # by now it would be done, were the first conditions still in force
        backend.apply(PRESETS["healthy"]).result(HANG_S)
        assert running.result(HANG_S) == DEMO_PREFERENCES
