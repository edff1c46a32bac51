"""The proxies of the process, by name: how they are made, changed and taken away, one change after the other."""

from __future__ import annotations

import asyncio
from contextlib import contextmanager
from typing import TYPE_CHECKING

from msgspec import UNSET
from msgspec.structs import replace

from desktop_app.conditions.configuration import Address, Configuration
from desktop_app.conditions.messages import (
    PopulateOrder,
    ProxyOrder,
    ProxyState,
    RefusedError,
    changed_toxic,
    first_twice,
    listen_address,
    new_toxic,
    state_of,
    upstream_address,
)
from desktop_app.conditions.proxy import ANY_PORT, Proxy
from desktop_app.conditions.toxics import MOST_TOXICS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from desktop_app.conditions.toxics import Toxic


class Proxies:
    """All of it belongs to one asyncio loop. Each method that changes something returns when that is in force.

    They raise `RefusedError` with Toxiproxy's status and words, and change nothing then, `populate` apart.
    """

    def __init__(self) -> None:
        self._proxies: dict[str, Proxy] = {}
        self._changing = asyncio.Lock()

    async def add(self, name: str, listen: Address, configuration: Configuration) -> Address:
        """Make a proxy and return where it listens.

        Raises:
            OSError: The address is not to be had.
        """
        proxy = Proxy()
        address = await proxy.start(listen, configuration)
        self._proxies[name] = proxy
        return address

    async def close(self) -> None:
        """End them all."""
        for proxy in self._proxies.values():
            await proxy.close()

    def states(self) -> dict[str, ProxyState]:
        """Describe them all, by name."""
        return {name: self.state(name) for name in self._proxies}

    def state(self, name: str) -> ProxyState:
        """Describe one."""
        proxy = self._proxy(name)
        return state_of(name, proxy.address, proxy.configuration)

    def toxic(self, name: str, toxic_name: str) -> Toxic:
        """Return a toxic of a proxy."""
        found = (toxic for toxic in self._proxy(name).configuration.toxics if toxic.name == toxic_name)
        if (toxic := next(found, None)) is None:
            raise RefusedError(404, "toxic not found")
        return toxic

    async def create(self, order: ProxyOrder) -> ProxyState:
        """Make a proxy."""
        _require(order, "")
        listen, upstream = listen_address(order) or ANY_PORT, upstream_address(order)
        async with self._changing:
            if order.name in self._proxies:
                raise RefusedError(409, "proxy already exists")
            with _refusing_addresses():
                await self.add(
                    order.name, listen, Configuration(upstream=upstream, enabled=order.enabled is not False)
                )
            return self.state(order.name)

    async def update(self, name: str, order: ProxyOrder) -> ProxyState:
        """Change where a proxy listens, where it forwards to, and whether it is enabled; all else is ignored."""
        listen, upstream = listen_address(order), upstream_address(order)
        async with self._changing:
            proxy = self._proxy(name)
            was = proxy.configuration
            enabled = was.enabled if order.enabled is None else order.enabled
            await _change(proxy, replace(was, upstream=upstream or was.upstream, enabled=enabled), listen)
            return self.state(name)

    async def delete(self, name: str) -> None:
        """Take a proxy away."""
        async with self._changing:
            await self._proxy(name).close()
            del self._proxies[name]

    async def populate(self, orders: Sequence[PopulateOrder]) -> tuple[list[ProxyState], RefusedError | None]:
        """Make or change several proxies, and return those that were done, and why not the rest.

        One that says what its proxy is already leaves that alone, toxics included.
        """
        for number, order in enumerate(orders, 1):
            _require(order, f" at proxy {number}")
            listen_address(order)
            upstream_address(order)
        done: list[str] = []
        failure = None
        async with self._changing:
            try:
                for order in orders:
                    await self._populate(order)
                    done.append(order.name)
            except RefusedError as error:
                failure = error
            return [self.state(name) for name in done], failure

    async def add_toxic(self, name: str, body: bytes) -> Toxic:
        """Add a toxic behind the others."""
        async with self._changing:
            proxy = self._proxy(name)
            toxic = new_toxic(body)
            toxics = (*proxy.configuration.toxics, toxic)
            if first_twice([each.name for each in toxics]) is not None:
                raise RefusedError(409, "toxic already exists")
            if len(toxics) > MOST_TOXICS:
                raise RefusedError(400, f"a proxy can have {MOST_TOXICS} toxics at most")
            await _change(proxy, replace(proxy.configuration, toxics=toxics))
            return toxic

    async def update_toxic(self, name: str, toxic_name: str, body: bytes) -> Toxic:
        """Change a toxic's toxicity and attributes."""
        async with self._changing:
            was = self.toxic(name, toxic_name)
            toxic = changed_toxic(was, body)
            proxy = self._proxy(name)
            toxics = tuple(toxic if each is was else each for each in proxy.configuration.toxics)
            await _change(proxy, replace(proxy.configuration, toxics=toxics))
            return toxic

    async def delete_toxic(self, name: str, toxic_name: str) -> None:
        """Take a toxic away."""
        async with self._changing:
            was = self.toxic(name, toxic_name)
            proxy = self._proxy(name)
            toxics = tuple(each for each in proxy.configuration.toxics if each is not was)
            await _change(proxy, replace(proxy.configuration, toxics=toxics))

    async def reset(self) -> None:
        """Enable all proxies and take all toxics away."""
        async with self._changing:
            for proxy in self._proxies.values():
                await _change(proxy, replace(proxy.configuration, toxics=(), enabled=True))

    async def _populate(self, order: PopulateOrder) -> None:
        listen, upstream = listen_address(order), upstream_address(order)
        configuration = Configuration(
            upstream=upstream,
            toxics=order.toxics or (),
            seed=order.seed or 0,
            enabled=order.enabled is not False,
        )
        proxy = self._proxies.get(order.name)
        if proxy is None:
            with _refusing_addresses():
                await self.add(order.name, listen or ANY_PORT, configuration)
        elif order.is_whole or listen not in {None, proxy.address} or upstream != proxy.configuration.upstream:
            await _change(proxy, configuration, listen)

    def _proxy(self, name: str) -> Proxy:
        try:
            return self._proxies[name]
        except KeyError:
            raise RefusedError(404, "proxy not found") from None


async def _change(proxy: Proxy, configuration: Configuration, listen: Address | None = None) -> None:
    with _refusing_addresses():
        await proxy.configure(configuration, listen)


def _require(order: ProxyOrder, where: str) -> None:
    if not order.name:
        raise RefusedError(400, f"missing required field: name{where}")
    may_lack_upstream = isinstance(order, PopulateOrder) and order.is_whole and order.upstream is None
    if (order.upstream is UNSET or not order.upstream) and not may_lack_upstream:
        raise RefusedError(400, f"missing required field: upstream{where}")


@contextmanager
def _refusing_addresses() -> Iterator[None]:
    """Answer that an address is not to be had; with 500, as Toxiproxy does."""
    try:
        yield
    except OSError as error:
        raise RefusedError(500, f"can't listen there: {(error.strerror or str(error)).lower()}") from error
