"""Writes a file when it is imported, and when it is used."""

TRACE = "@TRACE@"
open(TRACE, "w").write("ran")
SQL = "select " + str(open(TRACE, "w").write("ran"))


def work():
    open(TRACE, "w").write("ran")


class Dialect:
    def __init__(self):
        work()
