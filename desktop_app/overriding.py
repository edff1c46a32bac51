"""``typing.override`` for Python 3.11 too, without importing typing_extensions (5 ms) before the first paint."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from typing_extensions import override as override
elif sys.version_info >= (3, 12):
    from typing import override as override
else:
    F = TypeVar("F", bound=Callable[..., object])

    def override(method: F) -> F:
        """Mark a method that overrides one of a base class."""
        return method
