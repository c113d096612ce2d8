"""evidence: what auditors ask for, as one archive that is read and verified without the database."""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from schemaguard.adapters.control import evidence as looking
from schemaguard.adapters.control import journal, ledger
from schemaguard.adapters.files.archives import read_archive, write_archive
from schemaguard.adapters.postgres.address import passwords
from schemaguard.adapters.postgres.connection import connect
from schemaguard.commands.site import Site
from schemaguard.errors import UsageError
from schemaguard.frozen import dataclass, replace
from schemaguard.ledger.entry import UNREADABLE
from schemaguard.ledger.evidence import (
    MANIFEST,
    SEAL,
    EvidenceError,
    EvidenceSlice,
    EvidenceVerification,
    GatheredEvidence,
    gather,
    manifest,
    seal,
    verify_evidence,
)
from schemaguard.ledger.keys import VerifyingKey
from schemaguard.ledger.verification import LedgerState, verify
from schemaguard.playbooks.drills import digest_of_report
from schemaguard.report.evidence import EvidencePage, claims_markdown
from schemaguard.report.pages.evidence import evidence_page

LOOKS, CLAIMS, PAGE = "looks.json", "claims.md", "index.html"
_IN_URL = re.compile(r"://[^/\s@:]*:([^/\s@]+)@")
_VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
_SHORTEST = 4
"""Shorter values of variables stand in any text."""


@dataclass(frozen=True, slots=True)
class ExportedEvidence:
    """What an archive has: its entries, rows and drill reports, and who has sealed it."""

    page: EvidencePage
    digest: str
    """Of the manifest, in hex."""
    signer: str | None


def export_evidence(site: Site, asked: EvidenceSlice, file: Path) -> ExportedEvidence:
    """Write the archive; the same ledger and the same question give the same bytes.

    UsageError where the time is no time, or where the ledger doesn't hold: nobody hands out what isn't so.
    """
    if asked.until <= asked.since:
        raise UsageError("the time ends before it begins", at="--since, --until", next="name a later --until")
    with connect(site.database_url) as connection:
        journal.require_control_schema(connection)
        with connection.transaction():
            connection.execute("set transaction isolation level repeatable read, read only")
            state = ledger.read_state(connection)
            _require_intact(site, state)
            found = gather(state, asked, _secrets(site, state))
            decided = [int(json.loads(row.text)["id"]) for row in found.rows if row.table == "decision"]
            looks = looking.looks(connection, decided)
    drills = _drill_reports(site, found)
    page = EvidencePage(asked, state.database, found.entries, found.rows, found.withheld, tuple(drills))
    files = {
        **found.files,
        LOOKS: json.dumps(looks, indent=1, ensure_ascii=False) + "\n",
        CLAIMS: claims_markdown(),
        **drills,
    }
    files[PAGE] = evidence_page(page)
    listed = manifest(asked, found, files, state.database)
    files[MANIFEST] = listed
    key = site.ledger_key
    if key is not None:
        files[SEAL] = seal(listed, found, state, key)
    write_archive(file, files)
    return ExportedEvidence(page, hashlib.sha256(listed.encode()).hexdigest(), key.name if key is not None else None)


def verify_archive(site: Site, file: Path, keys: Sequence[VerifyingKey] = ()) -> EvidenceVerification:
    """Check an archive without any database. UsageError where it is none."""
    texts = read_archive(file)
    try:
        found = verify_evidence(texts, (*site.ledger_keys, *keys))
    except EvidenceError as error:
        raise UsageError(str(error), at=str(file), next="schemaguard evidence export writes one") from error
    problems = [*found.problems, *_wrong_drills(texts, found)]
    reports = sum(_is_report(name) for name in texts)
    words = (f"{reports} drill reports against the digests in the ledger",) if reports else ()
    return replace(found, problems=tuple(problems), checked=(*found.checked, *words))


def _require_intact(site: Site, state: LedgerState) -> None:
    found = verify(state, (), site.ledger_keys)
    if not found.holds:
        raise UsageError(
            f"the ledger doesn't hold, and evidence of it would be none: {found.problems[0]}",
            next="schemaguard audit verify",
        )


def _secrets(site: Site, state: LedgerState) -> tuple[str, ...]:
    """What mustn't leave: passwords, the key that signs, and what the variables that playbooks name stand for."""
    found = {*passwords(site.environment.database_url or ""), *_IN_URL.findall(site.environment.registry_uri or "")}
    if site.ledger_key is not None:
        found.add(site.ledger_key.secret_text())
    texts = [*(row.entry for row in state.rows), *(row.text for row in state.covered)]
    found |= {each for text in texts for each in _IN_URL.findall(text)}
    playbooks = [row.text for row in state.covered if row.table == "playbook"]
    named = {name for text in playbooks for name in _VARIABLE.findall(text)}
    found |= {site.environ[name] for name in named if len(site.environ.get(name, "")) >= _SHORTEST}
    return tuple(sorted(each for each in found if each))


def _drill_reports(site: Site, found: GatheredEvidence) -> dict[str, str]:
    """The reports of the folder that the ledger's entries have the digest of: name in the archive → text."""
    wanted = {str(one.payload.get("digest")) for one in found.entries if one.event == "drilled"}
    reports = {}
    for path in sorted((site.here / "drills").glob("*/report.json")):
        text = path.read_text(encoding="utf-8")
        digest = _digest_of(text)
        if digest in wanted:
            reports[f"drills/{digest[:16]}.json"] = text
    return reports


def _digest_of(text: str) -> str | None:
    try:
        return digest_of_report(json.loads(text))
    except UNREADABLE:
        return None


def _wrong_drills(texts: Mapping[str, str], found: EvidenceVerification) -> list[str]:
    said = {str(one.payload.get("digest")) for one in found.entries if one.event == "drilled"}
    return [
        f"{name} isn't a report that the ledger has an entry of"
        for name, text in sorted(texts.items())
        if _is_report(name) and _digest_of(text) not in said
    ]


def _is_report(name: str) -> bool:
    return name.startswith("drills/")
