"""The pytest plugin, on small projects: which time counts, and what is said of a test that blocks in it."""

from __future__ import annotations

import pytest

from tests.responsiveness.projects import run


def test_a_click_that_blocks_fails_the_test_with_the_code_that_did_it(pytester: pytest.Pytester) -> None:
    ended = run(
        pytester,
        """
@pytest.mark.responsive(budget_ms=100)
def test_opens(gallery, qtbot):
    qtbot.mouseClick(gallery, Qt.MouseButton.LeftButton)
""",
    )
    ended.assert_outcomes(failed=1)
    ended.stdout.fnmatch_lines(
        [
            "*_ test_opens _*",
            "blocked the GUI thread for * ms (budget 100 ms*)",
            "* in load_image (gallery.py:17): time.sleep(self.block_s)",
            "  test_gallery.py:*: qtbot.mouseClick(gallery, Qt.MouseButton.LeftButton)",
            "  … * frames of others*",
            "  gallery.py:17 in load_image: time.sleep(self.block_s)",
            "FAILED test_gallery.py::test_opens - Failed: blocked the GUI thread *",
        ]
    )
    assert "pytest_plugin.py" not in ended.stdout.str()


WAYS = """
def post(gallery):
    gallery.load_soon()


def by_exec(loop):
    QTimer.singleShot(20, loop.quit)
    loop.exec()


def by_dialog(gallery):
    dialog = QDialog()
    QTimer.singleShot(20, dialog.reject)
    dialog.exec()


def by_event(gallery):
    QCoreApplication.sendEvent(
        gallery, QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_A, Qt.KeyboardModifier.NoModifier)
    )


def by_posted_event(gallery):
    QCoreApplication.postEvent(
        gallery, QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_A, Qt.KeyboardModifier.NoModifier)
    )
    QCoreApplication.sendPostedEvents()


def by_signal(gallery, qtbot):
    with qtbot.waitSignal(gallery.opened):
        pass


WAYS = {
    "click": lambda gallery, qtbot: qtbot.mouseClick(gallery, Qt.MouseButton.LeftButton),
    "key": lambda gallery, qtbot: qtbot.keyClick(gallery, Qt.Key.Key_A),
    "QTest": lambda gallery, qtbot: QTest.keyClicks(gallery, "a"),
    "sendEvent": lambda gallery, qtbot: by_event(gallery),
    "sendPostedEvents": lambda gallery, qtbot: by_posted_event(gallery),
    "wait": lambda gallery, qtbot: (post(gallery), qtbot.wait(20)),
    "qWait": lambda gallery, qtbot: (post(gallery), QTest.qWait(20)),
    "waitSignal": lambda gallery, qtbot: (post(gallery), by_signal(gallery, qtbot)),
    "waitUntil": lambda gallery, qtbot: (post(gallery), qtbot.waitUntil(lambda: gallery.has_loaded)),
    "QEventLoop": lambda gallery, qtbot: (post(gallery), by_exec(QEventLoop())),
    "QDialog": lambda gallery, qtbot: (post(gallery), by_dialog(gallery)),
    "QApplication": lambda gallery, qtbot: (post(gallery), by_exec(QApplication.instance())),
    "processEvents": lambda gallery, qtbot: (post(gallery), QApplication.processEvents()),
    "of a loop": lambda gallery, qtbot: (post(gallery), QEventLoop().processEvents()),
}


@pytest.mark.responsive(budget_ms=100)
@pytest.mark.parametrize("way", WAYS)
def test_blocks(way, gallery, qtbot):
    WAYS[way](gallery, qtbot)
"""


def test_whatever_delivers_events_counts(pytester: pytest.Pytester) -> None:
    ended = run(pytester, WAYS)
    ended.assert_outcomes(failed=14)
    ended.stdout.fnmatch_lines(["* in load_image (gallery.py:17): time.sleep(self.block_s)"] * 14)


def test_neither_set_up_nor_the_tests_own_code_nor_what_comes_after_counts(pytester: pytest.Pytester) -> None:
    ended = run(
        pytester,
        """
@pytest.fixture
def slow(qtbot):
    time.sleep(0.3)
    gallery = Gallery()
    gallery.load_soon()
    qtbot.wait(20)
    yield
    time.sleep(0.3)
    gallery.load_soon()
    qtbot.wait(20)


@pytest.mark.responsive(budget_ms=200)
def test_its_own_code(slow, qtbot):
    time.sleep(0.3)
    qtbot.wait(1)
    time.sleep(0.3)
    QCoreApplication.processEvents()
    time.sleep(0.3)


@pytest.mark.responsive(budget_ms=200)
def test_many_short_blocks(gallery, qtbot):
    gallery.block_s = 0.08
    for _ in range(6):
        qtbot.mouseClick(gallery, Qt.MouseButton.LeftButton)
    for _ in range(6):
        gallery.load_soon()
        qtbot.wait(5)
""",
    )
    ended.assert_outcomes(passed=2)


def test_a_test_that_has_failed_keeps_its_failure_and_says_that_it_froze(pytester: pytest.Pytester) -> None:
    ended = run(
        pytester,
        """
@pytest.mark.responsive(budget_ms=100)
def test_fails(gallery, qtbot):
    qtbot.mouseClick(gallery, Qt.MouseButton.LeftButton)
    assert gallery.text() == "close"


@pytest.mark.responsive(budget_ms=100)
@pytest.mark.xfail(strict=True, reason="it is known to block")
def test_is_expected_to(gallery, qtbot):
    qtbot.mouseClick(gallery, Qt.MouseButton.LeftButton)


@pytest.mark.responsive(budget_ms=100)
def test_skips(gallery, qtbot):
    qtbot.mouseClick(gallery, Qt.MouseButton.LeftButton)
    pytest.skip("not here")


@pytest.mark.responsive(budget_ms=100)
@pytest.mark.skip("nor there")
def test_is_skipped(gallery, qtbot):
    qtbot.mouseClick(gallery, Qt.MouseButton.LeftButton)
""",
    )
    ended.assert_outcomes(failed=1, xfailed=1, skipped=2)
    ended.stdout.fnmatch_lines(
        [
            "E * AssertionError*",
            "*- Captured responsive call -*",
            "blocked the GUI thread for * ms (budget 100 ms*)",
            "* in load_image (gallery.py:17)*",
            "FAILED test_gallery.py::test_fails - AssertionError*",
        ]
    )


QASYNC = """
import asyncio

import qasync


def pytest_asyncio_loop_factories(config, item):
    return {"qasync": lambda: qasync.QEventLoop(qasync.QApplication.instance() or qasync.QApplication([]))}
"""
COROUTINES = """
import asyncio


@pytest.mark.asyncio
@pytest.mark.responsive(budget_ms=100)
async def test_blocks_itself(qapp):
    await asyncio.sleep(0.05)
    time.sleep(0.3)


@pytest.mark.asyncio
@pytest.mark.responsive(budget_ms=100)
async def test_blocks_at_once(qapp):
    time.sleep(0.3)


@pytest.mark.asyncio
@pytest.mark.responsive(budget_ms=100)
async def test_another_task_blocks(gallery):
    async def load():
        gallery.load_image()

    task = asyncio.create_task(load())
    await asyncio.sleep(0.05)
    await task


@pytest.mark.asyncio
@pytest.mark.responsive(budget_ms=250)
async def test_waits(qapp, responsiveness):
    await asyncio.sleep(0.5)
    with responsiveness.budget(ms=250):
        await asyncio.sleep(0.5)


@pytest.mark.asyncio
async def test_blocks_in_a_block(qapp, responsiveness):
    await asyncio.sleep(0.01)
    with responsiveness.budget(ms=30):
        time.sleep(0.12)
"""
BLOCKED = [
    "* in test_blocks_itself (test_gallery.py:*): time.sleep(0.3)",
    "* in test_blocks_at_once (test_gallery.py:*): time.sleep(0.3)",
    "* in load_image (gallery.py:17): time.sleep(self.block_s)",
    "blocked the GUI thread for * ms (budget 30 ms*)",
    "* in test_blocks_in_a_block (test_gallery.py:*): time.sleep(0.12)",
]


def test_coroutine_tests_on_qasync_are_watched(pytester: pytest.Pytester) -> None:
    pytester.makeconftest(QASYNC)
    ended = run(pytester, COROUTINES)
    ended.assert_outcomes(passed=1, failed=4)
    ended.stdout.fnmatch_lines(BLOCKED)


def test_coroutine_tests_of_a_gui_on_asyncios_own_loop_are_watched(pytester: pytest.Pytester) -> None:
    ended = run(pytester, COROUTINES)
    ended.assert_outcomes(passed=1, failed=4)
    ended.stdout.fnmatch_lines(BLOCKED)
    # Each freeze is found once.
    ended.stdout.no_fnmatch_line("* freezes were over the budget*")


def test_test_cases_in_classes_are_watched(pytester: pytest.Pytester) -> None:
    ended = run(
        pytester,
        """
import unittest


@pytest.mark.responsive(budget_ms=100)
class TestGallery:
    def test_opens(self, gallery, qtbot):
        qtbot.mouseClick(gallery, Qt.MouseButton.LeftButton)


@pytest.mark.responsive(budget_ms=100)
class GalleryCase(unittest.TestCase):
    def setUp(self):
        self.app = QApplication.instance() or QApplication([])
        self.gallery = Gallery()

    def test_opens(self):
        QTest.mouseClick(self.gallery, Qt.MouseButton.LeftButton)
""",
    )
    ended.assert_outcomes(failed=2)
    ended.stdout.fnmatch_lines(["* in load_image (gallery.py:17): time.sleep(self.block_s)"] * 2)


def test_workers_of_xdist_watch_as_well(pytester: pytest.Pytester) -> None:
    ended = run(
        pytester,
        """
@pytest.mark.responsive(budget_ms=100)
@pytest.mark.parametrize("block_s", [0.3, 0.0, 0.4, 0.01])
def test_opens(gallery, qtbot, block_s):
    gallery.block_s = block_s
    qtbot.mouseClick(gallery, Qt.MouseButton.LeftButton)
""",
        "-n2",
    )
    ended.assert_outcomes(failed=2, passed=2)
    ended.stdout.fnmatch_lines(["* in load_image (gallery.py:17): time.sleep(self.block_s)"] * 2)
