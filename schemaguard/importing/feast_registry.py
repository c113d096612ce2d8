"""Feast's registry → the document that `feast registry-dump` prints: protobuf's wire format, read without Feast.

The messages are those of Feast's protos/feast/core/*.proto; what isn't listed here is passed over:
https://protobuf.dev/programming-guides/encoding/ and https://docs.feast.dev/getting-started/components/registry
"""

import base64
from collections.abc import Iterator, Mapping
from typing import Any

from schemaguard.errors import ContractError

_DEEPEST = 30
_MESSAGES: Mapping[str, Mapping[int, str]] = {
    # A number → a field: `name` is a text, `name:bytes`, `name>Message`, `name*Message` several, `name{Message` a map.
    "Registry": {
        1: "entities*Entity", 6: "featureViews*FeatureView", 7: "featureServices*FeatureService",
        8: "onDemandFeatureViews*OnDemandFeatureView", 14: "streamFeatureViews*StreamFeatureView",
        12: "dataSources*DataSource", 19: "labelViews*LabelView",
    },
    "Entity": {1: "spec>EntitySpec"},
    "EntitySpec": {1: "name", 9: "project", 4: "joinKey"},
    "FeatureView": {1: "spec>FeatureViewSpec"},
    "FeatureViewSpec": {
        1: "name", 2: "project", 3: "entities*", 4: "features*Feature", 7: "batchSource>DataSource",
        10: "description", 11: "owner", 12: "entityColumns*Feature", 14: "sourceViews*FeatureViewSpec",
        15: "featureTransformation>Anything",
    },
    "StreamFeatureView": {1: "spec>StreamFeatureViewSpec"},
    "StreamFeatureViewSpec": {
        1: "name", 2: "project", 3: "entities*", 4: "features*Feature", 5: "entityColumns*Feature",
        6: "description", 8: "owner", 10: "batchSource>DataSource", 13: "userDefinedFunction>Anything",
        15: "aggregations*Aggregation", 17: "featureTransformation>Anything",
    },
    "LabelView": {1: "spec>LabelViewSpec"},
    "LabelViewSpec": {
        1: "name", 2: "project", 3: "entities*", 4: "features*Feature", 7: "batchSource>DataSource",
        9: "description", 10: "owner", 11: "entityColumns*Feature",
    },
    "OnDemandFeatureView": {1: "spec>OnDemandFeatureViewSpec"},
    "OnDemandFeatureViewSpec": {1: "name", 2: "project", 4: "sources{OnDemandSource", 6: "description", 8: "owner"},
    "OnDemandSource": {1: "featureView>FeatureView", 3: "featureViewProjection>Projection"},
    "Projection": {1: "featureViewName", 2: "featureColumns*Feature", 8: "batchSource>DataSource"},
    "FeatureService": {1: "spec>FeatureServiceSpec"},
    "FeatureServiceSpec": {1: "name", 2: "project", 3: "features*Projection", 5: "description", 6: "owner"},
    "DataSource": {
        20: "name", 2: "fieldMapping{", 3: "timestampField", 4: "datePartitionColumn", 5: "createdTimestampColumn",
        17: "dataSourceClassType", 16: "customOptions>CustomOptions", 26: "batchSource>DataSource",
    },
    "CustomOptions": {1: "configuration:bytes"},
    "Aggregation": {1: "column"},
    "Feature": {1: "name"},
    "Anything": {},
}  # fmt: skip


class _Damage(Exception):  # noqa: N818 - it is told as a ContractError, with the file
    def __init__(self, what: str, at: int) -> None:
        super().__init__(what)
        self.what, self.at = what, at


def decoded(data: bytes, file: str) -> dict[str, Any]:
    """A registry's bytes as the document that `feast registry-dump` prints of it, of all its projects.

    Raises ContractError with file and byte where they aren't a registry's.
    """
    try:
        found = _message(data, 0, len(data), "Registry", 0)
    except _Damage as damage:
        raise ContractError(
            f"this isn't Feast's registry: {damage.what}",
            at=f"{file}, byte {damage.at}",
            next="feast registry-dump > feast.json writes one that can be named instead",
        ) from None
    return found


def _message(data: bytes, start: int, end: int, kind: str, depth: int) -> dict[str, Any]:
    if depth > _DEEPEST:
        raise _Damage("it is nested too deeply", start)
    fields, made = _MESSAGES[kind], dict[str, Any]()
    for number, at, until in _fields(data, start, end):
        field = fields.get(number)
        if field is not None:
            _add(made, field, data, at, until, depth)
    return made


def _add(made: dict[str, Any], field: str, data: bytes, at: int, until: int, depth: int) -> None:
    """Read one field into its message."""
    for mark in ">*{:":
        name, found, kind = field.partition(mark)
        if found:
            break
    match mark if found else "":
        case ">":
            made[name] = {**made.get(name, {}), **_message(data, at, until, kind, depth + 1)}
        case "*":
            one = _message(data, at, until, kind, depth + 1) if kind else _text(data, at, until)
            made.setdefault(name, []).append(one)
        case "{":
            key, value = _pair(data, at, until, kind, depth)
            made.setdefault(name, {})[key] = value
        case ":":
            made[name] = base64.b64encode(data[at:until]).decode()
        case _:
            made[field] = _text(data, at, until)


def _pair(data: bytes, at: int, until: int, kind: str, depth: int) -> tuple[str, Any]:
    key, value = "", {} if kind else ""
    for number, begin, end in _fields(data, at, until):
        if number == 1:
            key = _text(data, begin, end)
        elif number == 2:
            value = _message(data, begin, end, kind, depth + 1) if kind else _text(data, begin, end)
    return key, value


def _fields(data: bytes, at: int, end: int) -> Iterator[tuple[int, int, int]]:
    """(number, start, end) of the fields with a length; numbers of a fixed or variable size are passed over."""
    while at < end:
        begun = at
        tag, at = _number(data, at, end)
        number, wire = tag >> 3, tag & 7
        if not number:
            raise _Damage("a field has the number 0", begun)
        if wire == 0:
            _, at = _number(data, at, end)
        elif wire in (1, 5):
            at += 8 if wire == 1 else 4
        elif wire == 2:
            length, at = _number(data, at, end)
            if at + length <= end:
                yield number, at, at + length
            at += length
        else:
            raise _Damage(f"no field has the wire type {wire}", begun)
        if at > end:
            raise _Damage("a field is longer than what it stands in", begun)


def _number(data: bytes, at: int, end: int) -> tuple[int, int]:
    value = shift = 0
    while at < end and shift < 70:
        byte = data[at]
        value |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:
            return value, at
    raise _Damage("a number doesn't end", at)


def _text(data: bytes, at: int, until: int) -> str:
    try:
        return data[at:until].decode("utf-8")
    except UnicodeDecodeError:
        raise _Damage("a text isn't UTF-8", at) from None
