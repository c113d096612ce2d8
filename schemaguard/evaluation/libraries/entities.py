"""alembic_utils: `op.create_entity`, `op.replace_entity` and `op.drop_entity` of functions, triggers, views and so on.

The package need not be installed. Source: `to_sql_statement_create`, `…_drop` and `…_create_or_replace` of each kind,
as released.
"""

import re
from collections.abc import Callable, Mapping

import sqlalchemy as sa

from schemaguard.evaluation.effects.connections import send
from schemaguard.evaluation.host.modelled import Call, native
from schemaguard.evaluation.machine.interpreter import Interpreter
from schemaguard.evaluation.values.objects import NOTHING, Arguments, Modelled, Unknown, Unsupported, Value
from schemaguard.frozen import dataclass


@dataclass(frozen=True, slots=True)
class Entity:
    """What an entity says about itself: the statements that make it, drop it, and put it in another's place."""

    create: str
    drop: str
    replace: tuple[str, ...]
    named: Mapping[str, Value]
    """Its attributes."""
    cascades: bool = True


def _words(text: str) -> str:
    return " ".join(text.split())


def _unquoted(text: str) -> str:
    return _words(text).replace('"', "")


def _quoted(text: str) -> str:
    parts = text.split(".", 1)
    return ".".join(f'"{part.strip().strip(chr(34)).strip()}"' for part in parts)


def _body(text: str) -> str:
    return text.strip().rstrip(";").strip()


def _colons_escaped(text: str, *kept: str) -> str:
    """A colon would begin a parameter in `text()`; those of casts and, where they are kept, of assignments don't."""
    pattern = "|".join(re.escape(one) for one in ("::", r"\:", *kept))
    return re.sub(rf"{pattern}|:", lambda found: r"\:" if found[0] == ":" else found[0], text)


def _function(given: Mapping[str, Value]) -> Entity:
    schema, signature = _quoted(_unquoted(given["schema"])), _unquoted(given["signature"])
    is_procedural = "language plpgsql" in _words(given["definition"]).lower().replace("'", "")
    definition = _colons_escaped(_body(given["definition"]), *([":="] if is_procedural else []))
    name, _, parameters = signature.partition("(")
    full = f'{schema}."{name.strip()}"'
    listed = parameters.rpartition(")")[0].split(",")
    types = ", ".join(one[: len(one.lower().split("default", 1)[0])].strip() for one in listed)
    return Entity(
        f"CREATE FUNCTION {full}({parameters} {definition}",
        f"DROP FUNCTION {full}({types})",
        (f"CREATE OR REPLACE FUNCTION {full}({parameters} {definition}",),
        given,
    )


_OF_TRIGGER = re.compile(r"(?P<event>.*?)\sON\s(?P<table>.*?)\s(?P<action>.*)", re.IGNORECASE | re.DOTALL)


def _trigger(given: Mapping[str, Value]) -> Entity:
    schema, signature = _unquoted(given["schema"]), _unquoted(given["signature"])
    on_entity = _unquoted(given["on_entity"])
    on_entity = on_entity if "." in on_entity else f"public.{on_entity}"
    parts = _OF_TRIGGER.match(_colons_escaped(_body(given["definition"])))
    if parts is None:
        raise Unsupported("the definition of a trigger can't be read")
    table = parts["table"].partition(".")[2] or parts["table"]
    constraint = " CONSTRAINT" if given.get("is_constraint") is True else ""
    create = f'CREATE{constraint} TRIGGER "{signature}" {parts["event"]} ON {schema}.{table} {parts["action"]}'
    drop = f'"{signature}" ON {on_entity}'
    return Entity(create, f"DROP TRIGGER {drop}", (f"DROP TRIGGER IF EXISTS {drop};", create), given)


def _view(given: Mapping[str, Value]) -> Entity:
    name = f'{_quoted(_unquoted(given["schema"]))}."{_unquoted(given["signature"])}"'
    definition = _body(given["definition"])
    replaced = (
        f"do $$ begin CREATE OR REPLACE VIEW {name} AS {definition}; exception when others then "
        f"DROP VIEW IF EXISTS {name}; CREATE VIEW {name} AS {definition}; end; $$ language 'plpgsql'"
    )
    return Entity(f"CREATE VIEW {name} AS {definition};", f"DROP VIEW {name}", (replaced,), given)


def _materialized_view(given: Mapping[str, Value]) -> Entity:
    name = f'{_quoted(_unquoted(given["schema"]))}."{_unquoted(given["signature"])}"'
    ending = f"WITH {'' if given.get('with_data', True) else 'NO '}DATA"
    create = f"CREATE MATERIALIZED VIEW {name} AS {_body(given['definition'])} {ending}"
    dropped = f"DROP MATERIALIZED VIEW IF EXISTS {name};"
    return Entity(f"{create};", f"DROP MATERIALIZED VIEW {name}", (dropped, create), given)


def _extension(given: Mapping[str, Value]) -> Entity:
    schema, name = _quoted(_unquoted(given["schema"])), f'"{_unquoted(given["signature"])}"'
    return Entity(f"CREATE EXTENSION {name} WITH SCHEMA {schema};", f"DROP EXTENSION {name}", (), given)


def _policy(given: Mapping[str, Value]) -> Entity:
    on_entity = _unquoted(given["on_entity"])
    name = f"{_unquoted(given['signature'])} on {on_entity if '.' in on_entity else f'public.{on_entity}'}"
    create = f"CREATE POLICY {name} {_colons_escaped(_body(given['definition']))}"
    return Entity(create, f"DROP POLICY {name}", (f"DROP POLICY IF EXISTS {name};", f"{create};"), given)


def _grant(given: Mapping[str, Value]) -> Entity:
    table = f"{_quoted(_unquoted(given['schema']))}.{_quoted(_unquoted(given['table']))}"
    role = _quoted(_unquoted(given["role"]))
    columns = f"( {', '.join(sorted(given['columns']))} )" if given.get("columns") else ""
    option = " WITH GRANT OPTION" if given.get("with_grant_option") is True else ""
    create = f"GRANT {given['grant']} {columns} ON {table} TO {role}{option}"
    drop = f"REVOKE {given['grant']} ON {table} FROM {role}"
    return Entity(create, drop, (drop, create), given, cascades=False)


_PLAIN = ("schema", "signature", "definition")
_KINDS: dict[str, tuple[Callable[[Mapping[str, Value]], Entity], tuple[str, ...], tuple[str, ...]]] = {
    "PGFunction": (_function, _PLAIN, ()),
    "PGTrigger": (_trigger, (*_PLAIN, "on_entity"), ("is_constraint",)),
    "PGView": (_view, _PLAIN, ()),
    "PGMaterializedView": (_materialized_view, _PLAIN, ("with_data",)),
    "PGExtension": (_extension, ("schema", "signature"), ()),
    "PGPolicy": (_policy, (*_PLAIN, "on_entity"), ()),
    "PGGrantTable": (_grant, ("schema", "table", "role", "grant"), ("columns", "with_grant_option")),
}
"""Class → how its statements are made, the arguments that it needs, in order, and those that it may have."""
_GRANTS = ("SELECT", "INSERT", "UPDATE", "REFERENCES", "DELETE", "TRUNCATE", "TRIGGER")
_GRANT_CHOICES = Modelled("PGGrantTableChoice", lambda _, name: name if name in _GRANTS else NOTHING)


def _made_by(kind: str) -> Call:
    make, needed, further = _KINDS[kind]

    def call(_: Interpreter, arguments: Arguments) -> Value:
        names = (*needed, *further)
        given = dict(zip(names, arguments.positional, strict=False)) | arguments.keywords
        unknown = next((one for one in given.values() if isinstance(one, Unknown)), None)
        if unknown is not None or arguments.is_open:
            return Unknown(unknown.reason if unknown is not None else "not all that an entity is made of is known")
        if any(not isinstance(given.get(name), str) for name in needed):
            return Unknown(f"what a {kind} is made of isn't known")
        try:
            return _as_value(kind, make(given))
        except Unsupported as reason:
            return Unknown(str(reason))

    return call


def _as_value(kind: str, entity: Entity) -> Modelled:
    def find(_: Interpreter, name: str) -> Value:
        match name:
            case "to_sql_statement_create":
                return native(name, lambda _, __: sa.text(entity.create))
            case "to_sql_statement_drop":
                return native(name, lambda _, arguments: sa.text(_dropped(entity, arguments.get(0, "cascade", False))))
            case "to_sql_statement_create_or_replace":
                return native(name, lambda _, __: [sa.text(one) for one in entity.replace])
            case _ if name in entity.named:
                return entity.named[name]
            case _ if name.startswith("__"):
                return NOTHING
            case _:
                return Unknown(f"{name} of a {kind} isn't modelled")

    return Modelled(kind, find)


def _dropped(entity: Entity, cascade: Value) -> str:
    return f"{entity.drop} cascade" if entity.cascades and cascade is True else entity.drop


def _operation(name: str, method: str) -> Call:
    def call(interpreter: Interpreter, arguments: Arguments) -> Value:
        target = arguments.get(0, "target")
        if not (isinstance(target, Modelled) and target.name in _KINDS):
            reason = target.reason if isinstance(target, Unknown) else "it is given no entity that is modelled"
            interpreter.recorder.opaque(f"op.{name}(): {reason}", None)
            return None
        further = Arguments(keywords={key: one for key, one in arguments.keywords.items() if key == "cascade"})
        made = interpreter.call(target.find(interpreter, method), further)
        for statement in made if isinstance(made, list) else [made]:
            send(interpreter, statement, None)
        return None

    return call


NAMES: dict[str, Value] = {
    **{kind: native(kind, _made_by(kind)) for kind in _KINDS},
    "PGGrantTableChoice": _GRANT_CHOICES,
    "register_entities": native("register_entities", lambda _, __: None),
}
OPERATIONS: dict[str, Call] = {
    "create_entity": _operation("create_entity", "to_sql_statement_create"),
    "replace_entity": _operation("replace_entity", "to_sql_statement_create_or_replace"),
    "drop_entity": _operation("drop_entity", "to_sql_statement_drop"),
}
"""What `op` has where the package is imported."""
