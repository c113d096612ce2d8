"""What may stand in a playbook as a condition over a row, and as a query: reading, and nothing else."""

import pytest

from schemaguard.playbooks.predicates import not_a_predicate, not_a_reading_query


@pytest.mark.parametrize(
    "text",
    [
        "score < 0.8",
        "extract(epoch from at) > 5",
        "substring(note from 1 for 3) = 'bad'",
        "a is distinct from b",
        "note like '%select%'",
        "pg_typeof(note) = 'text'::regtype",
        '"from" > 1',
        "nextval > 1",
    ],
)
def test_a_condition_over_the_row_is_one(text: str) -> None:
    assert not_a_predicate(text) == ""


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("pg_terminate_backend(1)", "pg_terminate_backend() does more than read the row"),
        ('"pg_sleep"(9)', "pg_sleep()"),
        ("pg_catalog.pg_advisory_lock (1) is null", "pg_advisory_lock()"),
        ("PG_SLEEP(1) is null", "pg_sleep()"),
        ("set_config('role', 'x', false) = ''", "set_config()"),
        ("lo_export(1, '/tmp/x') = 1", "lo_export()"),
        ("loread(1, 2) = ''", "loread()"),
        ("nextval('s') > 1", "nextval()"),
        ("dblink_exec('x', 'y') = ''", "dblink_exec()"),
        ("query_to_xml('select 1', true, true, '') is null", "query_to_xml()"),
        ("score in (table t)", "TABLE can't stand in it"),
        ("exists (select 1)", "SELECT can't stand in it"),
        ("score from t", "isn't"),
    ],
)
def test_what_does_more_than_read_the_row_is_refused(text: str, words: str) -> None:
    assert words in not_a_predicate(text)


@pytest.mark.parametrize(
    "text",
    [
        "select count(*) from t where at >= :since and at < :until",
        "with a as (select x from t) select * from a",
        "(select x from t) union (select x from u)",
        "table t",
        "select substring(a from 1 for key) from t",
    ],
)
def test_a_query_that_reads_is_one(text: str) -> None:
    assert not_a_reading_query(text) == ""


@pytest.mark.parametrize(
    "text",
    [
        "select pg_reload_conf()",
        "select 1 from t for update",
        "select 1 from t for no key update of t",
        "select 1 from t FOR KEY SHARE",
        "select 1 into x from t",
        "explain analyze select 1",
        "copy (select 1) to program 'x'",
        "with a as (delete from t returning 1) select * from a",
        "values (1)",
        "do $$ begin end $$",
        "select 1; select 2",
        "",
        "select currval('s'), setval('s', 1)",
    ],
)
def test_a_query_that_does_more_is_refused(text: str) -> None:
    assert not_a_reading_query(text) != ""
