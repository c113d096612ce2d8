"""Contracts that somebody broke: each a name and a change to the example, or a whole text."""

from schemaguard.contracts.example import EXAMPLE

_ID = "{name: id, logicalType: integer, physicalType: bigint, required: true, unique: true}"
_DEEP = "a: " + "[" * 200 + "]" * 200
_BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{new}: &{new} [{', '.join([f'*{old}'] * 9)}]\n" for old, new in zip("abcdefgh", "bcdefghi", strict=True)
)


def _with(old: str, new: str) -> bytes:
    assert old in EXAMPLE, old
    return EXAMPLE.replace(old, new, 1).encode()


MUTILATED: dict[str, bytes] = {
    "empty": b"",
    "only a comment": b"# nothing\n",
    "only whitespace": b" \n\t\n",
    "a list": b"- a\n- b\n",
    "a word": b"contract\n",
    "a number": b"42\n",
    "NUL bytes": EXAMPLE.encode().replace(b"fraud", b"fr\0ud"),
    "all NUL bytes": b"\0" * 1000,
    "not UTF-8": EXAMPLE.encode() + b"\xff\xfe",
    "UTF-16": EXAMPLE.encode("utf-16"),
    "binary": bytes(range(256)) * 10,
    "control characters": EXAMPLE.encode() + b"\x07\x1b[31m",
    "10 MB of spaces": b" " * 10_000_000,
    "10 MB of columns": EXAMPLE.encode() + b"      - {name: a, logicalType: string}\n" * 260_000,
    "2 MB of text": b"x: " + b"y" * 2_000_000,
    "nested deeply": _DEEP.encode(),
    "nested too deeply to compose": ("[" * 100_000).encode(),
    "a YAML bomb": _BOMB.encode(),
    "an anchor": _with("name: fraud@7", "name: &n fraud@7"),
    "an alias": _with("name: fraud@7", "name: *n"),
    "a merge key": EXAMPLE.encode() + b"<<: {a: b}\n",
    "a Python tag": _with("name: fraud@7", 'name: !!python/object/apply:os.system ["true"]'),
    "an unknown tag": _with("name: fraud@7", "name: !secret x"),
    "bytes": _with("name: fraud@7", "name: !!binary eA=="),
    "an anchor of a key": _with("name: fraud@7", "&n name: fraud@7"),
    "an endless number": _with("version: 1.0.0 ", "version: .inf "),
    "two documents": EXAMPLE.encode() + b"---\n" + EXAMPLE.encode(),
    "a tab for indentation": _with("  - {property: generalAvailability", "\t- {property: generalAvailability"),
    "an open bracket": _with("required: true, unique: true}", "required: true, unique: true"),
    "an open quote": _with('"2026-09-01"', '"2026-09-01'),
    "a key twice": _with("status: active", "status: active\nstatus: active"),
    "a key that is a list": EXAMPLE.encode() + b"? [a, b]\n: c\n",
    "no apiVersion": _with("apiVersion: v3.2.0\n", ""),
    "another kind": _with("kind: DataContract", "kind: DataPipeline"),
    "an apiVersion that doesn't exist": _with("apiVersion: v3.2.0", "apiVersion: v9.9.9"),
    "an unknown key": _with("status: active", "statuss: active"),
    "an unknown key of a column": _with("required: true, unique: true", "requird: true, unique: true"),
    "an unknown key of ours": _with("property: readsThrough", "property: readThrough"),
    "required is a word": _with("required: true, unique: true", "required: perhaps, unique: true"),
    "no logicalType": _with("logicalType: integer, physicalType: bigint, required", "required"),
    "an unknown logicalType": _with("logicalType: integer", "logicalType: whole"),
    "an unknown physicalType": _with("physicalType: bigint", "physicalType: 'numeric(a,b)'"),
    "an empty physicalType": _with("physicalType: bigint", "physicalType: ''"),
    "a column twice": _with(f"- {_ID}", f"- {_ID}\n      - {_ID}"),
    "a table twice": _with("physicalName: predictions", "physicalName: transactions").replace(
        b"access, value: write", b"access, value: read"
    ),
    "an unknown table": _with("physicalName: transactions", "physicalName: transaction"),
    "an unknown column": _with("name: channel", "name: chanel"),
    "a type that the table hasn't": _with('physicalType: "numeric(12,2)"', "physicalType: jsonb"),
    "a table of three parts": _with("physicalName: transactions", "physicalName: a.b.c"),
    "access is a word that isn't known": _with("access, value: read", "access, value: readwrite"),
    "readsThrough is a word that isn't known": _with("value: table", "value: tables"),
    "nobody's contract": _with("  - {property: modelName, value: fraud, vendor: schemaguard}\n", ""),
    "modelVersion is a mapping": _with('value: "7", vendor', "value: {a: b}, vendor"),
    "modelVersion is an empty list": _with('value: "7", vendor', "value: [], vendor"),
    "no table": EXAMPLE[: EXAMPLE.index("schema:")].encode() + b"schema: []\n",
    "a date that is none": _with('"2026-09-01"', '"2026-13-45"'),
    "an end before the beginning": _with('"2026-12-31"', '"2026-01-31"'),
    "a minimum that is a word": _with("required: true, unique", "logicalTypeOptions: {minimum: low}, unique"),
    "a number too large for a float": _with(
        "required: true, unique", f"logicalTypeOptions: {{minimum: {'9' * 400}}}, required: true, unique"
    ),
    "a number too long to read": _with(
        "required: true, unique", f"logicalTypeOptions: {{minimum: {'9' * 6000}}}, required: true, unique"
    ),
    "an upsert key that is not a column": EXAMPLE.replace(
        "access, value: write, vendor: schemaguard}",
        "access, value: write, vendor: schemaguard}\n"
        "      - {property: upsertKey, value: [nobody], vendor: schemaguard}",
    ).encode(),
    "a query that isn't there": _with(
        "  - {property: readsThrough",
        "  - {property: query, value: no.sql, vendor: schemaguard}\n  - {property: readsThrough",
    ),
    "a query outside of the folder": _with(
        "  - {property: readsThrough",
        "  - {property: query, value: ../../../etc/passwd, vendor: schemaguard}\n  - {property: readsThrough",
    ),
    "a query with too long a name": _with(
        "  - {property: readsThrough",
        f"  - {{property: query, value: {'q' * 5000}, vendor: schemaguard}}\n  - {{property: readsThrough",
    ),
    "a query that is a list": _with(
        "  - {property: readsThrough",
        "  - {property: query, value: [a], vendor: schemaguard}\n  - {property: readsThrough",
    ),
    "a signature that is not JSON": _with(
        "  - {property: readsThrough",
        "  - {property: signature, value: fraud-7.sql, vendor: schemaguard}\n  - {property: readsThrough",
    ),
}  # fmt: skip
