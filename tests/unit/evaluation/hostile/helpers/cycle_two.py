"""Needs cycle_one, which needs this."""

import cycle_one

SQL = cycle_one.SQL + " "
