"""Whose code a file is, wherever it lies and however it was installed."""

from __future__ import annotations

import collections
import json
import ntpath
import os
import site
import subprocess
import sys
import sysconfig
from pathlib import Path

import httpx2
import PySide6
import pytest
import qasync  # type: ignore[import-untyped]

import desktop_app.catching_slot
import desktop_app.event_loop
import desktop_app.responsiveness.watchdog
from desktop_app import config
from desktop_app.responsiveness.ownership import Ownership

VERSION = f"python{sys.version_info.major}.{sys.version_info.minor}"


def is_own(file: object) -> bool:
    return Ownership().is_own(str(file))


@pytest.mark.parametrize("module", [json, collections, os, subprocess, httpx2, PySide6, qasync, pytest])
def test_what_is_installed_is_not_the_program_s(module: object) -> None:
    assert not is_own(module.__file__)  # type: ignore[attr-defined]


@pytest.mark.parametrize("module", [config, sys.modules[__name__]])
def test_what_lies_in_a_folder_of_its_own_is_the_program_s_though_it_is_installed_as_editable(module: object) -> None:
    assert is_own(module.__file__)  # type: ignore[attr-defined]


@pytest.mark.parametrize("module", [desktop_app.event_loop, desktop_app.catching_slot])
def test_the_event_loop_is_nobody_s_even_in_a_folder_that_is_the_program_s(module: object) -> None:
    file = str(module.__file__)  # type: ignore[attr-defined]
    assert not Ownership([str(Path(file).parent)]).is_own(file)


def test_the_instrument_is_nobody_s() -> None:
    assert not is_own(desktop_app.responsiveness.watchdog.__file__)


@pytest.mark.parametrize(
    "file",
    [
        Path(sysconfig.get_path("stdlib"), "json", "decoder.py"),
        Path(sysconfig.get_path("stdlib"), "..", Path(sysconfig.get_path("stdlib")).name, "abc.py"),
        Path(sysconfig.get_path("stdlib")).parent / f"{VERSION.replace('.', '')}.zip" / "json" / "decoder.py",
        Path(site.getusersitepackages(), "package", "module.py"),
        f"/usr/lib/{VERSION}/dist-packages/package/module.py",
        "/usr/lib/python3/dist-packages/module.py",
        "/home/somebody/other-venv/lib/python3.12/site-packages/package/module.py",
        Path(sysconfig.get_path("scripts"), "a-program"),
        "<frozen importlib._bootstrap>",
        "<string>",
        "<attrs generated init gallery.Picture>",
    ],
)
def test_libraries_are_known_by_their_place(file: object) -> None:
    assert not is_own(file)


@pytest.mark.parametrize(
    "file",
    [
        "/home/somebody/gallery/load.py",
        "/home/somebody/site-packages.py",
        "/home/somebody/my-site-packages/load.py",
        "/home/somebody/json/decoder.py",
        Path(sys.prefix, "gallery", "load.py"),
        Path(sys.prefix, "src", "gallery", "load.py"),
        "gallery/load.py",
        "load.py",
        "",
        "<stdin>",
        "<ipython-input-3-abcdef>",
    ],
)
def test_what_lies_elsewhere_is_the_program_s(file: object) -> None:
    assert is_own(file)


@pytest.mark.parametrize(
    "file", ["json/decoder.py", "json\\decoder.py", "threading.py", "shibokensupport/feature.py"]
)
def test_the_library_of_a_program_packed_into_one_file_is_not_its_own(file: str) -> None:
    assert not is_own(file)


def test_what_pyside_does_at_each_import_is_not_the_program_s(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It has Python code of its own behind ``import``, compiled from a file that is nowhere."""
    monkeypatch.syspath_prepend(tmp_path)
    module = tmp_path / "imported_by_a_test.py"
    module.write_text("import sys\n")
    files: set[str] = set()
    before = sys.getprofile()
    sys.setprofile(lambda frame, *_: files.add(frame.f_code.co_filename))
    try:
        import imported_by_a_test  # type: ignore[import-not-found]  # noqa: F401
    finally:
        sys.setprofile(before)
        sys.modules.pop("imported_by_a_test", None)
    assert any(file.startswith("shibokensupport") for file in files)
    assert {file for file in files if is_own(file)} == {str(module), __file__}


def test_a_relative_file_that_is_there_is_the_program_s(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "queue.py").touch()
    assert is_own("queue.py")


def test_a_package_that_is_linked_to_from_site_packages_is_the_program_s(tmp_path: Path) -> None:
    (tmp_path / "src" / "gallery").mkdir(parents=True)
    packages = tmp_path / "venv" / "lib" / VERSION / "site-packages"
    packages.mkdir(parents=True)
    (packages / "gallery").symlink_to(tmp_path / "src" / "gallery")
    assert is_own(packages / "gallery" / "load.py")
    assert not is_own(packages / "other" / "load.py")


def test_a_library_that_is_reached_by_a_link_stays_one(tmp_path: Path) -> None:
    (tmp_path / "python").symlink_to(sysconfig.get_path("stdlib"))
    assert not is_own(tmp_path / "python" / "json" / "decoder.py")


def test_a_link_to_itself_is_decided_by_its_name(tmp_path: Path) -> None:
    (tmp_path / "load.py").symlink_to(tmp_path / "load.py")
    assert is_own(tmp_path / "load.py")


def test_a_folder_can_be_said_to_be_the_program_s(tmp_path: Path) -> None:
    package = tmp_path / "site-packages" / "gallery"
    ownership = Ownership(own=[str(package)])
    assert ownership.is_own(str(package / "load.py"))
    assert not ownership.is_own(str(tmp_path / "site-packages" / "gallery_of_others" / "load.py"))


def test_a_folder_can_be_said_not_to_be(tmp_path: Path) -> None:
    ownership = Ownership(own=[str(tmp_path)], foreign=[str(tmp_path / "vendored")])
    assert ownership.is_own(str(tmp_path / "load.py"))
    assert not ownership.is_own(str(tmp_path / "vendored" / "load.py"))


@pytest.mark.parametrize(
    ("file", "expected"),
    [
        ("C:\\Users\\somebody\\Gallery\\load.py", True),
        ("c:/users/somebody/gallery/LOAD.PY", True),
        ("C:\\Users\\somebody\\venv\\Lib\\site-packages\\requests\\api.py", False),
        ("C:\\Users\\somebody\\venv\\lib\\Site-Packages\\requests\\api.py", False),
        ("C:\\Users\\somebody\\Gallery\\vendored\\load.py", False),
        ("c:\\users\\SOMEBODY\\gallery\\Vendored\\load.py", False),
    ],
)
def test_paths_of_windows(file: str, expected: bool) -> None:
    ownership = Ownership(foreign=["C:\\Users\\somebody\\Gallery\\vendored"], path=ntpath)
    assert ownership.is_own(file) is expected


def test_the_disk_is_asked_once(tmp_path: Path) -> None:
    ownership = Ownership()
    file = tmp_path / "load.py"
    assert ownership.is_own(str(file))
    # What it now leads to would be somebody else's.
    file.symlink_to(json.__file__)
    assert ownership.is_own(str(file))
