"""A plan as the JSON document that the journal keeps, and its hash. Fields stay named: people read it.

The plan of one model is its own document. That of several has each under `members`, so that a program that knows only
of one carries out none of it.
"""

import hashlib
import json
import types
from collections.abc import Mapping
from dataclasses import MISSING, Field, asdict, fields, is_dataclass
from enum import Enum
from typing import Any, Union, get_args, get_origin, get_type_hints

from schemaguard.errors import NeedsHumanError
from schemaguard.releases.plan import Plan
from schemaguard.releases.together import OperationPlan, alone


def to_document(plan: OperationPlan) -> dict[str, Any]:
    """The plan as JSON values."""
    document: dict[str, Any] = json.loads(json.dumps(asdict(plan)))
    return document if len(plan.members) > 1 else dict(document["members"][0])


def from_document(document: Mapping[str, Any]) -> OperationPlan:
    """The plan that `to_document` wrote; NeedsHumanError where it is none."""
    try:
        if "members" in document:
            plan: OperationPlan = _read(OperationPlan, document)
            _ = plan.lead
        else:
            plan = alone(_read(Plan, document))
    except (TypeError, KeyError, ValueError, StopIteration) as error:
        raise NeedsHumanError(
            f"the stored plan can't be read: {error}",
            at="schemaguard.operation.plan",
            next="if another version of schemaguard wrote it, use that version to resume",
        ) from error
    return plan


def plan_hash(plan: OperationPlan) -> str:
    """SHA-256 over the canonical document, in hex; how many rows were counted is no part of what will be done."""
    document = to_document(plan)
    for member in document.get("members", [document]):
        for each in (*member["reversals"], *member["gives_back"]):
            for counted in ("without_value", "changed_since", "gone"):
                each.pop(counted, None)
    text = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _is_needed(field: "Field[Any]") -> bool:
    return field.default is MISSING and field.default_factory is MISSING


def _read(kind: Any, value: Any) -> Any:
    origin, inside = get_origin(kind), get_args(kind)
    if origin in (Union, types.UnionType):
        return None if value is None else _read(next(k for k in inside if k is not type(None)), value)
    if origin is tuple:
        kinds = [inside[0]] * len(value) if inside[-1] is ... else inside
        return tuple(_read(k, v) for k, v in zip(kinds, value, strict=True))
    if isinstance(kind, type) and is_dataclass(kind):
        hints = get_type_hints(kind)
        # A plan that was stored before a field was thought of has what the field says by itself.
        there = (field for field in fields(kind) if field.name in value or _is_needed(field))
        return kind(**{field.name: _read(hints[field.name], value[field.name]) for field in there})
    if isinstance(kind, type) and issubclass(kind, Enum):
        return kind(value)
    if type(value) is not kind:
        raise TypeError(f"{value!r} where {kind.__name__} is expected")
    return value
