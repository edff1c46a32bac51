"""The only reader of ``assets/``: icons, styles, translations."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from PySide6.QtCore import QByteArray, QRectF, QSize, Qt
from PySide6.QtGui import QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

PACKAGE = Path(__file__).parent
# A wheel carries the assets inside the package; a checkout keeps them beside it.
ASSETS = PACKAGE / "assets" if (PACKAGE / "assets").is_dir() else PACKAGE.parent / "assets"


def asset(kind: str, name: str) -> Path:
    """Find a file of the assets.

    Raises:
        ValueError: The name leads out of its folder.
        FileNotFoundError: There is no such file.
    """
    path = ASSETS / kind / name
    if path.parent != ASSETS / kind or not name or name.startswith("."):
        raise ValueError(f"{name!r} is not the name of an asset")
    if not path.is_file():
        raise FileNotFoundError(path)
    return path


@cache
def _svg(name: str) -> str:
    return asset("icons", f"{name}.svg").read_text(encoding="utf-8")


@cache
def icon_renderer(name: str, color: str) -> QSvgRenderer:
    """Give an icon in a colour, ready to be painted at any size.

    The cache is bounded by what there is: icons times the colours of the themes.
    """
    return QSvgRenderer(QByteArray(_svg(name).replace("currentColor", color).encode()))


@cache
def icon(name: str, color: str, size: int = 20) -> QIcon:
    """Give an icon in a colour, sharp at up to 300 %.

    Made anew at each change of the theme, it would also leave its pixmaps in Qt's cache until that is full. This one
    is bounded as that of `icon_renderer` is.
    """
    made = QIcon()
    renderer = icon_renderer(name, color)
    for scale in (1, 2, 3):
        pixmap = QPixmap(QSize(size, size) * scale)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        renderer.render(painter, QRectF(0, 0, size * scale, size * scale))
        painter.end()
        pixmap.setDevicePixelRatio(scale)
        made.addPixmap(pixmap)
    return made


def style_template(name: str = "window") -> str:
    """Read a style sheet, in which ``@name`` stands for a value of the theme."""
    return asset("styles", f"{name}.qss").read_text(encoding="utf-8")


def translation(language: str) -> Path | None:
    """Find the translation for a BCP 47 language tag; None where the program has none."""
    primary = language.replace("_", "-").split("-")[0].lower()
    path = ASSETS / "translations" / f"desktop_app_{primary}.qm"
    return path if primary.isalpha() and path.is_file() else None
