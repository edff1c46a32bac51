"""What another X11 client, a window manager say, can see of a window and ask it, by libX11."""

from __future__ import annotations

import ctypes
import itertools
import time
from collections.abc import Callable, Iterator
from ctypes import POINTER, Structure, byref, c_int, c_long, c_uint, c_ulong, c_void_p
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NamedTuple, TypeVar

from PySide6.QtGui import QImage

LIMIT_S: Final = 20.0
"""How long anything may take here before it counts as never: not a measure of how long it should."""
_POLL_S: Final = 0.005
LIBRARY: Final = "libX11.so.6"
_CLIENT_MESSAGE, _SELECTION_NOTIFY = 33, 31
_STRUCTURE_NOTIFY, _SUBSTRUCTURE_NOTIFY, _SUBSTRUCTURE_REDIRECT = 1 << 17, 1 << 19, 1 << 20
_Z_PIXMAP = 2
_LARGEST_PROPERTY = 1 << 16
T = TypeVar("T")


def wait_for(look: Callable[[], T | None], what: str, limit_s: float = LIMIT_S) -> T:
    """Look until there is something to see, and return it.

    Raises:
        TimeoutError: There never was; says for what it was waited.
    """
    deadline_s = time.monotonic() + limit_s
    while not (seen := look()):
        if time.monotonic() > deadline_s:
            raise TimeoutError(f"waited {limit_s:g} s for {what}")
        time.sleep(_POLL_S)
    return seen


class Rectangle(NamedTuple):
    """In pixels, from the upper left corner of what it is in."""

    x: int
    y: int
    width: int
    height: int

    @property
    def right(self) -> int:
        """Where it ends."""
        return self.x + self.width


@dataclass(frozen=True)
class Picture:
    """The pixels of a window, four bytes each: blue, green, red, 0."""

    width: int
    height: int
    pixels: bytes

    def color(self, x: int, y: int) -> str:
        """Tell a pixel's colour as ``#rrggbb``."""
        blue, green, red, _ = self.pixels[(at := 4 * (y * self.width + x)) : at + 4]
        return f"#{red:02x}{green:02x}{blue:02x}"

    def find(self, color: str, widths: range, *, depth: int = 1, from_y: int = 0) -> Rectangle | None:
        """Find the uppermost thing with a straight upper edge of a colour, and give that edge.

        Args:
            color: As ``#rrggbb``.
            widths: How long the edge may be, without rounded corners.
            depth: How far down its ends have that colour, at least: tells what is filled from what has an outline.
            from_y: Where to begin to look.
        """
        pixel = bytes.fromhex(color[5:7] + color[3:5] + color[1:3] + "00")
        stride = 4 * self.width
        for y in range(from_y, self.height - depth + 1):
            for x, width in _runs(self.pixels[y * stride : (y + 1) * stride], pixel, widths.start):
                ends = self.color(x, y + depth - 1), self.color(x + width - 1, y + depth - 1)
                if width in widths and ends == (color, color):
                    return Rectangle(x, y, width, depth)
        return None

    def save(self, path: Path) -> None:
        """Write it as a PNG, for whoever wants to see why a test failed."""
        QImage(self.pixels, self.width, self.height, 4 * self.width, QImage.Format.Format_RGB32).save(str(path))


def _runs(row: bytes, pixel: bytes, min_width: int) -> Iterator[tuple[int, int]]:
    """Yield where in a row a colour begins that goes on for ``min_width`` pixels at least, and for how many."""
    wanted, at = pixel * min_width, 0
    while (at := row.find(wanted, at)) >= 0:
        if at % 4:
            at += 1
            continue
        end = at + len(wanted)
        while row[end : end + 4] == pixel:
            end += 4
        yield at // 4, (end - at) // 4
        at = end


class _Event(Structure):
    """An XClientMessageEvent, as long as the largest XEvent."""

    _fields_ = (
        ("type", c_int),
        ("serial", c_ulong),
        ("send_event", c_int),
        ("display", c_void_p),
        ("window", c_ulong),
        ("message_type", c_ulong),
        ("format", c_int),
        ("data", c_long * 5),
        ("rest", c_long * 12),
    )


class _Image(Structure):
    """The beginning of an XImage."""

    _fields_ = (
        *((name, c_int) for name in ("width", "height", "xoffset", "format")),
        ("data", c_void_p),
        *((name, c_int) for name in ("byte_order", "unit", "bit_order", "pad", "depth", "bytes_per_line")),
    )


def _ignore(_display: int, _error: int) -> int:
    """Not end the process, as Xlib would, because a window went away while it was asked about."""
    return 0


_IGNORE_ERROR: Final = ctypes.CFUNCTYPE(c_int, c_void_p, c_void_p)(_ignore)


def _xlib() -> ctypes.CDLL:
    library = ctypes.CDLL(LIBRARY)
    library.XOpenDisplay.restype = c_void_p
    for name in ("XDefaultRootWindow", "XInternAtom", "XCreateSimpleWindow"):
        getattr(library, name).restype = c_ulong
    library.XGetImage.restype = POINTER(_Image)
    library.XSetErrorHandler.restype = c_void_p
    return library


@dataclass(frozen=True)
class Ping:
    """A question for a sign of life, and when it was asked."""

    sent_s: float
    _pong: Callable[[], float | None]

    def latency(self) -> float | None:
        """Tell how long the answer took, in seconds; None as long as there is none."""
        answered_s = self._pong()
        return None if answered_s is None else answered_s - self.sent_s


class Screen:
    """A client of an X server: sees and asks what a window manager may.

    One thread only; to be closed.

    Args:
        name: Of the display, such as ``:99``.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self._x = _xlib()
        self._old_handler = c_void_p(self._x.XSetErrorHandler(_IGNORE_ERROR))
        self._display = c_void_p(self._x.XOpenDisplay(name.encode()))
        if self._display.value is None:
            raise OSError(f"no connection to the X server {name}")
        self._root = c_ulong(self._x.XDefaultRootWindow(self._display))
        self._own = c_ulong(
            self._x.XCreateSimpleWindow(self._display, self._root, 0, 0, 1, 1, 0, c_ulong(0), c_ulong(0))
        )
        # Clients answer pings to the root window: Qt 6.11 to who selects the former, the standard says the latter.
        self._x.XSelectInput(self._display, self._root, c_long(_STRUCTURE_NOTIFY | _SUBSTRUCTURE_NOTIFY))
        self._serials = itertools.count(1_000_000)
        self._pongs: dict[int, float] = {}
        self._selections = 0

    def close(self) -> None:
        """Leave the X server."""
        self._x.XCloseDisplay(self._display)
        self._x.XSetErrorHandler(self._old_handler)

    def _atom(self, name: str) -> c_ulong:
        return c_ulong(self._x.XInternAtom(self._display, name.encode(), 0))

    def _send(self, to: c_ulong, about: c_ulong, message: str, data: tuple[int, ...], mask: int = 0) -> None:
        event = _Event(type=_CLIENT_MESSAGE, window=about, message_type=self._atom(message), format=32)
        event.data[: len(data)] = data
        self._x.XSendEvent(self._display, to, 0, c_long(mask), byref(event))
        self._x.XFlush(self._display)

    def _read_events(self) -> None:
        event = _Event()
        while self._x.XPending(self._display):
            self._x.XNextEvent(self._display, byref(event))
            if event.type == _SELECTION_NOTIFY:
                self._selections += 1
            elif event.type == _CLIENT_MESSAGE and event.data[0] == self._atom("_NET_WM_PING").value:
                self._pongs[event.data[1]] = time.monotonic()

    def ping(self, window: int) -> Ping:
        """Ask a window for a sign of life, as a window manager does."""
        target, serial = c_ulong(window), next(self._serials)
        ping = Ping(time.monotonic(), lambda: self._pong(serial))
        self._send(target, target, "WM_PROTOCOLS", (self._atom("_NET_WM_PING").value, serial, window))
        return ping

    def _pong(self, serial: int) -> float | None:
        self._read_events()
        return self._pongs.get(serial)

    def ask_to_close(self, window: int) -> None:
        """Have the window manager close a window, as its own close button would."""
        mask = _SUBSTRUCTURE_NOTIFY | _SUBSTRUCTURE_REDIRECT
        self._send(self._root, c_ulong(window), "_NET_CLOSE_WINDOW", (), mask)

    def _property(self, window: c_ulong, name: str) -> bytes:
        kind, form, count, left, data = c_ulong(), c_int(), c_ulong(), c_ulong(), c_void_p()
        found = (byref(kind), byref(form), byref(count), byref(left), byref(data))
        none, length = c_long(0), c_long(_LARGEST_PROPERTY)
        self._x.XGetWindowProperty(self._display, window, self._atom(name), none, length, 0, c_ulong(0), *found)
        try:
            # Xlib hands 32 bits out as a long.
            size = {8: 1, 16: 2, 32: ctypes.sizeof(c_long)}.get(form.value, 0)
            return ctypes.string_at(data, count.value * size) if data.value else b""
        finally:
            self._x.XFree(data)

    def number(self, name: str, window: int | None = None) -> int:
        """Give a window's (default: the root's) property that is a number; 0 if it has none such."""
        target = self._root if window is None else c_ulong(window)
        return int.from_bytes(self._property(target, name)[: ctypes.sizeof(c_long)], "little")

    def text(self, name: str, window: int) -> str:
        """Give a window's property that is a text; empty if it has none such."""
        return self._property(c_ulong(window), name).decode()

    def windows(self) -> list[int]:
        """Give all windows, whether or not a window manager put frames around them."""
        found = [self._root.value]
        for window in found:
            root, parent, children, count = c_ulong(), c_ulong(), POINTER(c_ulong)(), c_uint()
            place = (byref(root), byref(parent), byref(children), byref(count))
            if self._x.XQueryTree(self._display, c_ulong(window), *place) and count.value:
                found += children[: count.value]
                self._x.XFree(children)
        return found

    def place(self, window: int) -> Rectangle:
        """Tell where on the screen a window is."""
        root, child, border, depth = c_ulong(), c_ulong(), c_uint(), c_uint()
        x, y, width, height = c_int(), c_int(), c_uint(), c_uint()
        target, size = c_ulong(window), (byref(width), byref(height), byref(border), byref(depth))
        self._x.XGetGeometry(self._display, target, byref(root), byref(x), byref(y), *size)
        self._x.XTranslateCoordinates(self._display, target, self._root, 0, 0, byref(x), byref(y), byref(child))
        return Rectangle(x.value, y.value, width.value, height.value)

    def picture(self, area: Rectangle) -> Picture:
        """Give the pixels that are on the screen there."""
        planes = c_ulong(0xFFFFFF)
        image = self._x.XGetImage(self._display, self._root, *area, planes, _Z_PIXMAP)
        if not image:
            raise ValueError(f"{area} is not on the screen")
        try:
            pixels = bytearray(ctypes.string_at(image.contents.data, 4 * area.width * area.height))
        finally:
            self._x.XDestroyImage(image)
        pixels[3::4] = bytes(area.width * area.height)
        return Picture(area.width, area.height, bytes(pixels))

    def clipboard(self) -> str:
        """Ask whoever owns the clipboard for its text."""
        before, name = self._selections, self._atom("DESKTOP_APP_TEST")
        clipboard, kind = self._atom("CLIPBOARD"), self._atom("UTF8_STRING")
        self._x.XConvertSelection(self._display, clipboard, kind, name, self._own, c_ulong(0))
        wait_for(lambda: self._selections_read() > before, "the clipboard's text")
        return self.text("DESKTOP_APP_TEST", self._own.value)

    def _selections_read(self) -> int:
        self._read_events()
        return self._selections
