"""What static reading says a history does, against what the history did on a real PostgreSQL.

    python benchmarks/oracles.py ORACLES [HISTORIES]

ORACLES holds a `<name>.json` a history (what was sent and the catalog that came out) and `score_catalog.py`, the
measure; HISTORIES the revision files, under `<name>/<versions_dir>`. Without HISTORIES each oracle's own statements are
read back as a folder of SQL files, which measures the reader of SQL and the catalog alone.
"""

import argparse
import json
import re
import runpy
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))

from benchmarks.table import show

_LEFT_OUT = re.compile(
    r"\s*(?:select|show|set|reset|begin|commit|rollback|savepoint|release|start)\b|.*\balembic_version\w*\b",
    re.IGNORECASE,
)
_PARAMETER = re.compile(r"%\(\w+\)s|%s|\$\d+|(?<![:\w]):[a-z_]\w*|\(?__\[POSTCOMPILE_\w+\]\)?", re.IGNORECASE)
_CAST = re.compile(
    r"\?::[A-Z_]\w*(?: VARYING| PRECISION)?(?:\(\d+(?:, \d+)?\))?(?: WITH(?:OUT)? TIME ZONE)?(?:\[\])*", re.IGNORECASE
)
"""Some drivers want the type beside a parameter, others don't."""
_ROWS = re.compile(
    r"(\bVALUES\s*)(\((?:[^()']|'(?:[^']|'')*'|\([^()]*\))*\))(?:\s*,\s*\((?:[^()']|'(?:[^']|'')*'|\([^()]*\))*\))+",
    re.IGNORECASE,
)
_EXPANDED = re.compile(r"\bIN\s*\(\s*\?(?:\s*,\s*\?)*\s*\)", re.IGNORECASE)


def main() -> int:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("oracles", type=Path)
    parser.add_argument("histories", type=Path, nargs="?")
    parser.add_argument("-v", "--verbose", action="store_true", help="print what differs")
    options = parser.parse_args()
    score = runpy.run_path(str(options.oracles / "score_catalog.py"))["score"]
    rows = []
    for file in sorted(options.oracles.glob("*.json")):
        oracle = json.loads(file.read_text())
        with tempfile.TemporaryDirectory() as folder:
            rows.append((file.stem, *_measure(oracle, options, file.stem, Path(folder), score)))
    read = f"the revision files under {options.histories}" if options.histories else "each oracle's own statements"
    show(
        f"Read: {read}. Compared with: the catalog and the statements of a real run.",
        ("history", "tables", "columns", "enums", "extra", "opaque", "statements", "beyond", "seconds"),
        rows,
    )
    return 0


def _measure(oracle: dict[str, Any], options: argparse.Namespace, name: str, folder: Path, score: Any) -> list[str]:
    initial = _initial(oracle, folder)
    where = options.histories / name / oracle["versions_dir"] if options.histories else _as_sql(oracle, folder / "sql")
    began = time.perf_counter()
    catalog = _schemaguard("catalog", str(where), "--at", "heads", *initial)
    seconds = time.perf_counter() - began
    if catalog is None:
        return ["-"] * 7 + [f"{seconds:.1f}"]
    scored = score(oracle, catalog, options.verbose)
    statements, beyond = _statements(
        oracle, where, initial, by_order=options.histories is None, verbose=options.verbose
    )
    of = [f"{scored[part][0]}/{scored[part][1]}" for part in ("tables", "columns", "enums")]
    return [*of, str(scored["extra"]), str(scored["opaque"]), statements, beyond, f"{seconds:.1f}"]


def _initial(oracle: dict[str, Any], folder: Path) -> tuple[str, ...]:
    sent = oracle.get("initial") or []
    if not sent:
        return ()
    file = folder / "initial.sql"
    file.write_text("".join(f"{statement['sql'].rstrip().rstrip(';')}\n;\n" for statement in sent))
    return "--initial", str(file)


def _as_sql(oracle: dict[str, Any], folder: Path) -> Path:
    """The statements that were sent, a file a revision."""
    folder.mkdir()
    for number, revision in enumerate(oracle["revisions"], 1):
        sent = [s["sql"].rstrip().rstrip(";") for s in revision["statements"] if not s.get("failed")]
        (folder / f"{number:06d}.sql").write_text("".join(f"{text}\n;\n" for text in sent))
    return folder


def _schemaguard(*arguments: str) -> Any:
    """What a command prints as JSON; None, with its words on stderr, where it gives no verdict."""
    command = [str(Path(sys.executable).with_name("schemaguard")), *arguments, "--format", "json", "--no-cache"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        print(f"{' '.join(arguments)}: exit {done.returncode}\n{done.stderr.strip()[-500:]}", file=sys.stderr)
        return None
    return json.loads(done.stdout)


def _statements(
    oracle: dict[str, Any], where: Path, initial: tuple[str, ...], *, by_order: bool, verbose: bool
) -> tuple[str, str]:
    """(statements found of those really sent, revision by revision as multisets; how many were found beyond them)."""
    found = _schemaguard("sql", str(where), "base:heads", *initial)
    if found is None:
        return "-", "-"
    told = {r["id"]: [s["sql"] for s in r["statements"]] for r in found["revisions"]}
    equal = total = beyond = 0
    for number, revision in enumerate(oracle["revisions"], 1):
        real = _normal([s["sql"] for s in revision["statements"] if not s.get("failed")])
        ours = _normal(told.get(f"{number:06d}" if by_order else revision["revision"], []))
        equal += (real & ours).total()
        total += real.total()
        beyond += (ours - real).total()
        if verbose:
            for sign, texts in (("-", real - ours), ("+", ours - real)):
                print(
                    *(f"   {revision['revision']} {sign} {text[:300]}" for text in texts),
                    sep="\n",
                    end="\n" if texts else "",
                )
    return f"{equal}/{total}", str(beyond)


def _normal(statements: list[str]) -> Counter[str]:
    """As multisets, without what SQLAlchemy spells differently on the way to the driver."""
    return Counter(_same(text) for text in statements if not _LEFT_OUT.match(text))


def _same(text: str) -> str:
    text = " ".join(text.replace("%%", "%").rstrip().rstrip(";").split())
    text = _CAST.sub("?", _PARAMETER.sub("?", text))
    text = _ROWS.sub(r"\1\2", text)
    return _EXPANDED.sub("IN ?", text)


if __name__ == "__main__":
    sys.exit(main())
