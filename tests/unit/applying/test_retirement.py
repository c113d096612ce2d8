"""What a retirement says and does, with names that need quotes."""

import pytest

from schemaguard.applying.retirement import retire_column, retire_table
from schemaguard.catalog.diff import difference
from schemaguard.catalog.objects import Catalog, Name
from schemaguard.errors import RefusedError
from schemaguard.history.folding import fold
from schemaguard.sql.reading.translate import translate

SETUP = """
create table "My shop" (id bigint primary key, "userName" text not null, kind text not null);
create unique index "by name" on "My shop" ("userName");
alter table "My shop" replica identity using index "by name";
"""


def _catalog() -> Catalog:
    return fold(translate(SETUP), Catalog())[1]


def test_a_refusal_says_a_statement_that_can_be_pasted() -> None:
    with pytest.raises(RefusedError) as refused:
        retire_column(_catalog(), Name("My shop"), "userName", 7)
    assert refused.value.next == 'ALTER TABLE public."My shop" REPLICA IDENTITY DEFAULT'


def test_what_retires_and_what_restores_are_each_others_inverse() -> None:
    before = _catalog()
    for found in (retire_column(before, Name("My shop"), "kind", 7), retire_table(before, Name("My shop"), 8)):
        catalog = before
        for statement in (*found.retire, *found.restore):
            catalog = fold(translate(statement), catalog)[1]
        assert [*difference(before, catalog)] == []
