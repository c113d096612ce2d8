"""`schemaguard fleet`: many databases that are migrated and switched as one."""

import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from schemaguard.cli.operating import Accept, DryRun, Fill, Finish, WithoutDependents, Yes

if TYPE_CHECKING:
    from schemaguard.commands.fleet.opening import Fleet
    from schemaguard.fleet.manifest import FleetMember
    from schemaguard.fleet.protocol import Asked, TaskState

group = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    help="Many databases, a tenant, region or shard each, that are migrated and switched as one (docs/fleet.md).",
)


class FleetFormat(StrEnum):
    """How it is told."""

    TEXT = "text"
    JSON = "json"
    MARKDOWN = "markdown"


Manifest = Annotated[
    str | None, typer.Option("--manifest", metavar="FILE", help="The manifest (default: fleet.yaml here).")
]
Groups = Annotated[list[str] | None, typer.Option("--group", metavar="GROUP", help="Only this group; repeatable.")]
Names = Annotated[list[str] | None, typer.Option("--member", metavar="NAME", help="Only this member; repeatable.")]
WorkerCount = Annotated[
    int | None,
    typer.Option(min=0, metavar="N", help="Worker processes here (default: at_once, at most 4); 0: others do it."),
]
Together = Annotated[
    bool, typer.Option("--together", help="All of these members or none: two-phase commit, for 2 to 10 of them.")
]
ReportFormat = Annotated[FleetFormat, typer.Option("--format", help="The format of the output.")]


@group.command()
def status(
    manifest: Manifest = None, groups: Groups = None, names: Names = None, output: ReportFormat = FleetFormat.TEXT
) -> None:
    """Show the generation, where each member stands, and what the newest run has come to."""
    from schemaguard.commands.fleet.status import status as ask
    from schemaguard.report import fleet as report

    with _fleet(manifest) as fleet:
        found = ask(fleet, _chosen(fleet, groups, names))
    _tell(found, output, report.standing_json, report.show_standing, report.standing_markdown)


@group.command()
def check(
    manifest: Manifest = None, groups: Groups = None, names: Names = None, output: ReportFormat = FleetFormat.TEXT
) -> None:
    """One verdict for all members: what differs between them, and what the migrations would break of whom.

    Exit code: 0 in step, 1 they differ or a reader would be broken, 2 a member can't be asked.
    """
    from schemaguard.commands.fleet.check import check as judge
    from schemaguard.report import fleet as report

    with _fleet(manifest) as fleet:
        found = judge(fleet, _chosen(fleet, groups, names))
    _tell(found, output, report.verdict_json, report.show_verdict, report.verdict_markdown)
    raise typer.Exit(int(found.exit_code))


@group.command()
def upgrade(
    revision: Annotated[str, typer.Argument(metavar="REVISION", help="The revision to go up to.")] = "head",
    migrations: Annotated[
        str | None, typer.Option(metavar="PATH", help="The history, where there are several.")
    ] = None,
    wait: Annotated[float, typer.Option(min=0, metavar="SECONDS", help="How long a revision waits for locks.")] = 60,
    arguments: Annotated[
        list[str] | None,
        typer.Option("-x", metavar="NAME=VALUE", help="Handed to env.py; {member} stands for the member's name."),
    ] = None,
    reason: Annotated[str, typer.Option(help="The reason, kept with the run.")] = "upgrade",
    manifest: Manifest = None, groups: Groups = None, names: Names = None, workers: WorkerCount = None,
    dry_run: DryRun = False, yes: Yes = False, output: ReportFormat = FleetFormat.TEXT,
) -> None:  # fmt: skip
    """Apply the project's own history to every member, with the guard, as `schemaguard upgrade` does to one.

    Exit code: 0 all have gone, 1 over without some that are named, 4 it has stopped.
    Of --dry-run: 0 all could go, 1 some couldn't, 2 a member can't be asked.
    """
    from schemaguard.fleet.protocol import Asked, FleetVerb

    options = {"migrations": migrations, "wait": wait, "arguments": list(arguments or ())}
    with _fleet(manifest) as fleet:
        asked = Asked(FleetVerb.UPGRADE, fleet.site.actor, reason, revision, options=options)
        _run(fleet, asked, _chosen(fleet, groups, names), workers, output, dry_run=dry_run, yes=yes)


@group.command()
def promote(
    model: Annotated[str, typer.Argument(metavar="MODEL", help="The model.")],
    version: Annotated[str, typer.Argument(metavar="VERSION", help="The published version to put to serve.")],
    reason: Annotated[str, typer.Option(help="The reason, written to each ledger.")] = "promotion",
    accept: Accept = None,
    no_verify: Annotated[
        bool, typer.Option("--no-verify", help="Without a look at data and artifact; the ledgers keep it.")
    ] = False,
    fill: Fill = None, finish: Finish = False, without_dependents: WithoutDependents = False,
    is_together: Together = False,
    manifest: Manifest = None, groups: Groups = None, names: Names = None, workers: WorkerCount = None,
    dry_run: DryRun = False, yes: Yes = False, output: ReportFormat = FleetFormat.TEXT,
) -> None:  # fmt: skip
    """Make a published version the one that serves, in every member, each with its own plan and ledger.

    Exit code: 0 all have gone, 1 over without some that are named, 4 it has stopped.
    Of --dry-run: 0 all could go, 1 some couldn't, 2 a member can't be asked.
    """
    from schemaguard.fleet.protocol import Asked, FleetVerb

    options = {
        "accept": accept, "no_verify": no_verify, "fills": list(fill or ()), "finish": finish,
        "without_dependents": without_dependents,
    }  # fmt: skip
    with _fleet(manifest) as fleet:
        asked = Asked(FleetVerb.PROMOTE, fleet.site.actor, reason, version, model, options)
        chosen = _chosen(fleet, groups, names)
        _run(fleet, asked, chosen, workers, output, dry_run=dry_run, yes=yes, is_together=is_together)


@group.command()
def rollback(
    model: Annotated[str, typer.Argument(metavar="MODEL", help="The model.")],
    reason: Annotated[str, typer.Option(help="The reason, written to each ledger.")],
    to: Annotated[
        str | None,
        typer.Option(metavar="VERSION", help="The version to go back to (default: what served before, in each)."),
    ] = None,
    fill: Fill = None, finish: Finish = False, without_dependents: WithoutDependents = False,
    is_together: Together = False,
    manifest: Manifest = None, groups: Groups = None, names: Names = None, workers: WorkerCount = None,
    dry_run: DryRun = False, yes: Yes = False, output: ReportFormat = FleetFormat.TEXT,
) -> None:  # fmt: skip
    """Take model and schema back together in every member, each with its own plan and ledger.

    Exit code: 0 all have gone, 1 over without some that are named, 4 it has stopped.
    Of --dry-run: 0 all could go, 1 some couldn't, 2 a member can't be asked.
    """
    from schemaguard.fleet.protocol import Asked, FleetVerb

    options = {"fills": list(fill or ()), "finish": finish, "without_dependents": without_dependents}
    with _fleet(manifest) as fleet:
        asked = Asked(FleetVerb.ROLLBACK, fleet.site.actor, reason, to, model, options)
        chosen = _chosen(fleet, groups, names)
        _run(fleet, asked, chosen, workers, output, dry_run=dry_run, yes=yes, is_together=is_together)


@group.command()
def resume(manifest: Manifest = None, workers: WorkerCount = None, output: ReportFormat = FleetFormat.TEXT) -> None:
    """Go on with the run that was interrupted or has stopped: members that failed are tried again.

    Exit code: 0 all have gone, 1 over without some that are named, 4 it has stopped again.
    """
    from schemaguard.commands.fleet import run as command

    with _fleet(manifest) as fleet:
        _wait(fleet, command.resume(fleet), workers, output)


@group.command()
def abandon(manifest: Manifest = None) -> None:
    """Give the open run up: nobody else is begun, whoever has gone stays there, and the generation stays.

    Exit code: 0 given up, 2 a member is being carried out.
    """
    from schemaguard.commands.fleet import run as command

    with _fleet(manifest) as fleet:
        run = command.abandon(fleet)
    typer.echo(f"run {run.id} ({run.asked.words}) is given up; schemaguard fleet check shows who has gone")


@group.command()
def reconcile(manifest: Manifest = None) -> None:
    """Settle what an interrupted `--together` has left: prepared transactions are committed or taken back, everywhere.

    Exit code: 0 nothing is left, 2 a member can't be reached yet, or somebody is at it.
    """
    from schemaguard.commands.fleet.together import reconcile as command
    from schemaguard.report.visible import visible

    with _fleet(manifest) as fleet:
        settled = command(fleet)
    for words in (*settled.done, *settled.left) or ("nothing is left to be settled",):
        typer.echo(visible(words))
    raise typer.Exit(2 if settled.left else 0)


@group.command()
def work(
    manifest: Manifest = None,
    run: Annotated[int | None, typer.Option(metavar="N", help="The run (default: the open one).")] = None,
    waits: Annotated[bool, typer.Option("--wait", help="Wait for the next run, whenever it comes.")] = False,
    output: ReportFormat = FleetFormat.TEXT,
) -> None:
    """Carry members of the open run out, beside the workers of other machines, until it is over."""
    from schemaguard.commands.fleet.work import work as command

    with _fleet(manifest) as fleet:
        ended = command(fleet, run=run, waits=waits)
    if output is FleetFormat.TEXT:
        typer.echo(f"the run is {ended.state.value}{f': {ended.why}' if ended.why else ''}")


# What they share


@contextmanager
def _fleet(manifest: str | None) -> "Iterator[Fleet]":
    from schemaguard.cli.operating import open_site
    from schemaguard.commands.fleet.opening import open_fleet

    with open_site() as site:
        yield open_fleet(site, manifest)


def _chosen(fleet: "Fleet", groups: list[str] | None, names: list[str] | None) -> "tuple[FleetMember, ...]":
    return fleet.manifest.chosen(tuple(groups or ()), tuple(names or ()))


def _run(
    fleet: "Fleet", asked: "Asked", members: "tuple[FleetMember, ...]", workers: int | None, output: FleetFormat,
    *, dry_run: bool, yes: bool, is_together: bool = False,
) -> None:  # fmt: skip
    from schemaguard.commands.fleet import run as command

    if dry_run:
        _plan(fleet, asked, members, output, is_together=is_together)
    if not yes:
        _ask(fleet, asked, members)
    if is_together:
        from schemaguard.commands.fleet.together import together
        from schemaguard.report import fleet as report

        found = together(fleet, asked, members)
        _tell(found, output, report.run_json, report.show_run, report.run_markdown)
        raise typer.Exit(int(found.exit_code))
    _wait(fleet, command.begin(fleet, asked, members), workers, output)


def _plan(
    fleet: "Fleet", asked: "Asked", members: "tuple[FleetMember, ...]", output: FleetFormat, *, is_together: bool
) -> NoReturn:
    """Tell what would be done, with nothing touched."""
    from schemaguard.commands.fleet.plan import plan_run
    from schemaguard.fleet.protocol import TaskState
    from schemaguard.report import fleet as report

    shown = _Progress(f"{asked.words}: nothing is changed")

    def asked_of(count: int, total: int) -> None:
        shown({TaskState.DONE: count, TaskState.WAITING: total - count})

    try:
        found = plan_run(fleet, asked, members, asked_of, is_together=is_together)
    finally:
        shown.clear()
    _tell(found, output, report.plan_json, report.show_plan, report.plan_markdown)
    raise typer.Exit(int(found.exit_code))


def _ask(fleet: "Fleet", asked: "Asked", members: "tuple[FleetMember, ...]") -> None:
    """Show what would be done with how many, and ask; UsageError where nobody can answer."""
    from schemaguard.cli.switching import confirm
    from schemaguard.report.visible import visible

    policy, canaries = fleet.manifest.policy, [each.name for each in members if each.is_canary]
    first = f", {', '.join(canaries)} first" if canaries else ""
    typer.echo(
        visible(
            f"{asked.words} of {len(members)} members of {fleet.manifest.fleet}{first}; {policy.at_once} at once, "
            f"stops after {policy.stop_after} that fail, which are: {policy.on_failure.value}"
        ),
        err=True,
    )
    confirm("add --yes")


def _wait(fleet: "Fleet", run: Any, workers: int | None, output: FleetFormat) -> None:
    from pathlib import Path

    from schemaguard.commands.fleet import run as command
    from schemaguard.report import fleet as report

    policy = fleet.manifest.policy
    count = workers if workers is not None else min(policy.at_once, 4)
    shown = _Progress(run.asked.words)
    try:
        manifest = Path(fleet.manifest.file)
        found = command.wait(fleet, run, command.Workers(count, fleet.site.here / manifest), shown)
    finally:
        shown.clear()
    _tell(found, output, report.run_json, report.show_run, report.run_markdown)
    raise typer.Exit(int(found.exit_code))


class _Progress:
    """A bar on stderr, where that is a terminal."""

    def __init__(self, words: str) -> None:
        self._words, self._start = words, time.monotonic()
        self._is_terminal = sys.stderr.isatty()

    def __call__(self, counts: "Mapping[TaskState, int]") -> None:
        if not self._is_terminal:
            return
        import shutil

        from schemaguard.report.fleet import progress_line

        text = progress_line(self._words, counts, time.monotonic() - self._start, shutil.get_terminal_size().columns)
        sys.stderr.write(f"\r\x1b[2K{text}")
        sys.stderr.flush()

    def clear(self) -> None:
        """Take the bar away."""
        if self._is_terminal:
            sys.stderr.write("\r\x1b[2K")


def _tell(found: Any, output: FleetFormat, as_json: Any, show: Any, as_markdown: Any) -> None:
    from schemaguard.cli.operating import console, tell_json

    if output is FleetFormat.JSON:
        tell_json(as_json(found))
    elif output is FleetFormat.MARKDOWN:
        typer.echo(as_markdown(found), nl=False)
    else:
        show(found, console())
