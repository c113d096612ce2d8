"""Evidence: a slice of the ledger with what it speaks of, as files that are verified without the database.

Entries that are left out, those of other models and those from before, are there as their hash alone: the tree over all
of them (RFC 6962) is computed anew all the same, and compared with the checkpoint that the key has signed.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from schemaguard.frozen import dataclass
from schemaguard.ledger.checkpoint import open_checkpoint, sign_checkpoint
from schemaguard.ledger.coverage import CoveredRow, named
from schemaguard.ledger.entry import UNREADABLE, Entry, leaf_hash, parse
from schemaguard.ledger.keys import SigningKey, VerifyingKey
from schemaguard.ledger.notes import NoteError
from schemaguard.ledger.tree import continued, frontier
from schemaguard.ledger.verification import LedgerState

MANIFEST, SEAL, LEDGER, ROWS = "manifest.json", "seal.note", "ledger.jsonl", "rows.jsonl"
KIND = "schemaguard evidence"
_SEALED = "evidence sha256:"
TOLD = ("contract", "release", "playbook", "decision", "drill", "rehearsal", "approval")
"""Tables whose rows go along; plans of operations don't, because values that somebody named may stand in them."""


class EvidenceError(ValueError):
    """The files are no evidence, or not readable as such."""


@dataclass(frozen=True, slots=True)
class EvidenceSlice:
    """What is asked for: entries after `since` and up to `until`, of one model or of all."""

    since: datetime
    until: datetime
    model: str | None = None

    def has(self, entry: Entry) -> bool:
        """Whether an entry is one of them; what speaks of no model speaks of all."""
        is_in_time = self.since < entry.at <= self.until
        return is_in_time and (self.model is None or entry.model in (None, self.model))


@dataclass(frozen=True, slots=True)
class GatheredEvidence:
    """What an archive is made of besides its further files: the entries that go along, and the rows they prove."""

    entries: tuple[Entry, ...]
    rows: tuple[CoveredRow, ...]
    files: Mapping[str, str]
    """`ledger.jsonl` and `rows.jsonl`."""
    tree: Mapping[str, Any]
    withheld: int
    """Entries in the time that don't go along: of other models, or because a secret stands in them."""


@dataclass(frozen=True, slots=True)
class EvidenceVerification:
    """What was checked of an archive, and what isn't as it should be."""

    checked: tuple[str, ...]
    problems: tuple[str, ...]
    remarks: tuple[str, ...]
    entries: tuple[Entry, ...] = ()
    rows: tuple[CoveredRow, ...] = ()

    @property
    def holds(self) -> bool:
        """Whether nothing was found."""
        return not self.problems


def gather(state: LedgerState, asked: EvidenceSlice, secrets: Sequence[str] = ()) -> GatheredEvidence:
    """The slice of a ledger: entries up to `until`, and the rows as they were then; nothing with a secret in it."""
    kept = [row for row in state.rows if row.at <= asked.until]
    entries = [parse(row.entry) for row in kept]
    hidden = {one.position for one, row in zip(entries, kept, strict=True) if _has(row.entry, secrets)}
    last = {(each.table, each.key): (each.sha256, one.position) for one in entries for each in one.rows or ()}
    rows = []
    wanted = {one.position for one in entries if asked.has(one)} - hidden
    for row in state.covered:
        said, position = last.get((row.table, row.key), (None, 0))
        if said != row.digest or position in hidden or _has(row.text, secrets):
            continue
        if row.table in TOLD and _is_of(row, asked.model) and (position in wanted or row.table in _LASTING):
            rows.append(row)
            wanted.add(position)
    told = tuple(one for one in entries if one.position in wanted)
    first = told[0].position if told else len(kept) + 1
    leaves = [leaf_hash(row.entry) for row in kept]
    before = frontier(leaves[: first - 1])
    lines = [
        {"entry": row.entry} if row.position in wanted else {"leaf": leaves[row.position - 1].hex()}
        for row in kept[first - 1 :]
    ]
    root = continued(before, leaves[first - 1 :])
    rows.sort(key=lambda each: (each.table, each.key))
    in_time = sum(asked.since < one.at <= asked.until for one in entries)
    return GatheredEvidence(
        told,
        tuple(rows),
        {
            LEDGER: _lines(lines),
            ROWS: _lines({"table": each.table, "key": each.key, "text": each.text} for each in rows),
        },
        {
            "first": first,
            "size": len(kept),
            "before": [[size, node.hex()] for size, node in before],
            "root": root.hex(),
        },
        in_time - sum(asked.since < one.at <= asked.until for one in told),
    )


_LASTING = ("contract", "release", "playbook")
"""What goes along although it was written earlier: it was in force meanwhile."""


def _is_of(row: CoveredRow, model: str | None) -> bool:
    return model is None or json.loads(row.text).get("model") == model


def _has(text: str, secrets: Sequence[str]) -> bool:
    return any(secret in text or json.dumps(secret)[1:-1] in text for secret in secrets)


def manifest(asked: EvidenceSlice, found: GatheredEvidence, files: Mapping[str, str], database: str) -> str:
    """The list of all files with their digests, and what the archive is of."""
    document = {
        "kind": KIND,
        "version": 1,
        "database": database,
        "since": asked.since.astimezone(UTC).isoformat(),
        "until": asked.until.astimezone(UTC).isoformat(),
        "model": asked.model,
        "entries": len(found.entries),
        "rows": len(found.rows),
        "withheld": found.withheld,
        "tree": found.tree,
        "files": {name: _digest(text) for name, text in sorted(files.items())},
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def seal(text: str, found: GatheredEvidence, state: LedgerState, key: SigningKey) -> str:
    """The checkpoint of the tree, signed together with the manifest's digest."""
    leaves = state.leaves[: found.tree["size"]]
    return sign_checkpoint(leaves, key, f"{_SEALED}{_digest(text)}")


def verify_evidence(files: Mapping[str, str], keys: Sequence[VerifyingKey]) -> EvidenceVerification:
    """Check an archive's files against its manifest, the tree, the rows and the seal. EvidenceError for another one."""
    try:
        said = json.loads(files[MANIFEST])
        if said["kind"] != KIND or said["version"] != 1:
            raise EvidenceError("it is evidence of something else, or of a newer version")
        found = _Verifying(files, said)
        found.files_are_those()
        found.entries_are_those()
        found.rows_are_those()
        found.seal_is_good(keys)
    except EvidenceError:
        raise
    except UNREADABLE as error:
        raise EvidenceError(f"it is not evidence, or damaged: {type(error).__name__}") from error
    return EvidenceVerification(
        tuple(found.checked), tuple(found.problems), tuple(found.remarks), tuple(found.entries), tuple(found.rows)
    )


class _Verifying:
    def __init__(self, files: Mapping[str, str], said: Mapping[str, Any]) -> None:
        self.files, self.said = files, said
        self.checked: list[str] = []
        self.problems: list[str] = []
        self.remarks: list[str] = []
        self.entries: list[Entry] = []
        self.rows: list[CoveredRow] = []
        self.root, self.size = b"", 0

    def files_are_those(self) -> None:
        known: Mapping[str, str] = self.said["files"]
        there = set(self.files) - {MANIFEST, SEAL}
        self.problems += [f"{name} is missing" for name in sorted(set(known) - there)]
        self.problems += [f"{name} isn't in the manifest" for name in sorted(there - set(known))]
        wrong = [name for name in sorted(there & set(known)) if _digest(self.files[name]) != known[name]]
        self.problems += [f"{name} isn't the file that was written: its digest differs" for name in wrong]
        self.checked.append(f"{len(known)} files against the digests of the manifest")

    def entries_are_those(self) -> None:
        tree = self.said["tree"]
        position, leaves = int(tree["first"]), []
        for line in _read_lines(self.files.get(LEDGER, "")):
            if "entry" in line:
                text = line["entry"]
                entry = parse(text)
                if entry.canonical() != text or entry.position != position:
                    self.problems.append(f"entry {position}: the text isn't that entry, spelled canonically")
                self.entries.append(entry)
                leaves.append(leaf_hash(text))
            else:
                leaves.append(bytes.fromhex(line["leaf"]))
            position += 1
        before = [(int(size), bytes.fromhex(node)) for size, node in tree["before"]]
        self.size = position - 1
        if sum(size for size, _ in before) != int(tree["first"]) - 1 or self.size != tree["size"]:
            self.problems.append("entries are missing, or too many")
        self.root = continued(before, leaves)
        if self.root.hex() != tree["root"]:
            self.problems.append("the tree over the entries isn't the one of the manifest")
        asked = self._asked()
        outside = {one.position for one in self.entries if not asked.has(one)}
        counts = (len(self.entries), sum(one.at > asked.until for one in self.entries))
        if counts != (self.said["entries"], 0):
            self.problems.append("the manifest speaks of other entries")
        self.checked.append(
            f"{len(self.entries)} entries, {len(outside)} of them from before or of others: canonical spelling, "
            f"positions, and the tree over all {self.size} (RFC 6962)"
        )

    def _asked(self) -> EvidenceSlice:
        since, until = (datetime.fromisoformat(self.said[name]) for name in ("since", "until"))
        return EvidenceSlice(since, until, self.said["model"])

    def rows_are_those(self) -> None:
        last = {(each.table, each.key): each.sha256 for one in self.entries for each in one.rows or ()}
        for line in _read_lines(self.files.get(ROWS, "")):
            row = CoveredRow(line["table"], line["key"], line["text"])
            if last.get((row.table, row.key)) != row.digest:
                self.problems.append(f"{named(row.table, row.key)}: the row isn't what the ledger says")
            self.rows.append(row)
        if len(self.rows) != self.said["rows"]:
            self.problems.append("the manifest speaks of other rows")
        self.checked.append(f"{len(self.rows)} rows against the last entry about each")

    def seal_is_good(self, keys: Sequence[VerifyingKey]) -> None:
        note = self.files.get(SEAL)
        if note is None:
            self._unsealed(keys, "nobody has sealed it")
            return
        try:
            found = open_checkpoint(note, keys, "the seal")
        except NoteError as error:
            self.problems.append(f"the seal: {error}")
            return
        if found is None:
            self._unsealed(keys, "no known key has sealed it")
            return
        if found.lines != (f"{_SEALED}{_digest(self.files[MANIFEST])}",):
            self.problems.append("the seal is that of another archive")
        if (found.size, found.root_hash) != (self.size, self.root):
            self.problems.append("the entries aren't those of the checkpoint that was signed")
        self.checked.append(f"the seal of {note.partition(chr(10))[0]} over the manifest and over the tree")

    def _unsealed(self, keys: Sequence[VerifyingKey], why: str) -> None:
        words = f"{why}: whoever had the file could have changed all of it"
        # Who names a key wants its word.
        (self.problems if keys else self.remarks).append(words)


def _lines(documents: Iterable[Mapping[str, Any]]) -> str:
    return "".join(f"{json.dumps(each, ensure_ascii=False, separators=(',', ':'))}\n" for each in documents)


def _read_lines(text: str) -> Iterator[dict[str, Any]]:
    for line in text.removesuffix("\n").split("\n") if text else ():
        yield json.loads(line)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
