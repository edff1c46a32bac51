"""Whether a text can still be got at from an object: what a person typed must not outlive its use."""

from __future__ import annotations

import gc
from collections.abc import Iterable
from types import BuiltinFunctionType, FunctionType, ModuleType
from typing import Final

_ENDS: Final = (ModuleType, type, BuiltinFunctionType, int, float, complex)
"""What leads to the whole interpreter, or nowhere."""


def found_in(root: object, texts: Iterable[str]) -> list[str]:
    """Tell how to get from an object to one of the texts, by the types on the way; not by way of what a test made.

    It follows what Python's garbage collector knows; what only Qt knows it does not find.
    """
    sought = [*texts, *(text.encode() for text in texts)]
    seen = {id(root)}
    ways = [(root, type(root).__name__)]
    found = []
    while ways:
        each, way = ways.pop()
        for following in _following(each):
            if (
                id(following) in seen
                or isinstance(following, _ENDS)
                or type(following).__module__.startswith("tests.")
            ):
                continue
            seen.add(id(following))
            if isinstance(following, str | bytes):
                found += [way for text in sought if isinstance(text, type(following)) and text in following]  # type: ignore[operator]
            else:
                ways.append((following, f"{way} > {type(following).__name__}"))
    return found


def _following(each: object) -> list[object]:
    if isinstance(each, FunctionType):
        # Not its globals, which are those of a module.
        return [each.__closure__, each.__defaults__, each.__kwdefaults__, each.__dict__]
    return gc.get_referents(each)
