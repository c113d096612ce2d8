"""Needs cycle_two, which needs this."""

import cycle_two

SQL = cycle_two.SQL + " "
