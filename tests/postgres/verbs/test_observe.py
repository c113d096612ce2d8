"""`schemaguard contracts observe` on servers that really count their statements."""

import io
import json
import re
import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
import pytest
from inline_snapshot import snapshot
from psycopg import sql
from rich.console import Console

from schemaguard.adapters.files.contracts import read_files
from schemaguard.adapters.postgres import statements
from schemaguard.contracts.observation import Observation, observe
from schemaguard.report.contracts import observe as report
from tests.conftest import OTHERS, running
from tests.postgres.verbs.conftest import REFERENCE
from tests.postgres.verbs.site import TABLES, Site

SECRET = "4111111111111111"


@pytest.fixture(scope="module", params=OTHERS)
def counting(request: pytest.FixtureRequest) -> Iterator[str]:
    """A server that counts statements; the embedded one has no extension that does."""
    settings = ("shared_preload_libraries=pg_stat_statements", "pg_stat_statements.track_utility=on")
    with running(request.param, *settings) as url:
        with psycopg.connect(url, autocommit=True) as connection:
            for role in ("serving", "analyst", "nightly"):
                connection.execute(sql.SQL("create role {} login").format(sql.Identifier(role)))
        yield url


@pytest.fixture
def observed(
    counting: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Site]:
    """The reference project's tables in a database of their own; nobody has read them yet."""
    name = f"t{uuid.uuid4().hex[:12]}"
    path, mark, query = counting.partition("?")
    url = f"{path.rsplit('/', 1)[0]}/{name}{mark}{query}"
    with psycopg.connect(counting, autocommit=True) as administrator:
        administrator.execute(sql.SQL("create database {}").format(sql.Identifier(name)))
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(TABLES.encode())
            connection.execute("create extension pg_stat_statements")
            connection.execute("grant select, insert, update on all tables in schema public to serving, nightly")
            connection.execute("grant select on all tables in schema public to analyst")
            connection.execute("select pg_stat_statements_reset()")
        shutil.copytree(REFERENCE, tmp_path / "contracts" / "fraud")
        (tmp_path / "contracts" / "fraud" / "8.odcs.yaml").unlink()
        monkeypatch.chdir(tmp_path)
        monkeypatch.setenv("SCHEMAGUARD_DATABASE_URL", url)
        yield Site(url, tmp_path, "", monkeypatch, capsys)
        administrator.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))


def ran(site: Site, role: str, *texts: str, **settings: str) -> None:
    """Statements that a role runs on a connection of its own."""
    path, mark, query = site.url.partition("?")
    url = f"postgresql://{role}@/{path.rsplit('/', 1)[1]}{mark}{query}"
    options = "".join(f"&options={quote(f'-c {key}={value}')}" for key, value in settings.items())
    with psycopg.connect(url + options, autocommit=True) as connection:
        for text in texts:
            if text.startswith("copy"):
                with connection.cursor().copy(text.encode()) as copy:
                    list(copy)
            else:
                connection.execute(text.encode())


def serve(site: Site) -> None:
    """What fraud 7 declares, read and written."""
    ran(
        site,
        "serving",
        (REFERENCE / "fraud-7.sql").read_text().replace("%(transaction_id)s", "1"),
        "select id from transactions where id in (1, 2, 3)",
        "insert into predictions values (1, 0.5, '7') on conflict (transaction_id) do update set score = excluded.score"
        " returning transaction_id",
    )


def told(site: Site, *options: str) -> tuple[int, dict[str, Any]]:
    done = site.run("contracts", "observe", "--format", "json", *options)
    return done.code, json.loads(done.out)


def compared(site: Site) -> Observation:
    """The comparison as a value."""
    files = read_files(site.folder / "contracts", site.folder)
    return observe(statements.read(site.url), [("fraud@7", file.contract) for file in files])


def test_what_is_declared_and_read_is_no_finding(observed: Site) -> None:
    serve(observed)
    code, seen = told(observed)
    assert code == 0
    assert {(each["role"], each["table"]) for each in seen["readings"]} == {
        ("serving", "transactions"),
        ("serving", "merchants"),
        ("serving", "predictions"),
    }
    assert all(each["declared_by"] == ["fraud@7"] for each in seen["readings"])
    assert seen["never_read"] == seen["unreadable"] == []


def test_an_undeclared_reader_is_found_by_role_with_the_columns_that_nobody_declares(observed: Site) -> None:
    observed.ask("alter table transactions add column note text")
    observed.ask("grant select on transactions to analyst")
    serve(observed)
    ran(observed, "analyst", f"select count(*), max(note) from transactions t where t.note = '{SECRET}'")
    code, seen = told(observed)
    assert code == 1
    assert [
        (each["role"], each["table"], each["columns"], each["in_no_contract"]) for each in seen["readings"][:1]
    ] == [("analyst", "transactions", ["note"], ["note"])]
    assert seen["readings"][0]["declared_by"] == []
    assert told(observed, "--without-role", "analyst")[0] == 0


def test_a_reader_of_a_table_that_is_only_written_under_contract_is_undeclared(observed: Site) -> None:
    ran(observed, "analyst", "select avg(score) from predictions", "select count(*) from predictions")
    code, seen = told(observed)
    assert code == 1
    assert seen["readings"][0]["table"] == "predictions"
    assert seen["readings"][0]["columns"] == ["score"]
    assert seen["readings"][0]["calls"] == 2


def test_a_contract_whose_window_is_over_covers_nobody(observed: Site) -> None:
    serve(observed)
    assert told(observed)[0] == 0
    observed_file = observed.contracts / "7.odcs.yaml"
    text = observed_file.read_text()
    head, mark, tail = text.partition("customProperties:")
    observed_file.write_text(f'{head.rstrip()}\n  - {{property: endOfSupport, value: "2020-01-01"}}\n{mark}{tail}')
    refused = observed.run("contracts", "observe")
    assert refused.code == 2
    assert "no contract is in its release window, so no reader is declared" in refused.words


def test_readers_are_followed_through_views_writes_cursors_and_copies(observed: Site) -> None:
    observed.ask("create view spending as select merchant_id, sum(amount) as total from transactions group by 1")
    observed.ask("grant select on spending to analyst")
    ran(observed, "analyst", "select total from spending where merchant_id = 1")
    ran(observed, "analyst", "copy (select occurred_at from transactions) to stdout")
    ran(observed, "analyst", "begin; declare c cursor for select channel from transactions; commit")
    ran(observed, "nightly", "update predictions set score = 0 from transactions t where t.id = transaction_id")
    _, seen = told(observed)
    by_role = {(each["role"], each["table"]): each for each in seen["readings"]}
    columns = by_role["analyst", "transactions"]["columns"]
    assert {"merchant_id", "amount", "occurred_at", "channel"} <= set(columns)
    assert by_role["nightly", "transactions"]["columns"] == ["id"]
    # It writes the table, and fraud 7 declares that it writes this column: whoever writes may look at what it writes.
    assert by_role["nightly", "predictions"]["declared_by"] == ["fraud@7"]
    never = {(each["table"], column) for each in seen["never_read"] for column in each["columns"]}
    assert ("transactions", "channel") not in never
    assert ("merchants", "risk") in never


def test_names_are_looked_up_on_the_search_path_of_the_role(observed: Site) -> None:
    observed.ask("create schema shadow; create table shadow.transactions (note text)")
    observed.ask("grant usage on schema shadow to nightly; grant select on shadow.transactions to nightly")
    database = observed.ask("select current_database()")[0][0]
    observed.ask(f"alter role nightly in database {database} set search_path = shadow, public")
    ran(observed, "nightly", "select note from transactions")
    code, seen = told(observed)
    assert code == 0
    assert seen["readings"] == []


def test_what_cannot_be_read_is_counted_and_makes_never_uncertain(observed: Site) -> None:
    serve(observed)
    ran(observed, "analyst", "do $$ begin perform risk from merchants; end $$")
    code, seen = told(observed)
    assert code == 0
    assert [(each["role"], each["names"]) for each in seen["unreadable"]] == [("analyst", ["merchants"])]
    ran(observed, "analyst", "select 1")
    observed.rewrite("7", "name: risk,", "name: id2, physicalName: risk2,")
    _, seen = told(observed)
    assert [(each["columns"], each["certain"]) for each in seen["never_read"]] == [(["risk2"], False)]


def test_a_statement_whose_text_the_server_has_lost_may_have_read_anything(observed: Site) -> None:
    serve(observed)
    observed.rewrite("7", "name: risk,", "name: id2, physicalName: risk2,")
    ran(observed, "analyst", "select risk from merchants")
    ((folder,),) = observed.ask("show data_directory")
    # What can't be read as a file is as good as gone: the server goes on counting, without texts.
    texts = Path(folder, "pg_stat_tmp/pgss_query_texts.stat")
    texts.rename(texts.with_suffix(".kept"))
    texts.mkdir()
    try:
        _, seen = told(observed)
        said = observed.run("contracts", "observe").out
    finally:
        texts.rmdir()
        texts.with_suffix(".kept").rename(texts)
    assert {"analyst", "serving"} <= {each["role"] for each in seen["unreadable"]}
    assert {each["reason"] for each in seen["unreadable"]} == {"the server has lost its text"}
    assert {each["certain"] for each in seen["never_read"]} == {False}
    assert "perhaps any table in a statement of" in " ".join(said.split())


def test_no_literal_of_a_statement_is_ever_printed(observed: Site) -> None:
    odd = f"copy (select '{SECRET}' from transactions where channel = '{SECRET}' and {SECRET} > 0) to stdout"
    ran(observed, "analyst", odd, f"do $$ begin perform '{SECRET}' from merchants; end $$")
    held = observed.ask("select count(*) from pg_stat_statements where query like %s", f"%{SECRET}%")
    assert held[0][0] >= 1
    for output in ("text", "json"):
        done = observed.run("contracts", "observe", "--format", output)
        assert "transactions" in done.out
        assert SECRET not in done.out + done.err


@pytest.mark.parametrize("width", [80, 120])
def test_the_report_fits_a_terminal_and_obeys_no_name(observed: Site, width: int) -> None:
    observed.ask('alter table transactions add column "odd \x1b[31m" text')
    observed.ask("grant select on transactions to analyst")
    serve(observed)
    ran(observed, "analyst", 'select channel, occurred_at, "odd \x1b[31m" from transactions')
    out = io.StringIO()
    seen = compared(observed)
    report.show(seen, Console(file=out, force_terminal=True, color_system=None, width=width), "folder contracts")
    assert max(map(len, out.getvalue().splitlines())) <= width
    assert "\x1b[31m" not in out.getvalue()


def test_a_pipe_gets_plain_text(observed: Site) -> None:
    ran(
        observed,
        "serving",
        "select id, merchant_id, amount, occurred_at from transactions",
        "select count(*) from merchants",
    )
    ran(observed, "analyst", "select score from predictions", "do $$ begin perform risk from merchants; end $$")
    said = re.sub(r"queryid -?\d+", "queryid N", observed.run("contracts", "observe").out)
    said = re.sub(r"since [-\d]+ [:\d]+", "since THEN", re.sub(r"\d+ statements", "N statements", said))
    said = re.sub(r"folder .* install", "SOURCE", said)
    assert said == snapshot("""\
role     table         reads                                 in no contract  calls  declared by
analyst  predictions   score                                 score           1      nobody
serving  merchants     only its rows                                         1      fraud@7
serving  transactions  amount, id, merchant_id, occurred_at                  1      fraud@7
next        give each undeclared reader a contract; schemaguard contracts show prints an example
            pg_stat_statements has what they ran: queryid N
NEVER READ  transactions.channel, which fraud@7 declares
NEVER READ  merchants.id, merchants.risk, which fraud@7 declares, unless by a statement that couldn't be read
UNREADABLE  merchants in a statement of analyst: what DO reads isn't known (queryid N, 1 call)
N statements since THEN · SOURCE · statements inside functions aren't recorded (pg_stat_statements.track is top)
UNDECLARED  predictions read by analyst  2 declared reads never seen · 1 statement unreadable
""")


def test_each_reason_that_it_cannot_tell_says_what_to_do(
    observed: Site, database15: str, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, mark, query = observed.url.partition("?")
    hidden = f"postgresql://analyst@/{path.rsplit('/', 1)[1]}{mark}{query}"
    serve(observed)
    refused = observed.run("contracts", "observe", "--database-url", hidden)
    assert (refused.code, "grant pg_read_all_stats" in refused.words) == (2, True)
    assert "other roles are hidden from analyst" in refused.words

    absent = observed.run("contracts", "observe", "--database-url", database)
    assert (absent.code, "isn't installed in this database" in absent.words) == (2, True)
    assert "CREATE EXTENSION pg_stat_statements" in absent.words

    with psycopg.connect(database15, autocommit=True) as connection:
        connection.execute("create extension pg_stat_statements")
    idle = observed.run("contracts", "observe", "--database-url", database15)
    assert (idle.code, "is installed but not loaded" in idle.words) == (2, True)
    assert "shared_preload_libraries" in idle.words


def test_what_was_seen_can_be_imported_as_contracts_a_role_each(observed: Site) -> None:
    (observed.folder / "migrations").mkdir()
    (observed.folder / "migrations" / "0001.sql").write_text(TABLES)
    ran(observed, "analyst", "select max(amount) from transactions where channel = 'pos'")
    ran(observed, "nightly", "select count(*) from merchants")
    ran(observed, "serving", "select 1")
    said = observed.done("contracts", "import", "--statements", "--without", "postgres", "--migrations", "migrations")
    assert "2 readers: 2 new" in said
    text = (observed.folder / "contracts/role-analyst/role-analyst.odcs.yaml").read_text()
    assert "{name: amount," in text
    assert "{name: channel," in text
    assert "{name: id," not in text
    assert "properties: []" in (observed.folder / "contracts/role-nightly/role-nightly.odcs.yaml").read_text()
