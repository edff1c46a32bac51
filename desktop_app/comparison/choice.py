"""Which conditions a comparison is made under."""

from __future__ import annotations

from dataclasses import dataclass

from desktop_app.conditions.presets import PRESETS, Conditions, conditions_named

ALL = "all"


@dataclass(frozen=True, slots=True)
class Choice:
    """The conditions to compare under, each once, in the order of the choice."""

    conditions: tuple[Conditions, ...]
    is_several: bool
    """Whether one table, and in JSON a list, is wanted: of more than one, and of ``all``, however many those are."""
    left_out: tuple[Conditions, ...] = ()
    """Those of ``all`` that only the program's own service can make."""


def chosen(names: str, *, own_service: bool) -> Choice:
    """Read what ``--conditions`` was given.

    Args:
        names: Names with commas between them; ``all`` stands for every preset, in the order of their table.
        own_service: Whether the program's own service is used; if not, ``all`` is without those that need it.

    Raises:
        UsageError: There are none of that name.
    """
    given = [name.strip() for name in names.split(",")]
    is_all = ALL in given
    left_out = [each for each in PRESETS.values() if is_all and each.needs_own_service and not own_service]
    conditions: dict[str, Conditions] = {}
    for name in given:
        wanted = PRESETS.values() if name == ALL else [conditions_named(name)]
        conditions |= {each.name: each for each in wanted if name != ALL or each not in left_out}
    return Choice(tuple(conditions.values()), is_all or len(conditions) > 1, tuple(left_out))
