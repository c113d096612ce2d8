"""What takes back a change of anything that is not a table, column, constraint or index."""

from schemaguard.catalog import changes as c
from schemaguard.catalog.fold.draft import Draft
from schemaguard.catalog.inverse_value import MAY_STAY, NOTHING, Inverse, instant
from schemaguard.catalog.objects import Catalog, Domain, Name, Table, Trigger, View
from schemaguard.frozen import replace

_RELATIONS = ("table", "view", "materialized view")
_COMMENTED = (*_RELATIONS, "column", "foreign table")


def types(change: c.Change, draft: Draft, _: bool) -> Inverse | None:
    """The inverse of a change of a type."""
    match change:
        case c.CreateEnum(enum=made):
            return instant(c.DropObject("type", draft.placed(made.name)), why=MAY_STAY)
        case c.CreateDomain(domain=domain):
            return instant(c.DropObject("domain", draft.placed(domain.name)), why=MAY_STAY)
        case c.CreateComposite(composite=composite):
            return instant(c.DropObject("type", draft.placed(composite.name)), why=MAY_STAY)
        case c.AddEnumValue(type=name, value=value):
            return Inverse("impossible", why=f"a label of an enum can't be taken away: {value} of {name} stays")
        case c.RenameEnumValue(type=name, value=value, to=to):
            return instant(c.RenameEnumValue(draft.resolve_type(name), to, value))
        case c.AlterDomain():
            return _domain_back(change, draft)
        case c.AlterComposite(action=action, attribute=attribute, to=to):
            if action.lower().startswith("rename") and isinstance(to, str):
                return instant(c.AlterComposite(draft.resolve_type(change.type), action, to, attribute))
            lossy = action.lower().startswith(("drop", "alter"))
            return Inverse("lossy", why="the attribute's values are gone") if lossy else instant(why=MAY_STAY)
        case _:
            return None


def objects(change: c.Change, draft: Draft, with_guard: bool) -> Inverse | None:
    """The inverse of a change of a view, sequence, function, schema or extension."""
    match change:
        case c.CreateView(view=view):
            return _view_back(change, draft.views.get(draft.placed(view.name)), draft)
        case c.CreateSequence(sequence=sequence):
            return instant(c.DropObject("sequence", draft.placed(sequence.name)), why=MAY_STAY)
        case c.AlterSequence(restarts=True):
            return Inverse("lossy", why="the number that the sequence stood at is lost")
        case c.AlterSequence(sequence=name):
            known = draft.sequences.get(draft.resolve(name))
            owned = known.owned_by if known is not None else None
            return instant(c.AlterSequence(draft.resolve(name), owned, owned is None))
        case c.CreateFunction(function=function):
            key = (draft.placed(function.name), function.arguments)
            if key in draft.functions:
                return instant(c.CreateFunction(draft.functions[key], or_replace=True))
            kind = function.kind
            return instant(c.DropObject(kind, key[0], arguments=function.arguments), why=MAY_STAY)
        case c.AlterFunction():
            return _function_back(change, draft)
        case c.CreateSchema(schema=schema):
            return instant(c.DropObject("schema", Name(schema)), why=MAY_STAY)
        case c.CreateExtension(extension=extension):
            return instant(c.DropObject("extension", Name(extension)), why=MAY_STAY)
        case c.DropObject():
            return _object_again(change, draft, with_guard)
        case c.ChangeSymbol():
            return _symbol_back(change)
        case c.RenameObject(kind=kind, object=name, to=to, on=on):
            owner = draft.resolve(on) if on is not None else None
            return instant(c.RenameObject(kind, Name(to, _resolved(kind, name, draft).schema), name.name, owner))
        case c.MoveObject(kind=kind, object=name, schema=schema):
            was = _resolved(kind, name, draft)
            return instant(c.MoveObject(kind, Name(name.name, schema), was.schema or "public"))
        case _:
            return None


def _symbol_back(change: c.ChangeSymbol) -> Inverse:
    """What takes back a change of an operator, a cast, a collation, or a text search object."""
    if change.is_new:
        return instant(why=MAY_STAY)
    if change.to is None or change.changes_meaning:
        return Inverse("impossible", why=f"what {change.symbol.in_words} was isn't kept")
    return Inverse("impossible", why=f"{change.symbol.in_words} gets its old name by hand alone")


def _function_back(change: c.AlterFunction, draft: Draft) -> Inverse:
    """What gives a function its own ways again; None of them is certain where several have its name."""
    name = draft.placed(change.function)
    known = [f for (n, arguments), f in draft.functions.items() if n == name and change.arguments in (None, arguments)]
    if len(known) != 1:
        return Inverse("impossible", why="it isn't known how the function ran before")
    strict = known[0].strict if change.strict is not None else None
    path = known[0].search_path if change.search_path is not None else None
    definer = known[0].is_definer if change.is_definer is not None else None
    return instant(c.AlterFunction(name, known[0].arguments, strict, path, definer))


def _resolved(kind: str, name: Name, draft: Draft) -> Name:
    """The object's name with its schema, found as its kind is."""
    match kind:
        case "type" | "domain":
            return draft.resolve_type(name)
        case "function" | "procedure" | "aggregate":
            return draft.resolve_function(name)
        case _:
            return draft.resolve(name)


def _view_back(change: c.CreateView, old: View | None, draft: Draft) -> Inverse:
    name = draft.placed(change.view.name)
    kind: c.ObjectKind = "materialized view" if change.view.materialized else "view"
    if old is None:
        return instant(c.DropObject(kind, name), why=MAY_STAY)
    if change.if_not_exists:
        return NOTHING
    names = [
        [column.name for column in view.columns] if view.columns is not None else None for view in (old, change.view)
    ]
    if names[0] is not None and names[0] == names[1]:
        return instant(c.CreateView(old, or_replace=True))
    if any(True for _ in draft.uses(name)):
        return Inverse("impossible", why=f"view {name} can't lose a column while others stand on it")
    again = _view_again(old, draft)
    return replace(again, changes=(c.DropObject(kind, name), *again.changes))


def _view_again(view: View, draft: Draft) -> Inverse:
    """The view made anew, with its indexes, grants, comment and owner."""
    if any(trigger.definition is None for trigger in view.triggers):
        return Inverse("impossible", why=f"only the server can spell the triggers of view {view.name}")
    kind: c.ObjectKind = "materialized view" if view.materialized else "view"
    changes: list[c.Change] = [c.CreateView(view)]
    changes += [c.CreateIndex(index, index.name) for index in draft.indexes_on(view.name)]
    changes += [c.GrantAccess(kind, view.name, (grant,)) for grant in view.grants]
    changes += [change for trigger in view.triggers for change in _trigger_again(view.name, trigger)]
    if view.comment is not None:
        changes.append(c.SetComment(kind, view.name, None, view.comment))
    if view.owner is not None:
        changes.append(c.ChangeOwner(kind, view.name, view.owner))
    return Inverse("slow", tuple(changes), "its query runs anew") if view.materialized else instant(*changes)


def _domain_back(change: c.AlterDomain, draft: Draft) -> Inverse:
    name = draft.resolve_type(change.domain)
    domain = draft.domains.get(name)
    if domain is None:
        return Inverse("impossible", why=f"what domain {name} was before isn't known")
    match change.action.lower():
        case "set not null":
            return NOTHING if domain.not_null else instant(c.AlterDomain(name, "drop not null"))
        case "drop not null":
            if not domain.not_null:
                return NOTHING
            return Inverse("slow", (c.AlterDomain(name, "set not null"),), "every column of it is read")
        case "set default" | "drop default":
            if domain.default is None:
                return instant(c.AlterDomain(name, "drop default"))
            return instant(c.AlterDomain(name, "set default", default=domain.default))
        case "add constraint":
            return _domain_check_away(change, domain, draft)
        case "drop constraint":
            known = next((check for check in domain.checks if check.name == change.constraint), None)
            if known is None:
                return NOTHING
            again = c.AlterDomain(name, "add constraint", check=replace(known, valid=False))
            return instant(again, why="added again without checking the values")
        case "rename constraint":
            return instant(
                c.AlterDomain(name, "rename constraint", constraint=change.default, default=change.constraint)
            )
        case _:
            return NOTHING


def _domain_check_away(change: c.AlterDomain, before: Domain, draft: Draft) -> Inverse:
    after = applied(change, draft)
    domain = after.domains.get(before.name) if after is not None else None
    old = {check.name for check in before.checks}
    made = [check.name for check in domain.checks if check.name not in old] if domain is not None else []
    return instant(*(c.AlterDomain(before.name, "drop constraint", constraint=name) for name in made))


def applied(change: c.Change, draft: Draft) -> Catalog | None:
    """The catalog after the change, None where the server refuses it."""
    from schemaguard.catalog.apply import Refusal, apply

    try:
        return apply(change, draft.freeze())
    except Refusal:
        # What the server refuses has no name to take back.
        return None


def _object_again(change: c.DropObject, draft: Draft, with_guard: bool) -> Inverse:
    name = draft.resolve(change.object)
    match change.kind:
        case "view" | "materialized view" if name in draft.views:
            if change.cascade:
                return Inverse("lossy", why="what CASCADE takes along doesn't come back")
            return _view_again(draft.views[name], draft)
        case "type" if (enum := draft.enums.get(draft.resolve_type(change.object))) is not None:
            return Inverse("lossy" if change.cascade else "instant", (c.CreateEnum(enum),))
        case "domain" if (domain := draft.domains.get(draft.resolve_type(change.object))) is not None:
            return Inverse("lossy" if change.cascade else "instant", (c.CreateDomain(domain),))
        case "trigger" | "policy" if change.on is not None:
            return _part_again(change, draft.table(change.on))
        case "function" | "procedure" | "aggregate":
            resolved = draft.resolve_function(change.object)
            known = [made for key, made in draft.functions.items() if key[0] == resolved]
            if any(made.has_own_access for made in known):
                return Inverse("impossible", why=f"who may call {change.object} wouldn't come back with it")
            if known:
                return instant(*(c.CreateFunction(made) for made in known))
            return Inverse("impossible", why=f"what {change.object} does isn't known")
        case "sequence" | "schema" | "extension" | "database" | "table":
            return Inverse("lossy", why="the deleted data doesn't come back")
        case _ if with_guard:
            return instant(why="its definition is kept when it goes")
        case _:
            return Inverse("impossible", why=f"what {change.kind} {change.object} is isn't known")


def _part_again(change: c.DropObject, table: Table) -> Inverse:
    name = change.object.name
    trigger = next((t for t in table.triggers if t.name == name), None)
    policy = next((p for p in table.policies if p.name == name), None)
    if change.kind == "trigger" and trigger is not None:
        return instant(*_trigger_again(table.name, trigger))
    if change.kind == "policy" and policy is not None:
        return instant(c.CreatePolicy(table.name, policy))
    return Inverse("impossible", why=f"what {change.kind} {name} does isn't known")


def _trigger_again(owner: Name, trigger: Trigger, *, or_replace: bool = False) -> tuple[c.Change, ...]:
    """The trigger made anew; one that is made is enabled."""
    made = c.CreateTrigger(owner, trigger, or_replace)
    return (made,) if trigger.enabled else (made, c.EnableTrigger(owner, trigger.name, enabled=False))


def access(change: c.Change, draft: Draft, _: bool) -> Inverse | None:
    """The inverse of a change of triggers, policies, grants, owners and comments."""
    match change:
        case c.CreateTrigger(table=name, trigger=trigger):
            owner = draft.tables.get(draft.resolve(name)) or draft.views.get(draft.resolve(name))
            old = next((t for t in owner.triggers if t.name == trigger.name), None) if owner is not None else None
            if old is not None:
                return instant(*_trigger_again(draft.resolve(name), old, or_replace=True))
            return instant(c.DropObject("trigger", Name(trigger.name), on=draft.resolve(name)))
        case c.EnableTrigger(table=name, trigger=which, enabled=enabled):
            return instant(c.EnableTrigger(draft.resolve(name), which, not enabled))
        case c.CreatePolicy(table=name, policy=policy):
            known = next((p for p in draft.table(name).policies if p.name == policy.name), None)
            if known is not None:
                return instant(c.CreatePolicy(draft.resolve(name), known, is_alter=True))
            return instant(c.DropObject("policy", Name(policy.name), on=draft.resolve(name)))
        case c.SetRowSecurity(table=name, enabled=enabled, forced=forced):
            table = draft.table(name)
            was = None if enabled is None else table.row_security
            was_forced = None if forced is None else table.force_row_security
            return instant(c.SetRowSecurity(table.name, was, was_forced))
        case c.GrantAccess() | c.RevokeAccess():
            return _access_back(change, draft)
        case c.ChangeOwner(kind=kind, object=name):
            relation: Table | View | None = draft.tables.get(draft.resolve(name)) or draft.views.get(
                draft.resolve(name)
            )
            was_owner = relation.owner if relation is not None else None
            back = (c.ChangeOwner(kind, _resolved(kind, name, draft), was_owner),) if was_owner is not None else ()
            return instant(*back, why="" if back else "to the owner that the database names now")
        case c.SetComment(kind=kind) if kind.lower() not in _COMMENTED:
            return instant(why="a comment that a catalog doesn't hold stays")
        case c.SetComment(object=name, column=column):
            before = _comment(draft, name, column)
            return instant(replace(change, object=draft.resolve(name), comment=before))
        case _:
            return None


def _access_back(change: c.GrantAccess | c.RevokeAccess, draft: Draft) -> Inverse:
    """What the relation's grants were before; for an object whose grants no catalog holds, the opposite statement."""
    name = draft.resolve(change.object)
    before: Table | View | None = draft.tables.get(name) or draft.views.get(name)
    if change.all_in_schema or change.kind not in _RELATIONS or before is None:
        opposite = c.RevokeAccess if isinstance(change, c.GrantAccess) else c.GrantAccess
        return instant(opposite(change.kind, change.object, change.grants, change.all_in_schema))
    after = applied(change, draft)
    left = (after.tables.get(name) or after.views.get(name)) if after is not None else None
    had, has = set(before.grants), set(left.grants if left is not None else ())
    if had == has:
        return NOTHING
    taken = [c.RevokeAccess(change.kind, name, (grant,)) for grant in sorted(has - had, key=str)]
    given = [c.GrantAccess(change.kind, name, (grant,)) for grant in sorted(had - has, key=str)]
    return instant(*taken, *given)


def _comment(draft: Draft, name: Name, column: str | None) -> str | None:
    table, view = draft.tables.get(draft.resolve(name)), draft.views.get(draft.resolve(name))
    if column is None:
        return table.comment if table is not None else view.comment if view is not None else None
    columns = table.columns if table is not None else (view.columns or ()) if view is not None else ()
    return next((known.comment for known in columns if known.name == column), None)
