"""The command line of ``python -m desktop_app.conditions``."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Final, NamedTuple, NoReturn

from desktop_app.conditions.configuration import Address, listening_address_from, upstream_from
from desktop_app.errors import UsageError
from desktop_app.overriding import override

if TYPE_CHECKING:
    from collections.abc import Sequence

EXAMPLE = """\
example:
  python -m desktop_app.conditions --listen 127.0.0.1:8666 --upstream 127.0.0.1:8000 --control 127.0.0.1:8474
  curl -d '{"type": "latency", "attributes": {"latency": 800}}' http://127.0.0.1:8474/proxies/service/toxics
  curl -X DELETE http://127.0.0.1:8474/proxies/service/toxics/latency_downstream

It says on stdout, in a line of JSON, where it listens, and goes on until Ctrl+C.
"""


_CONTROL_HOSTS: Final = frozenset({"127.0.0.1", "::1"})
"""Of the loopback addresses, those that the control interface answers to: see `desktop_app.service.guard`."""


class Arguments(NamedTuple):
    """What the proxy's process is started with."""

    listen: Address
    upstream: Address | None
    control: Address
    is_child: bool
    """Whether stdin is the lifeline: its first line is the secret, and its end is the parent's."""


class _Parser(argparse.ArgumentParser):
    """Says in one line what is wrong."""

    @override
    def error(self, message: str) -> NoReturn:
        raise UsageError(reason=f"{message} (see {self.prog} --help)")


def arguments_from(given: Sequence[str]) -> Arguments:
    """Read the command line.

    Raises:
        UsageError: It makes no sense.
    """
    parser = _Parser(
        prog="python -m desktop_app.conditions",
        description="A TCP proxy that makes the network as bad as it is told to, over Toxiproxy's HTTP interface.",
        epilog=EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    any_port = "127.0.0.1:0"
    parser.add_argument(
        "--listen", default=any_port, metavar="HOST:PORT", help="of the proxy named service (default: any free port)"
    )
    parser.add_argument(
        "--upstream", metavar="HOST:PORT", help="where to forward to (default: connections wait until it is told)"
    )
    parser.add_argument(
        "--control", default=any_port, metavar="HOST:PORT", help="of the HTTP interface (default: any free port)"
    )
    parser.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args(given)
    control = listening_address_from(options.control)
    if control.host not in _CONTROL_HOSTS:
        raise UsageError(
            reason=f"Only this machine may control the proxy, at 127.0.0.1 or [::1]: {options.control} is neither."
        )
    return Arguments(
        listen=listening_address_from(options.listen),
        upstream=upstream_from(options.upstream) if options.upstream is not None else None,
        control=control,
        is_child=options.child,
    )
