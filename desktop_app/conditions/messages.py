"""The JSON of the control interface, as Toxiproxy's has it: https://github.com/Shopify/toxiproxy#http-api.

What this proxy adds: a proxy has a ``seed``, and an entry of ``/populate`` may carry ``toxics`` and ``seed``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from desktop_app.conditions.configuration import Address, Configuration, listening_address_from, upstream_from
from desktop_app.conditions.toxics import MOST_TOXICS, Toxic
from desktop_app.errors import DesktopAppError, UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

T = TypeVar("T")
Name = Annotated[str, Meta(max_length=100)]


class RefusedError(DesktopAppError):
    """A request that is not carried out, and the HTTP status that says so; ``reason`` is told to who asked."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason=reason)
        self.status = status


class Ready(Struct, frozen=True, tag_field="event", tag="ready"):
    """The line on stdout: the proxy listens at ``host`` and ``port``, and is controlled at ``control_port``."""

    host: str
    port: int
    control_port: int
    pid: int


class ProxyOrder(Struct, frozen=True):
    """A proxy that is to be made or changed; unknown fields are ignored, for clients send what they were sent."""

    name: Name = ""
    listen: str | None = None
    upstream: str | UnsetType | None = UNSET
    enabled: bool | None = None


class PopulateOrder(ProxyOrder, frozen=True):
    """An entry of ``/populate``; with ``toxics`` or ``seed`` it is the proxy's whole configuration.

    Only then may ``upstream`` be null: connections wait until it is known.
    """

    toxics: Annotated[tuple[Toxic, ...], Meta(max_length=MOST_TOXICS)] | None = None
    seed: int | None = None

    def __post_init__(self) -> None:
        if (twice := first_twice([toxic.name for toxic in self.toxics or ()])) is not None:
            raise ValueError(f"two toxics are named {twice}")

    @property
    def is_whole(self) -> bool:
        """Whether it replaces all that the proxy does."""
        return self.toxics is not None or self.seed is not None


class ProxyState(Struct, frozen=True):
    """A proxy as it is."""

    name: str
    listen: str
    upstream: str
    enabled: bool
    toxics: tuple[Toxic, ...]
    seed: int


def state_of(name: str, address: Address, configuration: Configuration) -> ProxyState:
    """Describe a proxy; an upstream that is not known yet is empty."""
    return ProxyState(
        name=name,
        listen=str(address),
        upstream=str(configuration.upstream or ""),
        enabled=configuration.enabled,
        toxics=configuration.toxics,
        seed=configuration.seed,
    )


def decoded(body: bytes, kind: type[T]) -> T:
    """Read a request's body.

    Raises:
        RefusedError: 400, it is not JSON, or not of that kind.
    """
    try:
        return msgspec.json.decode(body, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise _bad_body(error) from error


def new_toxic(body: bytes) -> Toxic:
    """Read a toxic; null is as good as left out.

    Raises:
        RefusedError: 400, it is none.
    """
    fields = {name: value for name, value in decoded(body, dict[str, Any]).items() if value is not None}
    if fields.get("stream", "downstream") not in ("upstream", "downstream"):
        raise RefusedError(400, "stream was invalid, can be either upstream or downstream")
    if fields.get("type") not in _TYPES:
        raise RefusedError(400, "invalid toxic type")
    return _toxic(fields)


def changed_toxic(toxic: Toxic, body: bytes) -> Toxic:
    """Read what is new of a toxic: its toxicity and any of its attributes; the rest cannot be changed.

    Raises:
        RefusedError: 400, it is not understood.
    """
    changes = decoded(body, _ToxicChanges)
    fields = msgspec.to_builtins(toxic)
    fields["attributes"].update(changes.attributes or {})
    if changes.toxicity is not None:
        fields["toxicity"] = changes.toxicity
    return _toxic(fields)


def listen_address(order: ProxyOrder) -> Address | None:
    """Tell where a proxy is to listen; None if the order does not say.

    Raises:
        RefusedError: 400, it is no address.
    """
    try:
        return listening_address_from(order.listen) if order.listen else None
    except UsageError as error:
        raise _bad_body(error) from error


def upstream_address(order: ProxyOrder) -> Address | None:
    """Tell where a proxy is to forward to; None if the order does not say.

    Raises:
        RefusedError: 400, it is no address.
    """
    try:
        return upstream_from(order.upstream) if isinstance(order.upstream, str) and order.upstream else None
    except UsageError as error:
        raise _bad_body(error) from error


def first_twice(names: list[str]) -> str | None:
    """Return the first name that is there twice."""
    return next((name for number, name in enumerate(names) if name in names[:number]), None)


class _ToxicChanges(Struct, frozen=True):
    attributes: dict[str, Any] | None = None
    toxicity: float | None = None


_TYPES = tuple(kind.__struct_config__.tag for kind in Toxic.__args__)


def _toxic(fields: Mapping[str, Any]) -> Toxic:
    try:
        toxic: Toxic = msgspec.convert(fields, Toxic)
    except msgspec.ValidationError as error:
        raise _bad_body(error) from error
    return toxic


def _bad_body(error: Exception) -> RefusedError:
    return RefusedError(400, f"bad request body: {error}")
