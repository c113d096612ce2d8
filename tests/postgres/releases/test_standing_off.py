"""What was taken off for two models comes back when the last of them has gone forward."""

from pathlib import Path

import psycopg
import pytest

from tests.postgres.releases.pair import CAPS_WRITTEN, Pair, Part

READ: Part = ("transactions", "read", ("id",))
FROM = "create table caps (transaction_id bigint, cap double precision not null)"
ADDED = """\
alter table caps add constraint positive check (cap > 0), add constraint once unique (transaction_id);
alter table caps add foreign key (transaction_id) references transactions (id);
create unique index of_cap on caps (cap)"""
LEFT = """\
select count(*) from (
    select conname from pg_constraint where conrelid = 'caps'::regclass and contype in ('c', 'u', 'f')
    union all select relname from pg_class where relname = 'of_cap') found"""


@pytest.fixture
def writers(each_database: str, tmp_path: Path) -> Pair:
    """fraud and limits write caps, each in a version that knows of no constraint and in one that does."""
    made = Pair(each_database, tmp_path)
    made.open()
    made.ask(FROM)
    for model in ("fraud", "limits"):
        made.serve(model, "1", (CAPS_WRITTEN,))
    made.ask(ADDED)
    for model in ("fraud", "limits"):
        made.serve(model, "2", (CAPS_WRITTEN, READ))
    return made


def write_as_before(two: Pair) -> None:
    """What only a version that knows of no constraint may write."""
    two.ask("insert into caps values (-1, -1), (-1, -1); delete from caps")


def test_a_constraint_that_is_off_for_two_models_comes_back_with_the_last_of_them(writers: Pair) -> None:
    writers.back("limits", dependents=False)
    write_as_before(writers)
    writers.promote_model("fraud", "2")
    write_as_before(writers)
    assert writers.ask(LEFT) == [(0,)]
    writers.promote_model("limits", "2")
    assert writers.ask(LEFT) == [(4,)]
    with pytest.raises(psycopg.Error):
        write_as_before(writers)
    # One after the other, and forward in the other order.
    writers.back(dependents=False)
    writers.back(dependents=False, model="limits")
    writers.promote_model("limits", "2")
    write_as_before(writers)
    writers.promote_model("fraud", "2")
    assert writers.ask(LEFT) == [(4,)]


def test_a_model_that_has_never_gone_back_keeps_nothing_off(writers: Pair) -> None:
    writers.back(dependents=False)
    assert writers.ask(LEFT) == [(0,)]
    writers.promote_model("fraud", "2")
    assert writers.ask(LEFT) == [(4,)]
