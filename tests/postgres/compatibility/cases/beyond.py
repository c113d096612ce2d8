"""Rows that arrive, operators and what else SQL names, and rights and rows behind functions, policies and views."""

from collections.abc import Iterator
from dataclasses import replace

from tests.postgres.compatibility import arriving, behind, places, rights, symbols
from tests.postgres.compatibility.case import Case

ARRIVE = "rows and values that arrive: INSERT, UPDATE, ATTACH"
_FILLED = "rows below a materialized view change, and it is filled"
_PLACES = "columns or labels change names among each other"
_LOOKED_AT = "rows change that its functions or policies look at"
_SYMBOL = "operator, cast, collation or text search object dropped, renamed or altered"
_CALLED = "REVOKE of a function that it calls, itself or through what the server keeps"
_USED = "right lost to what its functions, policies or views use"
_CHOSEN: dict[str, dict[str, str | None]] = {
    ARRIVE: {
        "a row is put in that is out of the promised bounds": "range-widened",
        "a value is put in that was promised never to arrive": "value-added",
        "NULL is put in that was promised never to arrive": "null-possible",
        "a longer text is put in than was promised": "range-widened",
        "rows that a query finds are put in": "unlisted",
        "a partition with rows is attached": "unlisted",
        "a table with rows becomes a child": "unlisted",
        "a row is put in that is within the promised bounds": None,
        "a row is put in where a check keeps the bounds": None,
        "an empty partition is made and attached": None,
    },
    _FILLED: {
        "rows below a materialised view change, and it is filled": "rows-overwritten",
        "rows below a materialised view go, and it is filled beside its readers": "rows-deleted",
        "rows below a materialised view change, and it isn't filled": None,
    },
    _PLACES: {
        "two columns change places": "rows-overwritten",
        "a new column gets the name of one": "rows-overwritten",
        "two labels change places": "rows-overwritten",
        "a column gets another name and has its own again": None,
        "a new column gets the name and the values of one": None,
        "a label gets another name and has its own again": None,
    },
    _LOOKED_AT: {
        "rows get other values that the query's function reads": "rows-overwritten",
        "rows go that no function of the query reads": None,
    },
    _SYMBOL: {
        "an operator is dropped that the query uses": "unlisted",
        "a cast is dropped that the writer makes": "unlisted",
        "a collation gets another name": "unlisted",
        "a text search configuration maps words elsewhere": "unlisted",
        "a text search dictionary leaves words out": "unlisted",
        "another operator is dropped": None,
        "a collation of a view gets another name": None,
    },
    _CALLED: {
        "the right to call the query's function is revoked": "access-revoked",
        "the right to call a check's function is revoked": "access-revoked",
        "the right to call a function is given to those who call it": None,
        "the right to call a trigger's function is revoked": None,
    },
    _USED: {
        "the right to read what the query's function reads is revoked": "unlisted",
        "the right to write what a trigger writes is revoked": "unlisted",
        "the right to read what a policy asks is revoked": "unlisted",
        "the query's function loses its owner's rights": "unlisted",
        "the right of a view's owner is revoked": "unlisted",
        "a right is revoked below a view of its owner": None,
    },
}
"""Row → what of the attacks stands for it, with the cause."""


def _cases() -> Iterator[Case]:
    attacks = {
        case.what: case
        for module in (arriving, behind, places, rights, symbols)
        for case in (*module.BREAKING, *module.HEALTHY)
    }
    for row, chosen in _CHOSEN.items():
        for what, cause in chosen.items():
            yield replace(attacks[what], row=row, reader=cause, writer=cause, through=("table",))


CASES = tuple(_cases())
