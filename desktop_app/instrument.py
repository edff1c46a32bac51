"""The instrument in the program: made and connected after the first paint, ended before the loop is."""

from __future__ import annotations

import asyncio

from desktop_app.instrument_look import figure_colors, panel_look
from desktop_app.load_timeline import LoadTimeline
from desktop_app.measurement import LoadMeter
from desktop_app.recording import Recorder
from desktop_app.responsiveness.journal import Journal
from desktop_app.responsiveness.qt.freeze_overview import FreezeOverview
from desktop_app.responsiveness.qt.freeze_panel import FreezePanel
from desktop_app.responsiveness.qt.heartbeat import Heartbeat
from desktop_app.responsiveness.qt.lag_strip import LagStrip
from desktop_app.responsiveness.qt.monitor import FreezeMonitor
from desktop_app.signin.window import Window


class Instrument:
    """Sees the freezes of the program's own window, takes down what happens in it, and shows both on request.

    Like the composition root, whose part it is, it makes objects and connects them; belongs to the GUI thread.

    Args:
        heartbeat: Beats already.
        meter: Measures the loads.
        strip: Shows how many freezes there were, and is where the panel is asked for.
        window: The program's.
    """

    def __init__(self, heartbeat: Heartbeat, meter: LoadMeter, strip: LagStrip, window: Window) -> None:
        self._window = window
        self.journal = journal = Journal()
        """Where what happens is taken down."""
        self.monitor = FreezeMonitor(heartbeat, journal=journal)
        self.overview = FreezeOverview(self.monitor, window, lambda: panel_look(window.appearance.theme))
        self.recorder = Recorder(journal, window, heartbeat.clock)
        self.timeline = LoadTimeline(journal, heartbeat.clock)
        heartbeat.slice_measured.connect(self.overview.add)
        heartbeat.slice_measured.connect(self.timeline.add)
        meter.measured.connect(self._on_load_measured)
        window.appearance.theme_changed.connect(self._on_theme_changed)
        self.overview.counted.connect(strip.show_freeze_count)
        self.overview.panel_made.connect(self._on_panel_made)
        strip.freezes_requested.connect(self.overview.open)

    def attach(self) -> None:
        """Begin to watch the GUI thread and the running loop's tasks."""
        self.recorder.tasks.watch(asyncio.get_running_loop())
        self.monitor.attach()

    def close(self) -> None:
        """Close the panel, and show nothing more."""
        self.overview.close()
        self.timeline.close()

    def detach(self) -> None:
        """Cease to watch."""
        self.monitor.detach()
        self.recorder.tasks.unwatch()

    def _on_load_measured(self) -> None:
        self.timeline.end()

    def _on_theme_changed(self) -> None:
        self.overview.restyle()
        self.timeline.set_colors(figure_colors(self._window.appearance.theme))

    def _on_panel_made(self, panel: FreezePanel) -> None:
        panel.set_timeline(self.timeline.new_view(figure_colors(self._window.appearance.theme)))
