"""Waiting, in a coroutine, for what happens in a window."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QEvent, QObject, SignalInstance
from PySide6.QtWidgets import QWidget

from desktop_app.overriding import override

if TYPE_CHECKING:
    from asyncio import Future

UNSEEN_LIMIT_S = 0.25


def emission(signal: SignalInstance) -> Future[tuple[Any, ...]]:
    """Give a future of the arguments with which a signal is emitted next."""
    import asyncio  # the first paint must not wait for this module

    future: Future[tuple[Any, ...]] = asyncio.get_running_loop().create_future()

    def resolve(*arguments: object) -> None:
        if not future.done():
            future.set_result(arguments)

    connection = signal.connect(resolve)
    future.add_done_callback(lambda _: signal.disconnect(connection))
    return future


async def painted(widget: QWidget) -> None:
    """Have a widget painted, and return when the frame has gone out to the screen.

    A window that nobody can see, minimised say, paints nothing: then return after `UNSEEN_LIMIT_S`.
    """
    import asyncio  # the first paint must not wait for this module

    paint: Future[None] = asyncio.get_running_loop().create_future()
    watcher = _PaintWatcher(paint, widget)
    widget.installEventFilter(watcher)
    widget.update()
    try:
        async with asyncio.timeout(UNSEEN_LIMIT_S):
            await paint
    except TimeoutError:
        return
    finally:
        widget.removeEventFilter(watcher)
        watcher.deleteLater()
    # The paint event itself comes before the frame is flushed.
    await asyncio.sleep(0)


class _PaintWatcher(QObject):
    """Resolves a future at the next paint event of the one widget it filters."""

    def __init__(self, paint: Future[None], parent: QObject) -> None:
        super().__init__(parent)
        self._paint = paint

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint and not self._paint.done():
            self._paint.set_result(None)
        return False
