"""The control for the conditions, by mouse and by keyboard."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QSlider, QWidget
from pytestqt.qtbot import QtBot

from desktop_app.conditions.presets import CUSTOM, PRESETS, Conditions, custom_conditions
from desktop_app.signin.conditions_control import ConditionsControl
from desktop_app.signin.conditions_panel import LATENCIES_MS, RATES_KB_PER_S, UNLIMITED, ConditionsPanel
from desktop_app.signin.value_slider import ValueSlider
from desktop_app.signin.window import Window

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")
NAMES = [*PRESETS, CUSTOM]
SLOW, SILENT = PRESETS["slow"], PRESETS["silent"]


@pytest.fixture
def window(qtbot: QtBot) -> Iterator[Window]:
    window = Window(QWidget())
    qtbot.addWidget(window)
    window.show_conditions(SLOW)
    window.show()
    with qtbot.waitActive(window):
        window.activateWindow()
    yield window
    window.conditions.close_panel()
    for step in window.appearance.steps_to():
        step()


@pytest.fixture
def control(window: Window) -> ConditionsControl:
    return window.conditions


@pytest.fixture
def requested(control: ConditionsControl) -> list[Conditions]:
    """All that was asked for."""
    seen: list[Conditions] = []
    control.conditions_requested.connect(seen.append)
    return seen


@pytest.fixture
def panel(control: ConditionsControl) -> ConditionsPanel:
    """The panel, opened."""
    QTest.mouseClick(control, Qt.MouseButton.LeftButton)
    assert control.panel is not None
    return control.panel


def press(key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    """Press a key where the open popup takes it."""
    popup = QApplication.activePopupWidget()
    assert popup is not None
    QTest.keyClick(popup.focusWidget(), key, modifier)


def spoken(panel: ConditionsPanel) -> dict[str, str]:
    """What a screen reader says of each row, by its name."""
    items = [panel.list.item(i) for i in range(panel.list.count())]
    return {item.text(): item.data(Qt.ItemDataRole.AccessibleTextRole) for item in items}


def click_row(panel: ConditionsPanel, name: str) -> None:
    rectangle = panel.list.visualItemRect(panel.list.item(NAMES.index(name)))
    QTest.mouseClick(panel.list.viewport(), Qt.MouseButton.LeftButton, pos=rectangle.center())


def handle_of(slider: QSlider) -> QPoint:
    """Where the handle stands."""
    share = slider.value() / slider.maximum()
    return QPoint(10 + round(share * (slider.width() - 20)), slider.height() // 2)


def drag(value_slider: ValueSlider, by: int) -> None:
    """Press on the handle and move it, without letting it go."""
    slider = value_slider.slider
    start = handle_of(slider)
    QTest.mousePress(slider, Qt.MouseButton.LeftButton, pos=start)
    QTest.mouseMove(slider, start + QPoint(by, 0))


def test_it_names_what_is_in_force(control: ConditionsControl) -> None:
    assert (control.value.text(), control.accessibleName()) == ("slow", "Conditions: slow")


def test_the_line_below_says_what_that_means(window: Window) -> None:
    assert window.top_bar.conditions_text.text() == "The network delays every reply by 800 ms."


def test_its_size_does_not_depend_on_what_is_in_force(window: Window, control: ConditionsControl) -> None:
    before = control.geometry()
    for conditions in PRESETS.values():
        window.show_conditions(conditions)
        assert control.geometry() == before


@pytest.mark.parametrize("language", ["en", "de"])
def test_every_name_has_its_room(window: Window, control: ConditionsControl, language: str) -> None:
    for step in window.appearance.steps_to(language=language):
        step()
    QApplication.processEvents()
    widths = [control.value.fontMetrics().horizontalAdvance(name) for name in NAMES]
    assert max(widths) <= control.value.width()


def test_its_panel_is_not_made_before_it_is_opened(control: ConditionsControl) -> None:
    assert control.panel is None


def test_a_click_opens_what_there_is_to_choose_from(panel: ConditionsPanel) -> None:
    assert panel.isVisible()
    assert list(spoken(panel)) == NAMES


def test_each_is_told_with_its_numbers(panel: ConditionsPanel) -> None:
    assert all(conditions.text in spoken(panel)[name] for name, conditions in PRESETS.items())


def test_what_is_in_force_is_marked_and_has_the_focus(panel: ConditionsPanel) -> None:
    assert [name for name, text in spoken(panel).items() if "in force" in text] == ["slow"]
    assert (panel.list.currentItem().text(), panel.focusWidget()) == ("slow", panel.list)


def test_the_panel_is_within_the_screen(panel: ConditionsPanel) -> None:
    assert panel.screen().availableGeometry().contains(panel.geometry())


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space])
def test_arrows_go_to_one_and_a_key_chooses_it(
    panel: ConditionsPanel, requested: list[Conditions], key: Qt.Key
) -> None:
    press(Qt.Key.Key_Down)
    assert requested == []
    press(key)
    assert requested == [PRESETS[NAMES[NAMES.index("slow") + 1]]]
    assert not panel.isVisible()


def test_a_click_chooses(panel: ConditionsPanel, requested: list[Conditions]) -> None:
    click_row(panel, "healthy")
    assert (requested, panel.isVisible()) == ([PRESETS["healthy"]], False)


def test_escape_chooses_nothing_and_gives_the_focus_back(
    window: Window, panel: ConditionsPanel, requested: list[Conditions]
) -> None:
    press(Qt.Key.Key_Down)
    press(Qt.Key.Key_Escape)
    assert (requested, panel.isVisible(), window.focusWidget()) == ([], False, window.form.email)


def test_alt_c_opens_and_closes_it(window: Window, control: ConditionsControl, qtbot: QtBot) -> None:
    QTest.keyClick(window, Qt.Key.Key_C, Qt.KeyboardModifier.AltModifier)
    qtbot.waitUntil(lambda: control.panel is not None and control.panel.isVisible())
    press(Qt.Key.Key_C, Qt.KeyboardModifier.AltModifier)
    qtbot.waitUntil(lambda: control.panel is not None and not control.panel.isVisible())


def test_what_is_in_force_is_not_asked_for_again(panel: ConditionsPanel, requested: list[Conditions]) -> None:
    press(Qt.Key.Key_Return)
    assert (requested, panel.isVisible()) == ([], False)


def test_what_could_not_be_changed_can_be_asked_for_again(
    window: Window, panel: ConditionsPanel, requested: list[Conditions]
) -> None:
    window.show_conditions(SLOW, problem="The proxy does not answer.")
    click_row(panel, "slow")
    assert requested == [SLOW]


def test_a_change_that_is_under_way_can_be_taken_back(
    window: Window, panel: ConditionsPanel, requested: list[Conditions]
) -> None:
    window.show_conditions(SLOW, requested=SILENT)
    click_row(panel, "silent")
    click_row(panel, "slow")
    assert requested == [SLOW]


def test_a_change_that_is_under_way_is_shown(window: Window, panel: ConditionsPanel) -> None:
    window.show_conditions(SLOW, requested=SILENT)
    assert window.top_bar.conditions_text.text() == "Changing to silent…"
    assert window.conditions.value.text() == "slow"
    assert "changing" in spoken(panel)["silent"]
    assert window.announcement == "Conditions: slow. Changing to silent…"


def test_a_change_that_came_to_nothing_is_shown(window: Window, panel: ConditionsPanel) -> None:
    window.show_conditions(SLOW, problem="The proxy does not answer.")
    assert window.top_bar.conditions_text.text() == "Not changed: The proxy does not answer."
    assert (panel.problem.text(), panel.problem.isVisible()) == ("The proxy does not answer.", True)


def test_a_problem_goes_when_the_next_change_is_done(window: Window, panel: ConditionsPanel) -> None:
    window.show_conditions(SLOW, problem="The proxy does not answer.")
    window.show_conditions(SILENT)
    assert (panel.problem.isVisible(), window.conditions.value.text()) == (False, "silent")
    assert window.top_bar.conditions_text.property("role") == "muted"


@pytest.mark.parametrize("is_open", [False, True])
def test_what_needs_the_programs_own_service_is_not_offered_without_it(
    control: ConditionsControl, requested: list[Conditions], is_open: bool
) -> None:
    if is_open:
        control.open_panel()
    control.set_own_service(False)
    control.open_panel()
    assert control.panel is not None
    refused = {name for name, text in spoken(control.panel).items() if "--server" in text}
    for name in refused:
        click_row(control.panel, name)
    assert refused == {name for name, conditions in PRESETS.items() if conditions.needs_own_service}
    assert (requested, control.panel.isVisible()) == ([], True)


def test_arrows_pass_over_what_is_not_offered(control: ConditionsControl) -> None:
    control.set_own_service(False)
    control.open_panel()
    assert control.panel is not None
    seen = []
    for _ in NAMES:
        seen.append(control.panel.list.currentItem().text())
        press(Qt.Key.Key_Down)
    assert not [name for name in seen if name != CUSTOM and PRESETS[name].needs_own_service]


def test_a_value_is_shown_while_it_is_dragged_and_asked_for_when_it_is_let_go(
    panel: ConditionsPanel, requested: list[Conditions]
) -> None:
    before = panel.latency.text.text()
    drag(panel.latency, 40)
    shown = panel.latency.text.text()
    assert (shown == before, requested) == (False, [])
    assert f"{panel.latency.value} ms" in spoken(panel)[CUSTOM]
    QTest.mouseRelease(panel.latency.slider, Qt.MouseButton.LeftButton, pos=handle_of(panel.latency.slider))
    assert requested == [custom_conditions(panel.latency.value, panel.rate.value)]
    assert panel.isVisible()


def test_a_click_on_the_handle_asks_for_nothing(panel: ConditionsPanel, requested: list[Conditions]) -> None:
    slider = panel.latency.slider
    QTest.mouseClick(slider, Qt.MouseButton.LeftButton, pos=handle_of(slider))
    panel.close()
    assert requested == []


def test_nothing_moves_the_handle_from_under_the_hand(window: Window, panel: ConditionsPanel) -> None:
    drag(panel.latency, 40)
    dragged_to = panel.latency.value
    window.show_conditions(custom_conditions(0, UNLIMITED))
    assert panel.latency.value == dragged_to
    QTest.mouseRelease(panel.latency.slider, Qt.MouseButton.LeftButton)


def test_sliders_do_not_move_while_one_of_them_does(window: Window, panel: ConditionsPanel) -> None:
    for step in window.appearance.steps_to(language="de"):
        step()
    QApplication.processEvents()
    before = panel.geometry(), panel.latency.geometry(), panel.rate.geometry()
    for value in (0, panel.rate.slider.maximum()):
        panel.rate.slider.setValue(value)
        QApplication.processEvents()
        assert (panel.geometry(), panel.latency.geometry(), panel.rate.geometry()) == before


def test_keys_ask_once_for_where_they_rest(panel: ConditionsPanel, requested: list[Conditions], qtbot: QtBot) -> None:
    before_ms = panel.latency.value
    panel.latency.slider.setFocus()
    for _ in range(4):
        press(Qt.Key.Key_Right)
    assert requested == []
    qtbot.waitUntil(lambda: bool(requested))
    assert requested == [custom_conditions(before_ms + 200, panel.rate.value)]


def test_whoever_closes_the_panel_has_let_go(panel: ConditionsPanel, requested: list[Conditions]) -> None:
    panel.rate.slider.setFocus()
    press(Qt.Key.Key_End)
    press(Qt.Key.Key_Escape)
    assert requested == [custom_conditions(panel.latency.value, UNLIMITED)]


def test_custom_is_what_the_sliders_say(panel: ConditionsPanel, requested: list[Conditions]) -> None:
    panel.list.scrollToBottom()
    click_row(panel, CUSTOM)
    assert requested == [custom_conditions(panel.latency.value, panel.rate.value)]


def test_the_sliders_follow_what_is_in_force(window: Window, panel: ConditionsPanel) -> None:
    window.show_conditions(custom_conditions(1500, 40))
    assert (panel.latency.text.text(), panel.rate.text.text()) == ("1,500 ms", "40 KB/s")


def test_the_sliders_come_as_near_as_they_can(window: Window, panel: ConditionsPanel) -> None:
    window.show_conditions(custom_conditions(9000, 9999))
    assert (panel.latency.text.text(), panel.rate.text.text()) == ("3,000 ms", "10 MB/s")
    assert window.top_bar.conditions_text.text().count("9000 ms") == 1


def test_the_sliders_have_the_ends_that_they_ought_to() -> None:
    assert (LATENCIES_MS[0], LATENCIES_MS[-1]) == (0, 3000)
    assert (RATES_KB_PER_S[0], RATES_KB_PER_S[-2:]) == (1, (10_000, UNLIMITED))


def test_a_rate_is_up_to_twice_the_one_before() -> None:
    limited = RATES_KB_PER_S[:-1]
    assert all(1 < following / rate <= 2 for rate, following in pairwise(limited))


def test_everything_that_can_be_chosen_is_possible() -> None:
    made = [custom_conditions(latency_ms, rate) for latency_ms in LATENCIES_MS for rate in RATES_KB_PER_S]
    assert len({conditions.text for conditions in made}) == len(made)


def test_a_slider_is_read_out_with_its_value(panel: ConditionsPanel) -> None:
    assert panel.rate.slider.accessibleName() == "Bandwidth: 100 KB/s"


def test_it_is_german(window: Window, panel: ConditionsPanel) -> None:
    for step in window.appearance.steps_to(language="de"):
        step()
    QApplication.processEvents()
    assert window.conditions.accessibleName() == "Bedingungen: slow"
    assert spoken(panel)["slow"] == "slow. gilt jetzt. Das Netz verzögert jede Antwort um 800\N{NO-BREAK SPACE}ms."
    panel.rate.slider.setValue(panel.rate.slider.maximum())
    assert panel.rate.text.text() == "unbegrenzt"


def test_a_click_on_the_control_closes_it_again(control: ConditionsControl, panel: ConditionsPanel) -> None:
    at = panel.mapFromGlobal(control.mapToGlobal(control.rect().center()))
    QTest.mousePress(panel, Qt.MouseButton.LeftButton, pos=at)
    assert not panel.isVisible()
    assert panel.testAttribute(Qt.WidgetAttribute.WA_NoMouseReplay)
