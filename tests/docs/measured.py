"""Measurements of a canary that begins to fail, for a page that replays them."""

from datetime import datetime, timedelta


def measured(start: datetime, length: timedelta) -> str:
    """A row a second of stable 7 and canary 8: the canary fails once in a hundred, then ten times as often."""
    lines = ["at,version,trigger,failed,total"]
    for second in range(1, int(length.total_seconds()) + 1):
        at = (start + timedelta(seconds=second)).isoformat()
        fails = second % (100 if second <= length.total_seconds() / 3 else 10) == 0
        lines += [f"{at},8,error-rate,{int(fails)},1", f"{at},7,error-rate,{int(second % 5 == 0)},19"]
    return "\n".join(lines) + "\n"
