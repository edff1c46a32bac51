"""Which stretch of time a timeline shows: pan, zoom, and following what goes on. Pure."""

from __future__ import annotations

from dataclasses import dataclass

SHORTEST_NS = 10_000
"""Nearer than that nothing is to be seen."""
BEFORE_SHARE = 0.02
"""So much of what is shown may lie before the start, and after the end."""
CONTEXT = 3.0
"""What is brought into view takes at most one part in so many of it, if it has to be zoomed for."""


@dataclass(frozen=True, slots=True)
class View:
    """The stretch of time that is shown, in nanoseconds after each track's origin."""

    start_ns: int
    end_ns: int

    @property
    def duration_ns(self) -> int:
        """How long it is."""
        return self.end_ns - self.start_ns


class WindowOfTime:
    """A stretch of a whole that may grow: all of it, or a part; a part that reaches its end stays there."""

    def __init__(self) -> None:
        self._whole_ns = 1
        self._part: View | None = None
        self._follows = False

    @property
    def view(self) -> View:
        """What is shown."""
        return self._part or self._all()

    def set_whole(self, whole_ns: int) -> None:
        """Say how long the whole is by now."""
        self._whole_ns = max(1, whole_ns)
        if self._part is not None and self._follows:
            self.go_to_end()

    def set_view(self, view: View) -> None:
        """Show a stretch; it is moved into the whole, and shows all where it is longer."""
        everything = self._all()
        length_ns = max(SHORTEST_NS, view.duration_ns)
        if length_ns >= everything.duration_ns:
            self.show_all()
            return
        start_ns = min(max(view.start_ns, everything.start_ns), everything.end_ns - length_ns)
        self._part = View(start_ns, start_ns + length_ns)
        self._follows = self._part.end_ns >= self._whole_ns

    def show_all(self) -> None:
        """Show all, whatever it grows to."""
        self._part, self._follows = None, True

    def pan(self, share: float) -> None:
        """Move by a share of what is shown; to the right if it is positive."""
        view = self.view
        by_ns = round(view.duration_ns * share)
        self.set_view(View(view.start_ns + by_ns, view.end_ns + by_ns))

    def zoom(self, factor: float, about_share: float) -> None:
        """Show so many times less; what is at that share of it, from 0 to 1, stays where it is."""
        view = self.view
        length_ns = max(SHORTEST_NS, round(view.duration_ns / factor))
        start_ns = view.start_ns + round((view.duration_ns - length_ns) * about_share)
        self.set_view(View(start_ns, start_ns + length_ns))

    def go_to_start(self) -> None:
        """Show as much from the start on."""
        view, everything = self.view, self._all()
        self.set_view(View(everything.start_ns, everything.start_ns + view.duration_ns))

    def go_to_end(self) -> None:
        """Show as much up to the end."""
        view, everything = self.view, self._all()
        self.set_view(View(everything.end_ns - view.duration_ns, everything.end_ns))

    def bring_into_view(self, start_ns: int, end_ns: int) -> None:
        """Move as little as needed to show a stretch; show more if it is too long."""
        view = self.view
        if start_ns >= view.start_ns and end_ns <= view.end_ns:
            return
        length_ns = max(view.duration_ns, round((end_ns - start_ns) * CONTEXT))
        middle_ns = (start_ns + end_ns) // 2
        self.set_view(View(middle_ns - length_ns // 2, middle_ns - length_ns // 2 + length_ns))

    def _all(self) -> View:
        margin_ns = round(self._whole_ns * BEFORE_SHARE)
        return View(-margin_ns, self._whole_ns + margin_ns)
