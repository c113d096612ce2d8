"""The driver's own connection, as far as migrations reach for it: cursors that execute text, and commits."""

from schemaguard.evaluation.host.modelled import native
from schemaguard.evaluation.machine.interpreter import Interpreter
from schemaguard.evaluation.values.objects import NOTHING, HostMethod, Modelled, Unknown, Value

_SELF = frozenset({"connection", "dbapi_connection", "driver_connection"})
_SILENT = frozenset({"rollback", "close", "set_session", "set_isolation_level"})


def driver(_: Interpreter) -> Modelled:
    """A connection of the driver, or what SQLAlchemy's pool puts around one."""

    def find(interpreter: Interpreter, name: str) -> Value:
        if name in _SELF:
            return made
        if name == "cursor":
            return native(name, lambda _, __: _cursor())
        if name in ("execute", "executemany"):
            return HostMethod(interpreter.recorder.connection, "exec_driver_sql")
        if name == "commit":
            return native(name, lambda _, __: interpreter.recorder.commit())
        if name in _SILENT:
            return native(name, lambda _, __: None)
        return NOTHING if name.startswith("__") else Unknown(f"{name} of a driver's connection isn't known")

    made = Modelled("connection", find)
    return made


def set_on_driver(interpreter: Interpreter, name: str, value: Value) -> None:
    """`connection.autocommit = True`."""
    if name == "autocommit" and isinstance(value, bool):
        level = "AUTOCOMMIT" if value else "READ COMMITTED"
        interpreter.recorder.connection.execution_options(isolation_level=level)


def _cursor() -> Modelled:
    def find(interpreter: Interpreter, name: str) -> Value:
        match name:
            case "execute" | "executemany":
                return HostMethod(interpreter.recorder.connection, "exec_driver_sql")
            case "__enter__":
                return native(name, lambda _, __: made)
            case "__exit__" | "close":
                return native(name, lambda _, __: None)
            case _:
                return NOTHING if name.startswith("__") else Unknown("what a query finds isn't known")

    made = Modelled("cursor", find)
    return made
