"""Great Expectations' suites → readers, one a suite: the columns that its expectations look at.

A suite is a file of JSON and names no table; the project's validation definitions (before 1.0: checkpoints) say what it
is held against, and great_expectations.yml what table that is:
https://docs.greatexpectations.io/docs/core/define_expectations/organize_expectation_suites
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from schemaguard.catalog.objects import Catalog, Name
from schemaguard.contracts import document
from schemaguard.errors import ContractError
from schemaguard.frozen import dataclass, field
from schemaguard.importing.found import (
    DESCRIPTION,
    Columns,
    FoundReader,
    FoundReaders,
    all_columns,
    columns_meant,
    consumer_name,
    known_relation,
    merged,
    sql_name,
)
from schemaguard.importing.queries import reads_of_query
from schemaguard.sql.writing.identifiers import quote

_COLUMNS = ("column", "column_A", "column_B")
_LISTS = ("column_list", "column_set")
_QUERIES = ("unexpected_rows_query", "query")


@dataclass(frozen=True, slots=True)
class GxAsset:
    """What data is: a table, or a query."""

    table: tuple[str, ...] = ()
    query: str = ""
    parted_by: tuple[str, ...] = ()
    """Columns by which its rows are divided into batches."""


@dataclass(frozen=True, slots=True)
class GxSuite:
    """The expectations of one suite."""

    name: str
    columns: tuple[str, ...]
    conditions: tuple[str, ...] = ()
    """Texts that choose rows."""
    queries: tuple[str, ...] = ()
    """Queries that look for rows; `{batch}` stands for the data."""


@dataclass(frozen=True, slots=True)
class GxProject:
    """What suites are held against."""

    assets: Mapping[tuple[str, str], GxAsset] = field(default_factory=dict)
    """(data source, asset) → the data."""
    held: tuple[tuple[str, str, str], ...] = ()
    """(suite, data source, asset)."""


def read_suite(text: str, file: str) -> GxSuite:
    """The suite of a file. Raises ContractError where it isn't one."""
    data = _json(text, file)
    if not isinstance(data, dict) or not isinstance(data.get("expectations"), list):
        raise ContractError("this isn't a suite of Great Expectations", at=file, next="name a file of expectations/")
    try:
        return _suite(data)
    except (AttributeError, KeyError, TypeError, RecursionError) as error:
        raise ContractError(f"the suite is damaged: {error!r}", at=file, next="take it from git again") from error


def _suite(data: dict[str, Any]) -> GxSuite:
    name = data.get("name") or data.get("expectation_suite_name")
    if not name:
        raise KeyError("name")
    columns: dict[str, None] = {}
    conditions, queries = [], []
    for expectation in data["expectations"]:
        said = expectation.get("kwargs") or {}
        columns |= dict.fromkeys(str(said[key]) for key in _COLUMNS if isinstance(said.get(key), str))
        columns |= dict.fromkeys(str(one) for key in _LISTS for one in said.get(key) or ())
        condition = said.get("row_condition")
        if isinstance(condition, str):
            conditions.append(condition)
        elif condition:
            columns |= dict.fromkeys(_of_condition(condition))
        queries += [str(said[key]) for key in _QUERIES if said.get(key)]
    return GxSuite(str(name), tuple(columns), tuple(conditions), tuple(queries))


def _of_condition(condition: Any) -> Iterator[str]:
    """The columns that a condition compares, however it is nested."""
    if isinstance(condition, dict):
        column = condition.get("column")
        if isinstance(column, dict) and "name" in column:
            yield str(column["name"])
        for part in condition.values():
            yield from _of_condition(part)
    elif isinstance(condition, list):
        for part in condition:
            yield from _of_condition(part)


def read_project(
    config: str, file: str, definitions: Iterable[tuple[str, str]], checkpoints: Iterable[tuple[str, str]] = ()
) -> GxProject:
    """A project's data and what is held against it, from texts with the names of their files.

    Raises ContractError with the file that can't be read.
    """
    at = file
    try:
        assets = dict(_assets(document.read(config, file, DESCRIPTION).data or {}))
        held = []
        for text, at in definitions:
            said = _json(text, at)
            held.append((said["suite"]["name"], said["data"]["datasource"]["name"], said["data"]["asset"]["name"]))
        for text, at in checkpoints:
            held += _checked(document.read(text, at, DESCRIPTION).data or {})
    except (AttributeError, KeyError, TypeError) as error:
        raise ContractError(f"the file is damaged: {error!r}", at=at, next="take it from git again") from error
    return GxProject(assets, tuple((str(suite), str(source), str(asset)) for suite, source, asset in held))


def _assets(config: dict[str, Any]) -> Iterator[tuple[tuple[str, str], GxAsset]]:
    for source, said in (config.get("fluent_datasources") or {}).items():
        assets = said.get("assets") or {}
        for name, asset in assets.items():
            key, parted = (str(source), str(name)), tuple(_parted(asset))
            if asset.get("type") == "query":
                yield key, GxAsset(query=str(asset["query"]), parted_by=parted)
            elif asset.get("type") == "table":
                schema = sql_name(str(asset["schema_name"])) if asset.get("schema_name") else ()
                yield key, GxAsset((*schema, *sql_name(str(asset.get("table_name") or name))), parted_by=parted)


def _parted(asset: dict[str, Any]) -> Iterator[str]:
    listed = asset.get("batch_definitions") or {}
    for definition in listed.values() if isinstance(listed, dict) else listed:
        said = definition.get("partitioner") or {}
        yield from (str(one) for one in (said.get("column_name"), *(said.get("column_names") or ())) if one)


def _checked(checkpoint: dict[str, Any]) -> Iterator[tuple[Any, Any, Any]]:
    """What a checkpoint of a version before 1.0 holds against what."""
    for one in checkpoint.get("validations") or ():
        request, suite = one.get("batch_request") or {}, one.get("expectation_suite_name")
        if suite and request.get("data_asset_name"):
            yield suite, request.get("datasource_name"), request["data_asset_name"]


def _json(text: str, file: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ContractError(f"not JSON: {error}", at=file, next="take it from git again") from error


def suite_readers(suites: Iterable[GxSuite], project: GxProject, catalog: Catalog) -> FoundReaders:
    """Each suite as a reader of the tables that it is held against, as far as the catalog has them."""
    found: list[FoundReader] = []
    left_out: list[str] = []
    for suite in suites:
        notes: dict[str, None] = {}
        reads = merged(_reads(suite, asset, catalog, notes) for asset in _data(suite, project, catalog, notes))
        if not reads:
            left_out.append(f"nothing says which table of the migrations the suite {suite.name} is held against")
            continue
        origin, about = f"great_expectations {suite.name}", f"the suite {suite.name} of Great Expectations"
        found.append(FoundReader(consumer_name("gx", suite.name), origin, reads, about=about, notes=tuple(notes)))
    return FoundReaders(tuple(found), tuple(left_out))


def _data(suite: GxSuite, project: GxProject, catalog: Catalog, notes: dict[str, None]) -> Iterator[GxAsset]:
    held = [(source, asset) for name, source, asset in project.held if name == suite.name]
    for key in held:
        # An asset of a version before 1.0 is called as its table is.
        yield project.assets.get(key) or GxAsset(sql_name(key[1]))
    if held:
        return
    # Nothing says what it is held against: a table of its name, if it has those columns.
    for spelled in dict.fromkeys((suite.name, suite.name.rpartition(".")[0], suite.name.partition(".")[0])):
        table = known_relation(sql_name(spelled), catalog) if spelled else None
        if table is not None and columns_meant(suite.columns, table, catalog) is not None:
            notes[f"nothing says what the suite is held against: {table} is the table of its name"] = None
            yield GxAsset((table.schema or "public", table.name))
            return


def _reads(suite: GxSuite, asset: GxAsset, catalog: Catalog, notes: dict[str, None]) -> Columns:
    if asset.query:
        found = reads_of_query(asset.query, catalog)
        if found.why and found.columns:
            tables = ", ".join(map(str, found.columns))
            notes[f"its query can't be traced ({found.why}): every column of {tables} is taken as read"] = None
        return found.columns
    table = known_relation(asset.table, catalog) if asset.table else None
    if table is None:
        return {}
    every = all_columns(table, catalog)
    columns = columns_meant((*suite.columns, *asset.parted_by), table, catalog)
    if columns is None:
        notes[f"it names columns that {table} doesn't have: every column is taken as read"] = None
        columns = every
    words = {word for text in suite.conditions for word in re.findall(r"\w+", text)}
    beside = merged(_of_query(query, table, catalog, notes) for query in suite.queries)
    return merged(({table: columns | (every & words)}, beside))


def _of_query(query: str, table: Name, catalog: Catalog, notes: dict[str, None]) -> Columns:
    """What a query over the data reads."""
    spelled = f"{quote(table.schema or 'public')}.{quote(table.name)}"
    found = reads_of_query(query.replace("{batch}", spelled), catalog)
    if found.why:
        notes[f"a query can't be traced ({found.why}): every column of {table} is taken as read"] = None
        return merged((found.columns, {table: all_columns(table, catalog)}))
    return found.columns
