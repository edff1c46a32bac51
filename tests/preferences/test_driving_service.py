"""Both drivers against the real service in a process of its own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from desktop_app.errors import ServiceFault, SessionExpired, WrongCredentials
from desktop_app.preferences.exchange import load_preferences, sign_in_and_load, sign_out
from desktop_app.preferences.model import DEFAULT_PREFERENCES, Credentials, Session
from desktop_app.preferences.progress import Progress
from desktop_app.preferences.transport import Endpoint
from tests.helpers.service_process import ServiceProcess, running_service
from tests.preferences.conftest import Connect

DEMO = Credentials("demo@example.com", "responsive-by-default")


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServiceProcess]:
    with running_service(tmp_path_factory.mktemp("service"), secret="the-secret") as running:
        yield running


@pytest.fixture
def endpoint(service: ServiceProcess) -> Endpoint:
    assert service.secret is not None
    return Endpoint(service.url, service.secret)


def test_the_demo_account_s_preferences_differ_from_the_defaults(connect: Connect, endpoint: Endpoint) -> None:
    with connect(endpoint) as driver:
        preferences = driver.run(sign_in_and_load(DEMO))
    fields = set(preferences.__struct_fields__) - {"reduced_motion"}
    assert not [name for name in fields if getattr(preferences, name) == getattr(DEFAULT_PREFERENCES, name)]


def test_a_session_serves_further_loads(connect: Connect, endpoint: Endpoint) -> None:
    sessions: list[Session | Progress] = []
    with connect(endpoint) as driver:
        first = driver.run(sign_in_and_load(DEMO), tell=sessions.append)
        assert driver.run(load_preferences(session_in(sessions))) == first


def test_a_session_is_forgotten_when_the_person_signs_out(connect: Connect, endpoint: Endpoint) -> None:
    sessions: list[Session | Progress] = []
    with connect(endpoint) as driver:
        driver.run(sign_in_and_load(DEMO), tell=sessions.append)
        driver.run(sign_out(session_in(sessions)))
        with pytest.raises(SessionExpired):
            driver.run(load_preferences(session_in(sessions)))
        driver.run(sign_out(session_in(sessions)))


def test_a_wrong_password(connect: Connect, endpoint: Endpoint) -> None:
    with connect(endpoint) as driver, pytest.raises(WrongCredentials):
        driver.run(sign_in_and_load(Credentials("nobody@example.com", "wrong-password")))


def test_the_service_answers_nobody_without_the_secret(connect: Connect, endpoint: Endpoint) -> None:
    with connect(Endpoint(endpoint.url)) as driver, pytest.raises(ServiceFault, match="403"):
        driver.run(sign_in_and_load(DEMO))


def session_in(news: list[Session | Progress]) -> Session:
    (session,) = news
    assert isinstance(session, Session)
    return session
