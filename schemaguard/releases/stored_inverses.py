"""What of a stored inverse an operation carries out: changes of shape that keep every value and run nobody's code.

A migration's role writes down by itself what takes its changes back, and whoever rolls back carries that out with
rights which that role needn't have. So it is judged by what it does, not by what was said of it.
"""

from collections.abc import Iterable

from schemaguard.catalog import changes as c
from schemaguard.catalog.apply import apply
from schemaguard.catalog.calls import calls, casts, tokens
from schemaguard.catalog.converting import is_itself
from schemaguard.catalog.objects import Catalog, Check, Name
from schemaguard.catalog.refusal import Refusal
from schemaguard.catalog.retyping import retyping
from schemaguard.catalog.types import Type, parse_type
from schemaguard.catalog.volatility import STABLE
from schemaguard.frozen import replace
from schemaguard.sql.reading.known_functions import is_harmless
from schemaguard.sql.reading.translate import translate

_SHAPES = (
    c.RenameTable, c.MoveTable, c.SetReplicaIdentity, c.RenameColumn, c.SetNotNull, c.DropNotNull, c.SetDefault,
    c.DropDefault, c.SetIdentity, c.DropConstraint, c.RenameConstraint, c.AlterConstraint, c.CreateIndex, c.DropIndex,
    c.RenameEnumValue,
)  # fmt: skip
"""What computes nothing but the entries of an index, which the server does with the rights of the table's owner."""
_RENAMED = frozenset({"table", "view", "materialized view", "index", "sequence", "type", "domain"})
_WORDS = STABLE | frozenset({"between", "like", "ilike", "from", "case", "when", "then", "else", "varying", "zone"})


def overreach(statements: Iterable[str], catalog: Catalog) -> str | None:
    """The first statement that does anything else, None where there is none: or one that the server would refuse."""
    for statement in statements:
        for change in translate(statement):
            if not _keeps_values(change, catalog):
                return statement
            try:
                catalog = apply(change, catalog)
            except Refusal:
                return statement
    return None


def _keeps_values(change: c.Change, catalog: Catalog) -> bool:
    match change:
        case c.RetypeColumn():
            return _is_conversion(change, catalog)
        case c.AddConstraint(constraint=Check(valid=is_checked)):
            return not is_checked
        case c.AddConstraint():
            return True
        case c.AlterDomain(check=check):
            return check is None or not check.valid
        case c.AlterComposite(action=action):
            return action.lower().startswith("rename")
        case c.AlterSequence(restarts=restarts):
            return not restarts
        case c.RenameObject(kind=kind) | c.MoveObject(kind=kind):
            return kind in _RENAMED
        case c.CreateView(view=view, or_replace=True):
            # Another's view keeps its owner, whose rights its query has; none is made here with the operator's.
            return not view.materialized and catalog.resolve(view.name) in catalog.views
        case _:
            return isinstance(change, _SHAPES)


def _is_conversion(change: c.RetypeColumn, catalog: Catalog) -> bool:
    """Whether every value stays what it is or is refused, and no CHECK that is tried again calls a user's function."""
    table = catalog.tables.get(catalog.resolve(change.table))
    column = table.column(change.column) if table is not None else None
    if table is None or column is None:
        return False
    new = _resolved(change.type, catalog)
    if not _is_plain(column.type, catalog) or not _is_plain(new, catalog):
        return False
    if not is_itself(change.using, change.column, column.type, new) or retyping(column.type, new).loses:
        return False
    own = {name.name for name, _ in catalog.functions}
    checks = (each for each in table.constraints if isinstance(each, Check) and change.column in each.columns)
    return all(_runs_no_code(each.definition, own, catalog) for each in checks)


def _runs_no_code(text: str, own: set[str], catalog: Catalog) -> bool:
    """As far as its text shows; the server is asked as well, once the table is locked (control/inverses.py)."""
    if "operator" in tokens(text):
        return False
    types = (parse_type(name) if schema is None else Type(name, schema) for name, schema in casts(text))
    if not all(_is_plain(_resolved(each, catalog), catalog) for each in types):
        return False
    return all(_is_servers_own(call.name, call.schema, own) for call in calls(text))


def _is_servers_own(name: str, schema: str | None, own: set[str]) -> bool:
    return schema in (None, "pg_catalog") and name not in own and (name in _WORDS or is_harmless(name))


def _is_plain(type_: Type, catalog: Catalog) -> bool:
    return type_.is_built_in or Name(type_.name, type_.schema) in catalog.enums


def _resolved(type_: Type, catalog: Catalog) -> Type:
    """An enum with the schema in which the search_path finds it."""
    if type_.is_built_in or type_.schema is not None:
        return type_
    schema = next((each for each in catalog.search_path if Name(type_.name, each) in catalog.enums), None)
    return replace(type_, schema=schema)
