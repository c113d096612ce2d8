"""Evidence: one archive with all that it speaks of, verified without the database, and by nobody changed unseen."""

import hashlib
import json
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from schemaguard.adapters.control import drills
from schemaguard.adapters.files.archives import read_archive, write_archive
from schemaguard.cli.main import app
from schemaguard.commands.drill import write_report
from schemaguard.commands.evidence import export_evidence, verify_archive
from schemaguard.commands.site import Site
from schemaguard.errors import UsageError
from schemaguard.ledger.checkpoint import sign_checkpoint
from schemaguard.ledger.coverage import CoveredRow
from schemaguard.ledger.entry import leaf_hash
from schemaguard.ledger.evidence import EvidenceSlice
from schemaguard.ledger.keys import SigningKey, make_key
from schemaguard.playbooks.drills import Drill, DrillCheck, DrilledScenario
from schemaguard.report.evidence import EvidencePage
from schemaguard.report.pages.evidence import evidence_page
from schemaguard.sealing import digest
from tests.postgres.releases.acting import PLAYBOOK, publish
from tests.postgres.releases.shop import Shop

Texts = dict[str, str]
KEY, OTHER = make_key("acme.example/prod"), make_key("eve.example/prod")
BEGIN = datetime(2020, 1, 1, tzinfo=UTC)
OF_A_ROW = "987654.32"


def site_of(shop: Shop, key: SigningKey | None = KEY) -> Site:
    site = shop.site()
    site.__dict__["ledger_key"] = key
    return site


@pytest.fixture
def archive(shop: Shop) -> Path:
    """An archive of a shop that was promoted, switched, watched and drilled."""
    publish(shop, PLAYBOOK)
    shop.ask(f"insert into transactions (amount) values ({OF_A_ROW})")
    file = shop.folder / "evidence.zip"
    now = datetime.now(UTC)
    with site_of(shop) as site:
        scenario = DrilledScenario("wrong-alias", "passed", (DrillCheck("status names it", True),), took_ms=3)
        drilled = Drill("fraud", "7", "8", digest("x"), now, timedelta(days=92), 7, 100.0, (scenario,))
        drills.write(site.database.connection, "ada", drilled)
        write_report(site, drilled, Path("drills"))
        until = site.now() + timedelta(minutes=1)
        made = export_evidence(site, EvidenceSlice(BEGIN, until), file)
        export_evidence(site, EvidenceSlice(BEGIN, until), shop.folder / "again.zip")
    assert made.signer == KEY.name
    assert file.read_bytes() == (shop.folder / "again.zip").read_bytes()
    return file


def problems(file: Path, key: SigningKey | None = KEY) -> tuple[str, ...]:
    with Site(file.parent, environ={}) as site:
        return verify_archive(site, file, (key.verifying,) if key is not None else ()).problems


def test_an_archive_holds_and_has_what_was_done_but_no_rows_and_no_secrets(archive: Path, shop: Shop) -> None:
    assert problems(archive) == ()
    texts = read_archive(archive)
    assert sorted(texts) == [
        "claims.md", *(name for name in sorted(texts) if name.startswith("drills/")), "index.html", "ledger.jsonl",
        "looks.json", "manifest.json", "rows.jsonl", "seal.note",
    ]  # fmt: skip
    tables = {json.loads(line)["table"] for line in texts["rows.jsonl"].splitlines()}
    assert tables == {"contract", "release", "playbook", "drill"}
    assert "pointer-switched" in texts["index.html"]
    assert "isn't claimed" in texts["claims.md"]
    assert "compliant" not in texts["index.html"].replace("that the system is compliant", "")
    everything = "".join(texts.values())
    # A row of the shop is nowhere, and none of its values either.
    assert shop.ask(f"select count(*) from transactions where amount = {OF_A_ROW}") == [(1,)]
    assert OF_A_ROW not in everything


def test_entries_of_other_times_and_models_are_hashes_and_the_tree_is_the_same(shop: Shop, tmp_path: Path) -> None:
    with site_of(shop) as site:
        entries = shop.ask("select position, at from schemaguard.ledger order by position")
        since, until = entries[4][1], entries[-3][1]
        made = export_evidence(site, EvidenceSlice(since, until, "fraud"), tmp_path / "part.zip")
        assert made.page.in_time
        lines = read_archive(tmp_path / "part.zip")["ledger.jsonl"].splitlines()
        assert any("leaf" in json.loads(line) for line in lines)
        assert problems(tmp_path / "part.zip") == ()
        # Later entries change nothing of what was.
        shop.ask("select schemaguard.append('a note', 'ada', null, null, '{}')")
        export_evidence(site, EvidenceSlice(since, until, "fraud"), tmp_path / "later.zip")
    assert (tmp_path / "later.zip").read_bytes() == (tmp_path / "part.zip").read_bytes()


def test_an_entry_with_a_secret_is_withheld_and_said_to_be(shop: Shop, tmp_path: Path) -> None:
    """A password of a URL, what a variable that a playbook names stands for, and the key that signs."""
    publish(shop, f"{PLAYBOOK}notify: [{{events: [tripped], to: '${{HOOK}}'}}]\n")
    shop.environ["HOOK"] = "https://hooks.example/T0K3N"
    secrets = ("hunter2", shop.environ["HOOK"], KEY.secret_text())
    for said in ("see https://ada:hunter2@example", *secrets[1:]):
        facts = json.dumps({"reason": f"see {said}"}).replace("'", "''")
        shop.ask(f"select schemaguard.append('a note', 'ada', null, null, '{facts}')")
    with site_of(shop) as site:
        made = export_evidence(site, EvidenceSlice(BEGIN, site.now() + timedelta(minutes=1)), tmp_path / "e.zip")
    assert made.page.withheld == 3
    everything = "".join(read_archive(tmp_path / "e.zip").values())
    assert "${HOOK}" in everything
    assert [each for each in secrets if each in everything] == []
    assert problems(tmp_path / "e.zip") == ()


LINE = "error rate &gt; 2 %"
SNAPSHOT = {"failed": 12, "total": 340, "trip": "error rate > 2 %", "weight": 15.2, "line": 14.9, "looks": 3}


@pytest.mark.parametrize(
    ("kind", "snapshot", "measured"),
    [
        ("tripped", SNAPSHOT, f"{LINE}: 3.53 % of 340 since it serves, evidence 15.2 over 14.9"),
        (
            "tripped",
            {**SNAPSHOT, "about": "distance", "weight": 0.4},
            "error rate &gt; 2 %: 340 rows prove a distance of 0.400",
        ),
        ("no-data", {**SNAPSHOT, "missing": 3, "reason": "no rows"}, "3 looks missing in a row (no rows)"),
        ("split", {**SNAPSHOT, "share": 0.5, "wanted": 0.1}, "the canary gets 50 % of the traffic, and was given 10 %"),
    ],
)
def test_the_page_says_what_each_kind_of_decision_was_made_of(
    kind: str, snapshot: dict[str, object], measured: str
) -> None:
    decision = {
        "id": 1, "at": "2026-11-29T09:12:00", "model": "fraud", "version": "8", "trigger": "error-rate", "kind": kind,
        "action": "freeze", "state": "done", "why": None, "snapshot": snapshot,
    }  # fmt: skip
    asked = EvidenceSlice(BEGIN, datetime(2030, 1, 1, tzinfo=UTC))
    page = EvidencePage(asked, "shop", (), (CoveredRow("decision", "[1]", json.dumps(decision)),), 0, ())
    assert f"<td>{measured}</td>" in evidence_page(page)


def lines_of(texts: Texts, name: str) -> list[dict[str, str]]:
    return [json.loads(line) for line in texts[name].splitlines()]


def with_lines(texts: Texts, name: str, lines: list[dict[str, str]]) -> Texts:
    return {
        **texts,
        name: "".join(f"{json.dumps(each, ensure_ascii=False, separators=(',', ':'))}\n" for each in lines),
    }


def entry(number: int, old: str, new: str) -> Callable[[Texts], Texts]:
    def change(texts: Texts) -> Texts:
        lines = lines_of(texts, "ledger.jsonl")
        place = next(i for i, each in enumerate(lines) if i >= number and old in each.get("entry", ""))
        lines[place] = {"entry": lines[place]["entry"].replace(old, new)}
        return with_lines(texts, "ledger.jsonl", lines)

    return change


def row(table: str, old: str, new: str) -> Callable[[Texts], Texts]:
    def change(texts: Texts) -> Texts:
        lines = lines_of(texts, "rows.jsonl")
        place = next(i for i, each in enumerate(lines) if each["table"] == table and old in each["text"])
        lines[place] = {**lines[place], "text": lines[place]["text"].replace(old, new)}
        return with_lines(texts, "rows.jsonl", lines)

    return change


def lined(name: str, act: Callable[[list[dict[str, str]]], object]) -> Callable[[Texts], Texts]:
    def change(texts: Texts) -> Texts:
        lines = lines_of(texts, name)
        act(lines)
        return with_lines(texts, name, lines)

    return change


def text(name: str, old: str, new: str) -> Callable[[Texts], Texts]:
    def change(texts: Texts) -> Texts:
        (found,) = [each for each in texts if each.startswith(name)]
        assert old in texts[found]
        return {**texts, found: texts[found].replace(old, new, 1)}

    return change


def without(name: str) -> Callable[[Texts], Texts]:
    return lambda texts: {each: said for each, said in texts.items() if not each.startswith(name)}


def said(name: str, value: object) -> Callable[[Texts], Texts]:
    def change(texts: Texts) -> Texts:
        return {**texts, "manifest.json": json.dumps({**json.loads(texts["manifest.json"]), name: value}, indent=2)}

    return change


def as_leaf(texts: Texts) -> Texts:
    """An entry is hidden behind its hash: the tree stays the same."""
    lines = lines_of(texts, "ledger.jsonl")
    place = next(i for i, each in enumerate(lines) if "pointer-switched" in each.get("entry", ""))
    lines[place] = {"leaf": leaf_hash(lines[place]["entry"]).hex()}
    return with_lines(texts, "ledger.jsonl", lines)


def resealed(texts: Texts) -> Texts:
    """Somebody else's key signs all of it anew."""
    changed = entry(0, '"ada"', '"eve"')(texts)
    leaves = [leaf_hash(each["entry"]) for each in lines_of(changed, "ledger.jsonl") if "entry" in each]
    listed = hashlib.sha256(changed["manifest.json"].encode()).hexdigest()
    return {**changed, "seal.note": sign_checkpoint(leaves, OTHER, f"evidence sha256:{listed}")}


TAMPERINGS: dict[str, Callable[[Texts], Texts]] = {
    "an actor is another one": entry(0, '"actor":"ada"', '"actor":"eve"'),
    "a role is another one": entry(0, '"by":"postgres"', '"by":"eve"'),
    "an event is another one": entry(0, '"event":"pointer-switched"', '"event":"pointer-looked-at"'),
    "a time is another one": entry(0, '"at":"20', '"at":"19'),
    "a reason is another one": entry(0, "false negatives tripled", "nothing much happened"),
    "a position is another one": entry(0, '"position":3', '"position":4'),
    "a row's digest is another one": entry(0, '"sha256":"', '"sha256":"0'),
    "an entry is spelled in another way": entry(0, '"actor":', ' "actor":'),
    "the first entry is gone": lined("ledger.jsonl", lambda lines: lines.pop(0)),
    "an entry in the middle is gone": lined("ledger.jsonl", lambda lines: lines.pop(len(lines) // 2)),
    "the last entry is gone": lined("ledger.jsonl", lambda lines: lines.pop()),
    "an entry is there twice": lined("ledger.jsonl", lambda lines: lines.insert(2, lines[2])),
    "two entries are swapped": lined("ledger.jsonl", lambda lines: lines.insert(2, lines.pop(3))),
    "an entry is added": lined("ledger.jsonl", lambda lines: lines.append(lines[-1])),
    "an entry is hidden behind its hash": as_leaf,
    "a contract is another one": row("contract", "transactions", "transaktions"),
    "a release has another contract": row("release", '"contract": "', '"contract": "0'),
    "a playbook's line is another one": row("playbook", "error rate > 2 %", "error rate > 9 %"),
    "a drill's outcome is another one": row("drill", '"passed"', '"failed"'),
    "a row is gone": lined("rows.jsonl", lambda lines: lines.pop()),
    "a row is there twice": lined("rows.jsonl", lambda lines: lines.append(lines[0])),
    "a row has another key": lined("rows.jsonl", lambda lines: lines.__setitem__(0, {**lines[0], "key": "[9]"})),
    "a drill report says another outcome": text("drills/", '"holds": true', '"holds": false'),
    "a drill report has another seed": text("drills/", '"seed": 7', '"seed": 8'),
    "a drill report is gone": without("drills/"),
    "looks are others": text("looks.json", "[]", '[{"failed": 1}]'),
    "the page says something else": text("index.html", "pointer-switched", "pointer-polished"),
    "what isn't claimed is another": text("claims.md", "isn't claimed", "is claimed"),
    "a file is added": lambda texts: {**texts, "more.txt": "we are compliant"},
    "the claims are gone": without("claims.md"),
    "the time is another one": said("until", "2030-01-01T00:00:00+00:00"),
    "fewer entries are said to be withheld": said("withheld", 77),
    "the model is another one": said("model", "churn"),
    "the seal is gone": without("seal.note"),
    "the seal is of another text": text("seal.note", "evidence sha256:", "evidence sha256:0"),
    "somebody else's key has sealed it": resealed,
}


def listed_anew(texts: Texts) -> Texts:
    """Whoever can change a file can change its digest, too."""
    manifest = json.loads(texts["manifest.json"])
    files = {name: hashlib.sha256(said.encode()).hexdigest() for name, said in texts.items()}
    manifest["files"] = {name: each for name, each in files.items() if name not in ("manifest.json", "seal.note")}
    return {**texts, "manifest.json": json.dumps(manifest, indent=2, ensure_ascii=False) + "\n"}


def test_whatever_is_changed_is_found(archive: Path, tmp_path: Path) -> None:
    texts = read_archive(archive)
    missed, again = [], tmp_path / "changed.zip"
    write_archive(again, listed_anew(texts))
    assert problems(again) == ()
    for name, change in TAMPERINGS.items():
        changed = change(texts)
        assert changed != texts, name
        for made in (changed, listed_anew(changed)):
            write_archive(again, made)
            try:
                found = problems(again)
            except UsageError:
                continue
            if not found:
                missed.append(name)
    assert missed == []
    assert len(TAMPERINGS) >= 30


def test_without_a_key_the_entries_prove_the_rows_and_it_is_said_what_that_is_worth(shop: Shop, tmp_path: Path) -> None:
    file = tmp_path / "e.zip"
    with site_of(shop, None) as site:
        export_evidence(site, EvidenceSlice(BEGIN, site.now() + timedelta(minutes=1)), file)
    with Site(tmp_path, environ={}) as site:
        found = verify_archive(site, file)
    assert found.holds
    assert found.remarks == ("nobody has sealed it: whoever had the file could have changed all of it",)
    for name in ("a contract is another one", "an actor is another one", "an entry in the middle is gone"):
        write_archive(tmp_path / "changed.zip", listed_anew(TAMPERINGS[name](read_archive(file))))
        assert problems(tmp_path / "changed.zip", None), name


def test_the_command_writes_and_verifies(shop: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    asked = ["evidence", "export", "--since", "2020-01-01", "-o", "e.zip", "--database-url", shop.url]
    made = CliRunner().invoke(app, asked)
    assert made.exit_code == 0, made.output
    assert "ledger entries" in made.output
    held = CliRunner().invoke(app, ["evidence", "verify", "e.zip"])
    assert (held.exit_code, held.output.splitlines()[-1]) == (0, "it holds")
    with zipfile.ZipFile("e.zip", "a") as archive:
        archive.writestr("more.txt", "we are compliant")
    assert CliRunner().invoke(app, ["evidence", "verify", "e.zip"]).exit_code == 1
    (tmp_path / "no.zip").write_bytes(b"PK")
    assert isinstance(CliRunner().invoke(app, ["evidence", "verify", "no.zip"]).exception, UsageError)
