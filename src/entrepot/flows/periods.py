"""Calendar months, as subscriptions count them."""

from __future__ import annotations

import calendar
from datetime import datetime


def months_after(start: datetime, months: int) -> datetime:
    """The same day and time so many months later, or the month's last day where it has no such day."""
    index = start.year * 12 + start.month - 1 + months
    year, month = divmod(index, 12)
    day = min(start.day, calendar.monthrange(year, month + 1)[1])
    return start.replace(year=year, month=month + 1, day=day)
