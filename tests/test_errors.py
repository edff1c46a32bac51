from __future__ import annotations

import inspect
import string

import pytest

from desktop_app import errors
from desktop_app.errors import DesktopAppError, ExchangeError, ServiceFault

ALL = [kind for _, kind in inspect.getmembers(errors, inspect.isclass) if issubclass(kind, DesktopAppError)]


def made(kind: type[DesktopAppError]) -> DesktopAppError:
    names = [name for _, name, _, _ in string.Formatter().parse(kind.text) if name]
    return kind(detail="for the log", **{name: f"<{name}>" for name in names})


@pytest.mark.parametrize("kind", ALL, ids=lambda kind: kind.__name__)
def test_every_error_has_a_text_for_the_person(kind: type[DesktopAppError]) -> None:
    text = str(made(kind))
    assert text
    assert "{" not in text


@pytest.mark.parametrize("kind", ALL, ids=lambda kind: kind.__name__)
def test_the_detail_is_not_shown_to_the_person(kind: type[DesktopAppError]) -> None:
    error = made(kind)
    assert error.detail == "for the log"
    assert "for the log" not in str(error)


@pytest.mark.parametrize("kind", ALL, ids=lambda kind: kind.__name__)
def test_every_error_is_in_the_tree_of_the_module_s_text(kind: type[DesktopAppError]) -> None:
    assert f" {kind.__name__} " in f" {errors.__doc__} "


@pytest.mark.parametrize("kind", set(ALL) - {DesktopAppError, ExchangeError}, ids=lambda kind: kind.__name__)
def test_every_error_is_described(kind: type[DesktopAppError]) -> None:
    assert kind.__doc__


def test_values_fill_the_text() -> None:
    assert str(ServiceFault(status=503)) == "The service has a problem (status 503)."


def test_values_are_filled_in_as_they_are() -> None:
    assert str(DesktopAppError(reason="{status} {0} %s <b>")) == "{status} {0} %s <b>"


def test_a_value_that_is_missing_is_a_bug() -> None:
    with pytest.raises(KeyError):
        ServiceFault()
