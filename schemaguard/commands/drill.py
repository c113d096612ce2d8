"""drill: everything that may go wrong, on a copy of the user's own schema, contracts and playbook."""

import json
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing, suppress
from datetime import UTC, datetime
from pathlib import Path

from schemaguard.adapters.control import drilling, drills, watching
from schemaguard.adapters.control.drilling import DrillCopy
from schemaguard.adapters.control.watching import InForce
from schemaguard.adapters.files.writing import make_folder, replace_text
from schemaguard.commands.drilling import faults, outages
from schemaguard.commands.drilling import schema as schemas
from schemaguard.commands.drilling.preparing import DrillOptions, prepare
from schemaguard.commands.drilling.sandbox import DrillGround, NotCoveredError, Sandbox
from schemaguard.commands.playbook import playbook_of
from schemaguard.commands.site import Site
from schemaguard.commands.watched import read_playbook
from schemaguard.errors import SchemaguardError, UsageError
from schemaguard.playbooks.drills import Drill, DrilledScenario, DrillOutcome, Scenario, chosen
from schemaguard.sealing import digest

_RUNS: Mapping[str, Callable[[Sandbox], None]] = {
    "nothing-wrong": faults.nothing_wrong,
    "schema-and-traffic": schemas.schema_and_traffic,
    "input-drift": faults.input_drift,
    "error-spike": faults.error_spike,
    "latency": faults.latency,
    "registry-down": outages.registry_down,
    "database-restarts": outages.database_restarts,
    "half-done-migration": schemas.half_done_migration,
    "bad-from-the-start": faults.bad_from_the_start,
    "wrong-alias": outages.wrong_alias,
    "poisoned-feature": faults.poisoned_feature,
    "dependent": schemas.dependent,
    "lost-artifact": outages.lost_artifact,
}


Told = Callable[[DrilledScenario], None]


def drill(site: Site, model: str, options: DrillOptions, told: Told | None = None) -> Drill:
    """Drill one model, and write down what was found. The database itself stays as it is.

    Raises UsageError where nothing of the model serves or a scenario isn't known, PlaybookError where it has no
    playbook, DatabaseError where no copy can be made.
    """
    in_force = playbook_in_force(site, model)
    playbook = read_playbook(in_force)
    wanted = scenarios_named(options.scenarios or playbook.drills.scenarios)
    at = site.database.now(model).pointer
    if at.active is None:
        raise UsageError(f"nothing of {model} serves", next="schemaguard promote")
    if site.database.operation(None) is not None:
        raise UsageError("an operation is open", next="schemaguard resume, then drill")
    with drilling.drill_copy(site.database_url, options.server) as copy:
        ground, notes = prepare(copy, in_force, playbook, options)
        copy.connection.close()
        found = tuple(_told(drill_scenario(each, ground, copy), told) for each in wanted)
    done = Drill(
        model, ground.stable, ground.canary, in_force.digest, datetime.now(UTC), playbook.drills.every,
        options.seed, options.requests, found, notes, copy.postgresql,
    )  # fmt: skip
    drills.write(site.database.connection, site.actor, done)
    return done


def write_report(site: Site, one: Drill, out: Path) -> Path:
    """Write the report as JSON, Markdown and, where what writes pages is installed, HTML; the folder that it is in."""
    from schemaguard.report.drill import drill_markdown
    from schemaguard.report.pages.drill import drill_page

    folder = site.here / out / f"{one.at:%Y-%m-%d}-{file_name(one.model)}"
    make_folder(folder)
    replace_text(folder / "report.json", json.dumps(one.document, indent=2, ensure_ascii=False) + "\n")
    replace_text(folder / "report.md", drill_markdown(one))
    with suppress(UsageError):
        replace_text(folder / "report.html", drill_page(one))
    return folder


def file_name(model: str) -> str:
    """A model's name as part of a folder's name."""
    return "".join(each if each.isalnum() or each in "._-" else "_" for each in model).lstrip(".")[:80] or "_"


def models_to_drill(site: Site) -> tuple[str, ...]:
    """The models with a published playbook of which something serves."""
    return tuple(one.model for one in site.database.ask(watching.in_force) if one.active is not None)


def scenarios_named(names: Sequence[str]) -> tuple[Scenario, ...]:
    """These scenarios, all of them where none is named; UsageError where one isn't known."""
    try:
        return chosen(names)
    except ValueError as error:
        known = ", ".join(each.name for each in chosen(()))
        raise UsageError(f"there is no scenario {error}", at="--scenario", next=f"one of {known}") from None


def playbook_in_force(site: Site, model: str) -> InForce:
    """The published playbook; where none is, the one of the folder, as it would be published."""
    known = {one.model: one for one in site.database.ask(watching.in_force)}
    if model in known:
        return known[model]
    file = playbook_of(site, model)
    text = (site.here / file.file).read_text(encoding="utf-8")
    return InForce(model, digest(text), text, file.file)


def _told(one: DrilledScenario, told: Told | None) -> DrilledScenario:
    if told is not None:
        told(one)
    return one


def drill_scenario(scenario: Scenario, ground: DrillGround, copy: DrillCopy) -> DrilledScenario:
    """One scenario, in a copy of the copy."""
    began = time.perf_counter()
    with drilling.copied(copy.server, copy.name) as url, closing(Sandbox(ground, url)) as box:
        why = ""
        try:
            _RUNS[scenario.name](box)
        except NotCoveredError as error:
            why = str(error)
        except SchemaguardError as error:
            # Whatever stops a procedure stops it in earnest as well.
            box.check("the procedure can be carried out", holds=False, found=error.what)
    ms = (time.perf_counter() - began) * 1000
    if why:
        return DrilledScenario(scenario.name, "not covered", why_not=why, took_ms=ms)
    outcome: DrillOutcome = "passed" if box.checks and all(each.holds for each in box.checks) else "failed"
    return DrilledScenario(
        scenario.name, outcome, tuple(box.checks), tuple(box.moments), dict(box.measured), took_ms=ms
    )
