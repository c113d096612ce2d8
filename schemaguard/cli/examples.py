"""What `schemaguard VERB -h` ends with: command lines to begin with. Tests hold them against the verbs' own options."""

EXAMPLES: dict[str, tuple[str, ...]] = {
    "init": ("schemaguard init --dry-run",),
    "check": ("schemaguard check", "schemaguard check --base main --window live", "schemaguard check fix.sql"),
    "fix": ("schemaguard fix", "schemaguard fix 0007 --write"),
    "explain": ("schemaguard explain drop-column",),
    "catalog": ("schemaguard catalog migrations",),
    "sql": ("schemaguard sql migrations 0007",),
    "split": ("schemaguard split 0007", "schemaguard split 0007 --write"),
    "prove": ("schemaguard prove 0007",),
    "install": ("schemaguard install --database-url postgresql://localhost/app",),
    "upgrade": ("schemaguard upgrade", "schemaguard upgrade 0007 --wait 300"),
    "promote": ("schemaguard promote fraud 8 --dry-run", "schemaguard promote fraud 8 --reason 'fewer false alarms'"),
    "rollback": (
        "schemaguard rollback fraud --reason 'false negatives tripled' --dry-run",
        "schemaguard rollback fraud --reason 'false negatives tripled' --if-epoch 2",
    ),
    "canary": ("schemaguard canary start fraud 8", "schemaguard canary abort fraud --reason 'errors tripled'"),
    "resume": ("schemaguard resume", "schemaguard resume 14 --abandon"),
    "reconcile": ("schemaguard reconcile --watch --every 60",),
    "status": ("schemaguard status fraud",),
    "runbook": ("schemaguard runbook fraud > fraud.md",),
    "serve": ("schemaguard serve", "schemaguard serve --host 0.0.0.0 --token-file token"),
    "export-site": ("schemaguard export-site site",),
    "fleet": (
        "schemaguard fleet check",
        "schemaguard fleet upgrade --yes",
        "schemaguard fleet promote fraud 8 --group eu",
        "schemaguard fleet resume",
    ),
    "deferred": ("schemaguard deferred",),
}


def epilog_of(verb: str) -> str | None:
    """The examples of a verb as the end of its help; None where there are none."""
    lines = EXAMPLES.get(verb, ())
    return "\n\n".join((f"Example{'s' if len(lines) > 1 else ''}:", *lines)) if lines else None
