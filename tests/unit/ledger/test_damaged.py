"""Files that somebody has changed or cut off: whatever is in them, the answer is that they are none, or don't hold."""

import base64
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from schemaguard.adapters.files.archives import read_archive, write_archive
from schemaguard.commands.evidence import verify_archive
from schemaguard.commands.site import Site
from schemaguard.errors import UsageError
from schemaguard.ledger.evidence import EvidenceError, verify_evidence
from schemaguard.ledger.export import ExportError, read_export
from schemaguard.ledger.proof import InclusionError, check_proof
from schemaguard.ledger.verification import LedgerRow, entry_problems

AT = "2026-11-29T00:00:00+00:00"
MANIFEST: dict[str, Any] = {
    "kind": "schemaguard evidence", "version": 1, "files": {}, "since": AT, "until": AT, "model": None, "entries": 0,
    "rows": 0, "tree": {"first": 1, "size": 0, "before": [], "root": ""},
}  # fmt: skip
HEAD: dict[str, Any] = {
    "export": "schemaguard ledger", "version": 1, "at": AT, "head": [0, ""], "lacking": [], "database": "shop",
}  # fmt: skip
ENTRY: dict[str, Any] = {
    "position": 1, "at": AT, "actor": "ada", "event": "noted", "model": None, "operation": None, "payload": {},
}  # fmt: skip
DEEP = "[" * 100_000
VALUES = (
    None, True, -1, 1e400, float("nan"), 10**400, "", "x", "\ud800", [], [[]], [[1, "zz"]], {}, {"a": 1},
    "0001-01-01T00:00:00+23:59", "2026-11-29",
)  # fmt: skip
LINES = ("[", DEEP, "{}", "null", "1" * 5000, '{"entry": 1}', '{"entry": "{}"}', '{"leaf": "zz"}', '{"row": [1]}', "\n")


def changed(document: dict[str, Any]) -> Iterator[str]:
    """The document with each of its values as something else."""
    for name in document:
        for value in VALUES:
            yield json.dumps({**document, name: value})


@pytest.mark.parametrize("name", ["ledger.jsonl", "rows.jsonl", "seal.note"])
def test_evidence_is_none_or_doesn_t_hold(name: str) -> None:
    tree = (json.dumps({**MANIFEST, "tree": json.loads(each)}) for each in changed(MANIFEST["tree"]))
    for manifest in (*changed(MANIFEST), *tree, DEEP, ""):
        for line in ("", *LINES):
            if line and manifest != json.dumps(MANIFEST):
                continue
            try:
                found = verify_evidence({"manifest.json": manifest, name: line}, ())
            except EvidenceError:
                continue
            assert not found.holds, (manifest, line)


def test_an_export_or_a_proof_of_a_ledger_is_none() -> None:
    for head in (*changed(HEAD), DEEP):
        for line in LINES:
            try:
                found = read_export(f"{head}\n{line}\n{{}}", ())
            except ExportError:
                continue
            assert found.problems or found.signer is None, (head, line)
    for entry in (*changed(ENTRY), DEEP):
        encoded = base64.b64encode(entry.encode()).decode()
        with pytest.raises(InclusionError):
            check_proof(f"c2sp.org/tlog-proof@v1\nextra {encoded}\nindex 0\n\nnote", ())


def test_an_entry_of_a_ledger_is_none_or_not_the_one_that_was_hashed() -> None:
    at = datetime(2026, 11, 29, tzinfo=UTC)
    for entry in (*changed(ENTRY), DEEP):
        assert list(entry_problems(LedgerRow(1, at, "ada", "noted", None, None, entry, b"", b""), {}))


def test_an_archive_with_one_byte_changed_or_cut_off_is_none_or_has_other_files(tmp_path: Path) -> None:
    file = tmp_path / "e.zip"
    texts = {"manifest.json": json.dumps(MANIFEST), "drills/a.json": DEEP}
    write_archive(file, texts)
    whole = file.read_bytes()
    with Site(tmp_path, environ={}) as site:
        assert any("drills/a.json" in each for each in verify_archive(site, file).problems)
    made = [whole[:end] for end in range(0, len(whole), 11)]
    made += [bytes((*whole[:at], whole[at] ^ 0x81, *whole[at + 1 :])) for at in range(len(whole))]
    refused = 0
    for data in made:
        file.write_bytes(data)
        try:
            read_archive(file)
        except UsageError:
            refused += 1
    assert refused > len(made) // 3
