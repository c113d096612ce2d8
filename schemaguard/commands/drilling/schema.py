"""Scenarios in which the schema or another model is in the way: a dropped column, half a migration, a reader."""

from collections.abc import Mapping
from typing import Any

from schemaguard.adapters.control import drilling, situation
from schemaguard.catalog.objects import Name
from schemaguard.commands.contracts.publish import publish
from schemaguard.commands.drilling.sandbox import ACTOR, SHARES, NotCoveredError, Sandbox
from schemaguard.commands.promote import promote
from schemaguard.commands.rollback import rollback
from schemaguard.contracts import digests
from schemaguard.contracts.contract import ContractFile, ContractTable
from schemaguard.errors import RefusedError, SchemaguardError
from schemaguard.releases.release import Intent
from schemaguard.sql.writing.identifiers import qualified, quote

_READER = "schemaguard-drill-reader"
_COLUMN = "schemaguard_drill_answer"


def schema_and_traffic(box: Sandbox) -> None:
    """A column goes that the stable version reads, while the canary has traffic and fails."""
    trigger = box.trigger("goes back for a share of failures", *SHARES, action="rollback", is_null=False)
    table, column = _droppable(box)
    box.start()
    box.from_here()
    text = f"ALTER TABLE {table} DROP COLUMN {quote(column)}"
    box.connection.execute("set schemaguard.permit = ''")
    try:
        drilling.apply_migration(box.url, text)
        told = "retired"
    except RefusedError:
        told = "refused"
    box.moment(0, f"{text}: {told}")
    box.reads_everything(box.ground.stable)
    done = box.fail(box.supposed(trigger))
    box.gone_back(done, trigger)
    box.reads_everything(box.ground.stable)


def _droppable(box: Sandbox) -> tuple[str, str]:
    """A column that the stable version reads and that no key needs."""
    with box.site() as site:
        now = site.database.now(box.model)
    contract = now.releases[box.ground.stable].contract
    for part in contract.tables:
        name = now.catalog.resolve(part.table)
        table = now.catalog.tables.get(name)
        if part.access != "read" or table is None:
            continue
        bound = {each for one in table.constraints for each in getattr(one, "columns", ())}
        for promise in part.promises:
            if promise.column not in bound and table.column(promise.column) is not None:
                return qualified(Name(name.name, name.schema or "public")), promise.column
    raise NotCoveredError(f"{box.ground.stable} reads no column that a migration could drop")


def half_done_migration(box: Sandbox) -> None:
    """An index that was being built when its migration was killed."""
    table = _read_table(box)
    name = drilling.leave_invalid_index(box.connection, table)
    box.from_here()
    try:
        box.start()
        why = ""
    except RefusedError as error:
        why = error.what
    box.check("the start of a canary is refused", bool(why) and box.pointer().epoch == box.epoch_before)
    box.check("the refusal names what is half done", name in why, why if name not in why else "")
    drilling.drop_index(box.connection, table[0], name)
    try:
        box.start()
        why = ""
    except SchemaguardError as error:
        why = error.what
    box.check("once it is repaired, it starts", not why, why)


def _read_table(box: Sandbox) -> tuple[str, str]:
    with box.site() as site:
        now = site.database.now(box.model)
    for part in now.releases[box.ground.canary].contract.tables:
        name = now.catalog.resolve(part.table)
        if name in now.catalog.tables:
            return name.schema or "public", name.name
    raise NotCoveredError(f"{box.ground.canary} names no table")


def dependent(box: Sandbox) -> None:
    """Another model reads what only the newer version writes."""
    with box.site() as site:
        bound = {each.version: each for each in site.database.bound() if each.contract.model == box.model}
        catalog = site.database.catalog()
    source = bound[box.ground.canary]
    part = next((each for each in source.contract.tables if each.access == "write"), None)
    if part is None:
        raise NotCoveredError(f"{box.ground.canary} writes nothing that another model could read")
    name = catalog.resolve(part.table)
    box.promote()
    drilling.add_column(box.connection, (name.schema or "public", name.name), _COLUMN)
    newer = f"{box.ground.canary}-drill-writes"
    _publish(box, box.model, newer, _writes_more(source.document, part, box.model, newer))
    _publish(box, _READER, "1", _reads(source.document, part, _READER))
    box.promote(newer)
    with box.site() as site:
        promote(site, _READER, "1", Intent(ACTOR, "drill"), verify=False, finish=True)
    box.from_here()
    try:
        with box.site() as site:
            rollback(site, box.model, Intent(ACTOR, "drill"), finish=True)
        why = ""
    except SchemaguardError as error:
        why = f"{error.what} {error.at}"
    box.check("going back is refused", bool(why) and box.pointer().epoch == box.epoch_before)
    box.check("the refusal names who reads it", _READER in why, why if _READER not in why else "")


def _publish(box: Sandbox, model: str, version: str, document: Mapping[str, Any]) -> None:
    contract = situation.contract_of(document, f"drill/{model}-{version}.odcs.yaml", digests.digest(document))
    with box.site() as site:
        publish(ContractFile(contract, document), version, None, site.database, ACTOR)


def renamed(document: Mapping[str, Any], model: str, version: str) -> dict[str, Any]:
    """A contract's document for another model or version."""
    values = {"modelName": model, "modelVersion": version}
    properties = [
        {**each, "value": values[each["property"]]}
        if each.get("vendor") == digests.VENDOR and each.get("property") in values
        else each
        for each in document.get("customProperties", ())
    ]
    return {**document, "id": f"urn:schemaguard:model:{model}:{version}", "customProperties": properties}


def _writes_more(document: Mapping[str, Any], part: ContractTable, model: str, version: str) -> dict[str, Any]:
    told = renamed(document, model, version)
    extra = {"name": _COLUMN, "physicalType": "text", "required": False}
    return {
        **told,
        "schema": [
            {**each, "properties": [*each.get("properties", ()), extra]} if _is_written(each, part) else each
            for each in told["schema"]
        ],
    }


def _reads(document: Mapping[str, Any], part: ContractTable, model: str) -> dict[str, Any]:
    told = renamed(document, model, "1")
    written = next(each for each in told["schema"] if _is_written(each, part))
    access = [
        {**each, "value": "read"} if each.get("property") == "access" else each for each in written["customProperties"]
    ]
    column = {"name": _COLUMN, "physicalType": "text", "required": False}
    return {**told, "schema": [{**written, "customProperties": access, "properties": [column]}]}


def _is_written(table: Mapping[str, Any], part: ContractTable) -> bool:
    named = str(table.get("physicalName") or table.get("name"))
    writes = any(
        each.get("property") == "access" and each.get("value") == "write" for each in table.get("customProperties", ())
    )
    return writes and named.rpartition(".")[2] == part.table.name
