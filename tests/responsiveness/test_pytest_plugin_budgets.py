"""How the pytest plugin is told of budgets, on small projects; and what it leaves alone."""

from __future__ import annotations

import pytest

from tests.responsiveness.projects import run, run_there

CLICKS = """
def click(gallery, qtbot):
    qtbot.mouseClick(gallery, Qt.MouseButton.LeftButton)
"""


def test_the_ini_option_is_the_budget_of_a_whole_suite(pytester: pytest.Pytester) -> None:
    ended = run(
        pytester,
        CLICKS
        + """
def test_is_over(gallery, qtbot):
    click(gallery, qtbot)


def test_is_within(gallery, qtbot):
    gallery.block_s = 0.01
    click(gallery, qtbot)


@pytest.mark.responsive(budget_ms=2000)
def test_has_more(gallery, qtbot):
    click(gallery, qtbot)


@pytest.mark.responsive(budget_ms=30)
def test_has_less(gallery, qtbot):
    gallery.block_s = 0.1
    click(gallery, qtbot)


@pytest.mark.responsive
def test_has_the_same(gallery, qtbot):
    click(gallery, qtbot)


@pytest.mark.responsive(budget_ms=None, reason="it blocks on purpose")
class TestFrozen:
    def test_blocks(self, gallery, qtbot):
        click(gallery, qtbot)

    @pytest.mark.responsive(budget_ms=100)
    def test_the_nearest_marker_holds(self, gallery, qtbot):
        click(gallery, qtbot)


def test_without_a_gui():
    time.sleep(0.3)
""",
        ini="responsive_budget_ms = 100",
    )
    ended.assert_outcomes(passed=4, failed=4)
    ended.stdout.fnmatch_lines(
        [
            "blocked the GUI thread for * ms (budget 100 ms*)",
            "blocked the GUI thread for * ms (budget 30 ms*)",
            "blocked the GUI thread for * ms (budget 100 ms*)",
            "blocked the GUI thread for * ms (budget 100 ms*)",
            "FAILED test_gallery.py::test_is_over *",
            "FAILED test_gallery.py::test_has_less *",
            "FAILED test_gallery.py::test_has_the_same *",
            "FAILED test_gallery.py::TestFrozen::test_the_nearest_marker_holds *",
        ]
    )


def test_without_a_number_and_an_ini_option_the_budget_is_250_ms(pytester: pytest.Pytester) -> None:
    ended = run(
        pytester, CLICKS + "@pytest.mark.responsive\ndef test_opens(gallery, qtbot):\n    click(gallery, qtbot)"
    )
    ended.assert_outcomes(failed=1)
    ended.stdout.fnmatch_lines(["blocked the GUI thread for * ms (budget 250 ms*)"])


def test_a_block_is_held_to_its_own_budget(pytester: pytest.Pytester) -> None:
    ended = run(
        pytester,
        """
def load(block_s):
    time.sleep(block_s)


def test_plain_python(qapp, responsiveness):
    with responsiveness.budget(ms=100):
        load(0.3)


def test_a_small_one(qapp, responsiveness):
    with responsiveness.budget(ms=20):
        load(0.08)


def test_the_inner_one(qapp, responsiveness):
    with responsiveness.budget(ms=2000):
        load(0.3)
        with responsiveness.budget(ms=100):
            load(0.31)


def test_the_outer_one(qapp, responsiveness):
    with responsiveness.budget(ms=100):
        with responsiveness.budget(ms=2000):
            load(0.32)


def test_at_the_end_of_the_block(qapp, responsiveness):
    with pytest.raises(pytest.fail.Exception, match=r"in load \\(test_gallery.py:"):
        with responsiveness.budget(ms=100):
            load(0.3)


def test_nothing_else_counts(gallery, qtbot, responsiveness):
    load(0.3)
    with responsiveness.budget(ms=100):
        load(0.01)
    load(0.3)
    assert all(freeze.duration_ns < 250_000_000 for freeze in responsiveness.freezes)


def test_what_was_seen(gallery, qtbot, responsiveness):
    qtbot.mouseClick(gallery, Qt.MouseButton.LeftButton)
    with responsiveness.budget(ms=2000):
        load(0.15)
    culprits = [freeze.culprit.frame.function for freeze in responsiveness.freezes if freeze.culprit]
    assert [each for each in culprits if each.startswith("load")] == ["load_image", "load"]


def test_an_exception_is_handed_on(qapp, responsiveness):
    with pytest.raises(KeyError), responsiveness.budget(ms=100):
        load(0.3)
        raise KeyError("missing")


@pytest.mark.responsive(budget_ms=2000)
def test_within_a_test_that_has_one(gallery, qtbot, responsiveness):
    with responsiveness.budget(ms=100):
        qtbot.mouseClick(gallery, Qt.MouseButton.LeftButton)
""",
    )
    ended.assert_outcomes(passed=4, failed=5)
    ended.stdout.fnmatch_lines(
        [
            "* in load (test_gallery.py:*): time.sleep(block_s)",
            "  test_gallery.py:* in test_plain_python: load(0.3)",
            "blocked the GUI thread for * ms (budget 20 ms*)",
            "  test_gallery.py:* in test_a_small_one: load(0.08)",
            "  test_gallery.py:* in test_the_inner_one: load(0.31)",
            "  test_gallery.py:* in test_the_outer_one: load(0.32)",
            "* in load_image (gallery.py:17): time.sleep(self.block_s)",
        ]
    )


def test_what_is_no_budget_is_an_error_that_names_the_test(pytester: pytest.Pytester) -> None:
    ended = run(
        pytester,
        """
@pytest.mark.responsive(budget=100)
def test_unknown():
    pass


@pytest.mark.responsive(100)
def test_positional():
    pass


@pytest.mark.responsive(budget_ms=0)
def test_zero():
    pass


@pytest.mark.responsive(budget_ms=float("inf"))
def test_endless():
    pass


@pytest.mark.responsive(budget_ms="100")
def test_text():
    pass


@pytest.mark.responsive(budget_ms=None)
def test_no_reason():
    pass


def test_block(qapp, responsiveness):
    with responsiveness.budget(ms=5):
        pass


def test_no_application(responsiveness):
    with responsiveness.budget(ms=100):
        pass
""",
        "--deselect=test_gallery.py::test_block",
    )
    ended.assert_outcomes(errors=6, failed=1, deselected=1)
    ended.stdout.fnmatch_lines(
        [
            "test_gallery.py::test_unknown: @pytest.mark.responsive: its arguments are *, not budget=100",
            "test_gallery.py::test_positional: @pytest.mark.responsive: its arguments are *, not 100",
            "test_gallery.py::test_zero: @pytest.mark.responsive: a budget is 10 ms or more, and finite; not 0",
            "test_gallery.py::test_endless: @pytest.mark.responsive: a budget is 10 ms or more, and finite; not inf",
            "test_gallery.py::test_text: @pytest.mark.responsive: a budget is a number of milliseconds, not '100'",
            "test_gallery.py::test_no_reason: @pytest.mark.responsive: budget_ms=None, which exempts a test, needs *",
            "E * responsiveness.budget: there is no QApplication; use the fixture qapp or qtbot",
        ]
    )
    ended = run_there(pytester, "test_gallery.py::test_block")
    ended.stdout.fnmatch_lines(["E * responsiveness.budget: a budget is 10 ms or more, and finite; not 5"])


@pytest.mark.parametrize("written", ["many", "5", "nan"])
def test_an_ini_option_that_is_no_budget_ends_the_run_before_it_begins(
    pytester: pytest.Pytester, written: str
) -> None:
    ended = run(pytester, "", ini=f"responsive_budget_ms = {written}")
    assert ended.ret == pytest.ExitCode.USAGE_ERROR
    ended.stderr.fnmatch_lines(["ERROR: responsive_budget_ms: a budget is *"])


def test_the_marker_is_known_and_described(pytester: pytest.Pytester) -> None:
    ended = run(pytester, "", "--strict-markers", "--markers")
    ended.stdout.fnmatch_lines(
        ["@pytest.mark.responsive(budget_ms=250): fail the test if it blocks the GUI thread *"]
    )


LOADS_NOTHING = """
import sys


def test_nothing_is_loaded():
    loaded = {name.rpartition(".")[2] for name in sys.modules if name.startswith("desktop_app.responsiveness.")}
    assert loaded <= {"pytest_plugin", "budgets"}
    assert "PySide6" not in sys.modules
"""


@pytest.mark.parametrize("ini", ["", "responsive_budget_ms = 200"])
def test_nothing_is_loaded_for_tests_that_are_not_watched(pytester: pytest.Pytester, ini: str) -> None:
    pytester.makepyfile(LOADS_NOTHING)
    run_there(pytester, "-p", "no:pytest-qt", ini=ini).assert_outcomes(passed=1)


def test_a_project_without_pyside_is_told_so_only_when_it_asks(pytester: pytest.Pytester) -> None:
    pytester.makeconftest("import sys\n\nsys.modules['PySide6'] = None")
    pytester.makepyfile(
        """
        import pytest


        def test_something_else():
            pass


        @pytest.mark.responsive
        def test_a_window():
            pass
        """
    )
    ended = run_there(pytester, "-p", "no:pytest-qt")
    ended.assert_outcomes(passed=1, failed=1)
    ended.stdout.fnmatch_lines(["to watch the GUI thread, PySide6 has to be installed: *"])


def test_a_project_without_pytest_qt_that_makes_its_own_applications(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import time

        import pytest
        from PySide6.QtCore import QTimer
        from PySide6.QtWidgets import QApplication


        def freeze():
            time.sleep(0.3)


        @pytest.mark.responsive(budget_ms=100)
        @pytest.mark.parametrize("turn", range(3))
        def test_runs(turn):
            app = QApplication([])
            QTimer.singleShot(0, freeze)
            QTimer.singleShot(10, app.quit)
            app.exec()
            app.shutdown()


        def test_block(responsiveness):
            app = QApplication.instance() or QApplication([])
            with responsiveness.budget(ms=100):
                freeze()
        """
    )
    ended = run_there(pytester, "-p", "no:pytest-qt")
    ended.assert_outcomes(failed=4)
    ended.stdout.fnmatch_lines(["* in freeze (test_a_project_*.py:*): time.sleep(0.3)"] * 4)
    assert ended.stderr.str() == ""


def test_a_method_that_a_test_replaces_is_put_back(pytester: pytest.Pytester) -> None:
    ended = run(
        pytester,
        """
BEFORE = vars(QDialog)["exec"], vars(QTest)["qWait"]


@pytest.fixture
def no_wait(monkeypatch):
    monkeypatch.setattr(QTest, "qWait", lambda _ms: "replaced")


@pytest.mark.responsive
def test_replaces(qapp, no_wait, monkeypatch):
    monkeypatch.setattr(QDialog, "exec", lambda self: "replaced")
    assert QDialog().exec() == QTest.qWait(10) == "replaced"


def test_what_is_there():
    assert (vars(QDialog)["exec"], vars(QTest)["qWait"]) == BEFORE
""",
    )
    ended.assert_outcomes(passed=2)


def test_nothing_is_left(pytester: pytest.Pytester) -> None:
    pytester.makeconftest(
        """
        import threading

        import pytest


        @pytest.hookimpl(trylast=True)
        def pytest_unconfigure():
            print("left:", [thread.name for thread in threading.enumerate()])
        """
    )
    ended = run(
        pytester,
        CLICKS
        + """
import threading

METHODS = [(QEventLoop, "exec"), (QDialog, "exec"), (QApplication, "exec"), (QCoreApplication, "processEvents")]
BEFORE = [vars(kind)[name] for kind, name in METHODS]


@pytest.mark.responsive
def test_is_watched(gallery, qtbot, caplog):
    assert [vars(kind)[name] for kind, name in METHODS] != BEFORE
    click(gallery, qtbot)
    assert caplog.records == []
    assert len(threading.enumerate()) == 2


@pytest.mark.responsive(budget_ms=None, reason="it blocks on purpose")
def test_is_not(qapp):
    assert [vars(kind)[name] for kind, name in METHODS] == BEFORE
    assert [thread.name for thread in threading.enumerate()] == ["MainThread"]
    assert [child for child in qapp.children() if type(child).__name__ == "Heartbeat"] == []
""",
        "-s",
        "-W",
        "error",
    )
    ended.assert_outcomes(failed=1, passed=1)
    ended.stdout.fnmatch_lines(["left: ['MainThread']"])
