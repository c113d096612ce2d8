"""Writes docs/configuration.md from schemaguard/config.py: each key with its kind, default and meaning.

`python docs/write_configuration.py` writes the page, `--check` says whether it is up to date.
"""

import ast
import sys
from dataclasses import MISSING, fields
from pathlib import Path
from typing import Any

from schemaguard import config

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs/configuration.md"
_IN_THE_CODE = {"file", "root"}
"""What the settings know of themselves and no file says."""
_HEAD = """\
# Configuration

<!-- written by docs/write_configuration.py -->

`[tool.schemaguard]` in `pyproject.toml`, or the same keys in a `schemaguard.toml`; the nearest file upwards holds, up
to the root of the repository. An option of the command line stands over an environment variable, which stands over the
file. Paths are relative to the file. A key that isn't known, or a value of another kind, is refused with the key that
was probably meant. `schemaguard init` writes a first file, `schemaguard doctor` looks at what is there.

```toml
[tool.schemaguard]
migrations = "alembic.ini"
contracts = "contracts"
postgresql = 16
baseline = "schemaguard-baseline.json"
environment = "staging"

[tool.schemaguard.rules]
drop-column = "warning"

[tool.schemaguard.environments.staging]
registry_uri = "https://mlflow.example"
```

## Keys

| key | kind | default | meaning |
|---|---|---|---|
"""
_TABLES = """
## `[rules]`

A rule, a family (`blocking`), or another linter's name for a rule (`squawk/ban-drop-column`) = `error`, `warning`,
`note` or `off`. A rule that is off unless it is chosen is switched on by a severity. The contract family can't be
switched off or made less severe: one agreed break is accepted by `schemaguard override`.
`schemaguard explain` lists the rules.

## `[assume]`

Values that only a deployment knows, by the expression that stands for them in the code: `docs/layouts.md`.

## `[environments.NAME]`

Which one holds is said by `SCHEMAGUARD_ENVIRONMENT`, else by `environment`.

| key | kind | default | meaning |
|---|---|---|---|
"""
_HOOKS = """
## `[hooks.NAME]`

Who is told of each switch once it is committed: a JSON document (`event`, `kind`, `model`, `from`, `to`, `version`,
`epoch`, `operation`, `actor`, `reason`, `metric`, `opened_at`, `id`) is posted, or given to a program. The call is owed
in the same transaction as the switch; one that fails never holds anything up and is tried again by
`schemaguard reconcile`, in the order of the switches. What arrives twice has the same `id`. The signature is `sha256=`
and the HMAC of the body, in the header `X-Schemaguard-Signature` or the variable `SCHEMAGUARD_SIGNATURE`; redirections
aren't followed.

| key | kind | default | meaning |
|---|---|---|---|
"""
_PROXIES = """
## `[proxies.NAME]`

A HAProxy in front of a model's servers, which gives a canary its share of the traffic: `docs/canary.md`.

| key | kind | default | meaning |
|---|---|---|---|
"""
_VARIABLES = """
A password belongs in the environment, not in the file.

## Environment variables

| variable | means |
|---|---|
| `SCHEMAGUARD_DATABASE_URL` | the database that is migrated; `postgresql+psycopg://` and the like are taken, too |
| `SCHEMAGUARD_REGISTRY_URI` | the MLflow registry; else `MLFLOW_REGISTRY_URI`, the file, `MLFLOW_TRACKING_URI` |
| `SCHEMAGUARD_ENVIRONMENT` | which of `[environments]` holds |
| `SCHEMAGUARD_ACTOR` | who asks, for the ledger; else the system's user |
| `SCHEMAGUARD_RELEASE` | the releases that an image serves, such as `fraud@7`, for databases that are newer |
| `SCHEMAGUARD_LEDGER_KEY` | the key that signs the ledger's checkpoints: its file, or the key itself |
| `SCHEMAGUARD_CACHE_DIR` | where evaluations are remembered |
| `GITHUB_BASE_REF`, `CI_MERGE_REQUEST_TARGET_BRANCH_NAME` | the branch to compare with, as the code host sets it |

## Comments in migrations

`-- schemaguard: ignore drop-column -- why it is fine here` above or beside a statement of SQL; with `#` beside a call
in Python; `ignore-file` for the whole file. The reason is asked for and printed in every report.
`# schemaguard: touches orders(note)` says what a statement touches that can't be read.
"""


def page() -> str:
    """The whole page."""
    meanings = _meanings()
    keys = [_row(name, kind, meanings["Config"], config.Config) for name, kind in config._KEYS.items()]
    inner = [
        _row(name, kind, meanings["Environment"], config.Environment) for name, kind in config._ENVIRONMENT_KEYS.items()
    ]
    hooks = [_row(name, kind, meanings["Hook"], config.Hook) for name, kind in config._HOOK_KEYS.items()]
    proxies = [_row(name, kind, meanings["Proxy"], config.Proxy) for name, kind in config._PROXY_KEYS.items()]
    parts = ("".join(keys), _TABLES, "".join(inner), _HOOKS, "".join(hooks), _PROXIES, "".join(proxies))
    return _HEAD + "".join(parts) + _VARIABLES


def _row(name: str, kind: str, meanings: dict[str, str], of: type) -> str:
    if name == "environment":
        return f"| `{name}` | {kind} | – | {meanings[name]} |\n"
    known = {one.name: one for one in fields(of)}
    meaning = meanings.get(name) or _ELSEWHERE[name]
    return f"| `{name}` | {kind} | {_default(known.get(name))} | {meaning} |\n"


_ELSEWHERE = {"environments": "Databases and registries by name, see below."}


def _default(known: Any) -> str:
    if known is None or known.default is MISSING or known.default in (None, (), ""):
        return "–"
    return f"`{str(known.default).lower() if isinstance(known.default, bool) else known.default}`"


def _meanings() -> dict[str, dict[str, str]]:
    """Class → field → the text below the field; KeyError where a key has none."""
    tree = ast.parse(Path(config.__file__).read_text(encoding="utf-8"))
    found: dict[str, dict[str, str]] = {}
    for node in tree.body:
        if isinstance(node, ast.ClassDef):
            texts = found.setdefault(node.name, {})
            for before, after in zip(node.body, node.body[1:], strict=False):
                if isinstance(before, ast.AnnAssign) and isinstance(before.target, ast.Name) and _is_text(after):
                    texts[before.target.id] = " ".join(after.value.value.split())  # type: ignore[attr-defined]  # looked at
    return found


def _is_text(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


if __name__ == "__main__":
    if "--check" in sys.argv:
        sys.exit(PAGE.read_text(encoding="utf-8") != page())
    PAGE.write_text(page(), encoding="utf-8")
