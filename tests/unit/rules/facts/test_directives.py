from schemaguard.catalog.objects import Catalog, Name
from schemaguard.finding import Place
from schemaguard.rules.facts.directives import ignores, touches

PLACE = Place("a.sql", 3)


def test_an_ignore_has_its_rules_and_its_reason() -> None:
    (ignore,) = ignores(["-- schemaguard: ignore drop-column, drop-table -- nobody reads them"], PLACE)

    assert ignore.rules == ("drop-column", "drop-table")
    assert ignore.reason == "nobody reads them"


def test_an_ignore_without_a_reason_has_an_empty_one() -> None:
    (ignore,) = ignores(["# schemaguard: ignore drop-column"], PLACE)

    assert (ignore.rules, ignore.reason) == (("drop-column",), "")


def test_a_block_comment_is_read_too() -> None:
    (ignore,) = ignores(["/* schemaguard: ignore drop-column -- done by hand */"], PLACE)

    assert (ignore.rules, ignore.reason) == (("drop-column",), "done by hand")


def test_ignore_and_ignore_file_are_told_apart() -> None:
    comments = ["-- schemaguard: ignore-file drop-table -- a scratch database"]

    assert ignores(comments, PLACE) == ()
    (ignore,) = ignores(comments, PLACE, whole_file=True)
    assert (ignore.rules, ignore.whole_file) == (("drop-table",), True)


def test_a_comment_about_something_else_is_no_directive() -> None:
    assert ignores(["-- the schemaguard of old would ignore drop-column"], PLACE) == ()
    assert touches(["-- touches accounts"]) is None


def test_touches_names_tables_and_their_columns() -> None:
    told = touches(["# schemaguard: touches transactions(channel, amount), audit.log"])

    assert told is not None
    assert told.objects == ((Name("transactions"), ("channel", "amount")), (Name("log", "audit"), ()))
    assert told.names(Catalog(), Name("transactions", "public"), "channel")
    assert not told.names(Catalog(), Name("transactions"), "id")
    assert told.names(Catalog(), Name("log", "audit"), "anything")


def test_touches_nothing_is_something_that_was_said() -> None:
    told = touches(["-- schemaguard: touches nothing"])

    assert told is not None
    assert told.objects == ()
