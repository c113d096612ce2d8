"""The verbs of the command line, one file each, in the order in which help lists them."""

from schemaguard.cli.ondemand import ListedVerb

_REVIEW = "Before a migration is merged (no database, no registry)"
_OPERATE = "Where models serve"
_FLEET = "Many databases at once"
_CONTRACTS = "Who reads what, until when"
_TRY = "To see all of it at work"


def _verb(name: str, panel: str) -> ListedVerb:
    return ListedVerb(name, f"schemaguard.cli.{name}", name, panel)


def _group(name: str, panel: str) -> ListedVerb:
    return ListedVerb(name, f"schemaguard.cli.{name}", "group", panel)


VERBS = (
    _verb("init", _REVIEW),
    _verb("doctor", _REVIEW),
    _verb("check", _REVIEW),
    _verb("fix", _REVIEW),
    _verb("explain", _REVIEW),
    _verb("rules", _REVIEW),
    _verb("facts", _REVIEW),
    _verb("catalog", _REVIEW),
    _verb("sql", _REVIEW),
    _verb("split", _REVIEW),
    _verb("prove", _REVIEW),
    ListedVerb("upgrade-check", "schemaguard.cli.upgrade_check", "upgrade_check", _REVIEW),
    _verb("install", _OPERATE),
    _verb("upgrade", _OPERATE),
    _verb("backfill", _OPERATE),
    _verb("fence", _OPERATE),
    _verb("promote", _OPERATE),
    _verb("rollback", _OPERATE),
    _group("canary", _OPERATE),
    _verb("rehearse", _OPERATE),
    _verb("rescore", _OPERATE),
    _verb("resume", _OPERATE),
    _verb("reconcile", _OPERATE),
    _verb("status", _OPERATE),
    _verb("runbook", _OPERATE),
    _verb("ready", _OPERATE),
    _verb("history", _OPERATE),
    _verb("at", _OPERATE),
    _verb("freeze", _OPERATE),
    _verb("thaw", _OPERATE),
    _verb("purge", _OPERATE),
    _verb("uninstall", _OPERATE),
    _verb("serve", _OPERATE),
    ListedVerb("export-site", "schemaguard.cli.export_site", "export_site", _OPERATE),
    _group("audit", _OPERATE),
    _group("evidence", _OPERATE),
    _group("playbook", _OPERATE),
    _group("policy", _OPERATE),
    _verb("watch", _OPERATE),
    _verb("decisions", _OPERATE),
    _verb("approve", _OPERATE),
    _verb("drill", _OPERATE),
    _group("fleet", _FLEET),
    _verb("override", _CONTRACTS),
    _group("contracts", _CONTRACTS),
    _group("window", _CONTRACTS),
    _verb("deferred", _CONTRACTS),
    _verb("demo", _TRY),
)
