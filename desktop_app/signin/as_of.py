"""When something was seen last, as a person says it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QDate, QLocale, QTime

if TYPE_CHECKING:
    from datetime import datetime

WEEK_DAYS = 7


def as_of(seen_at: datetime, days_ago: int) -> str:
    """Say "yesterday, 14:10", in the window's language and as its locale writes times.

    Args:
        seen_at: In the time zone of this machine.
        days_ago: How many midnights have passed since; a clock that was set back makes it negative.
    """
    locale = QLocale()
    time = locale.toString(QTime(seen_at.hour, seen_at.minute), QLocale.FormatType.ShortFormat)
    date = QDate(seen_at.year, seen_at.month, seen_at.day)
    if days_ago == 0:
        day = QCoreApplication.translate("as_of", "today")
    elif days_ago == 1:
        day = QCoreApplication.translate("as_of", "yesterday")
    elif 1 < days_ago < WEEK_DAYS:
        day = locale.dayName(date.dayOfWeek())
    else:
        # The long format without its weekday, which says less the longer ago it is.
        day = locale.toString(date, locale.dateFormat(QLocale.FormatType.LongFormat).replace("dddd, ", ""))
    return QCoreApplication.translate("as_of", "{day}, {time}").format(day=day, time=time)
