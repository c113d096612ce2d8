"""What env.py decides about a revision: the naming convention of its `target_metadata`."""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from schemaguard.history.evaluation.machine.budget import Exhausted
from schemaguard.history.evaluation.machine.interpreter import Interpreter
from schemaguard.history.evaluation.values.objects import Raised, Unsupported, Value

_NAME = "target_metadata"


def options(interpreter: Interpreter, env_file: str | None) -> Mapping[str, Any]:
    """The options for a migration context that env.py gives, as far as they can be known."""
    if env_file is None:
        return {}
    try:
        module = interpreter.modules.revision(env_file)
        metadata = interpreter.module_name(module, _NAME) if _NAME in module.index else None
    except (Raised, Unsupported, Exhausted):
        return {}
    found = metadata_of(metadata)
    return {} if found is None else {"target_metadata": found}


def metadata_of(value: Value) -> sa.MetaData | None:
    """The metadata with the naming convention, where one is known; of a list of them, the first."""
    if isinstance(value, list | tuple):
        value = next((one for one in value if isinstance(one, sa.MetaData)), None)
    if not isinstance(value, sa.MetaData):
        return None
    convention: dict[Any, Any] = {key: text for key, text in value.naming_convention.items() if not callable(text)}
    # Its tables don't matter here, and the revisions must not see them.
    return sa.MetaData(naming_convention=convention, schema=value.schema)
