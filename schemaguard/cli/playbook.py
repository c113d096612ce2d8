"""`schemaguard playbook`: when a version is bad and what is done then, tried before anybody relies on it."""

from typing import Annotated

import typer

from schemaguard.cli.operating import DatabaseUrl, Format, Output

Named = Annotated[str, typer.Argument(metavar="MODEL|FILE", help="A model, or the file of a playbook.")]

group = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    help="When a version is bad, and what is done then: check playbooks, forecast and replay their triggers.",
)


@group.command()
def check(
    files: Annotated[
        list[str] | None, typer.Argument(metavar="FILE…", help="Playbooks (default: all of the folder).")
    ] = None,
    output: Output = Format.TEXT,
) -> None:
    """Check playbooks: each error with its file and line.

    Exit code: 0, or 1 where something is wrong.
    """
    from schemaguard.cli.operating import console, open_site, tell_json
    from schemaguard.commands.playbook import check_playbooks
    from schemaguard.report.playbook import problems_json, show_problems

    with open_site() as site:
        done = check_playbooks(site, tuple(files or ()))
    found = [(one.file, one.playbook, one.problems) for one in done.files]
    if output is Format.JSON:
        tell_json(problems_json(found))
    else:
        show_problems(found, console())
    raise typer.Exit(done.exit_code)


@group.command()
def publish(named: Named, database_url: DatabaseUrl = None) -> None:
    """Put a playbook in force: `watch` judges by the one that was published last. Who did it stands in the ledger."""
    from schemaguard.cli.operating import open_site
    from schemaguard.commands.watch import publish_playbook

    with open_site(database_url) as site:
        published, is_new = publish_playbook(site, named)
    what = "is in force" if is_new else "was in force already"
    typer.echo(f"{published.file}: the playbook of {published.model} {what} ({published.digest[:12]})")


@group.command()
def schema() -> None:
    """Print the JSON Schema of a playbook, for an editor."""
    from schemaguard.playbooks.reading import schema_text

    typer.echo(schema_text(), nl=False)


@group.command()
def show(named: Named, output: Output = Format.TEXT) -> None:
    """Show what a playbook says, with what it leaves to the defaults."""
    from schemaguard.cli.operating import console, open_site, tell_json
    from schemaguard.commands.playbook import playbook_of
    from schemaguard.report.playbook import playbook_json, show_playbook

    with open_site() as site:
        found = playbook_of(site, named)
    assert found.playbook is not None
    if output is Format.JSON:
        tell_json(playbook_json(found.file, found.playbook))
    else:
        show_playbook(found.file, found.playbook, console())


@group.command()
def forecast(
    named: Named,
    requests: Annotated[
        str, typer.Option(metavar="N/s", help="The model's traffic in all, such as 10/s or 600/m.")
    ] = "10/s",
    fault: Annotated[
        str | None, typer.Option(metavar="PERCENT", help="The failures of a bad canary (default: five times the line).")
    ] = None,
    strict: Annotated[bool, typer.Option("--strict", help="Exit with 1 where a step is too short.")] = False,
    output: Output = Format.TEXT,
) -> None:
    """Say how long a bad canary would go unseen, by trigger and step, from a simulation of the watcher's own loop.

    Exit code: 0, or 1 where --strict is given and a step ends before its triggers have seen enough.
    """
    from schemaguard.cli.operating import console, open_site, tell_json
    from schemaguard.commands.playbook import forecast_delays
    from schemaguard.report.playbook import forecast_json, show_forecast

    rate, share = per_second(requests), _share(fault) if fault is not None else None
    with open_site() as site:
        found, delays = forecast_delays(site, named, rate, share)
    assert found.playbook is not None
    if output is Format.JSON:
        tell_json(forecast_json(delays, rate))
    else:
        show_forecast(found.playbook, delays, rate, console())
    raise typer.Exit(1 if strict and any(each.advice for each in delays) else 0)


@group.command()
def replay(
    named: Named,
    file: Annotated[str, typer.Argument(metavar="CSV", help="Measurements: at,version,trigger,failed,total.")],
    canary: Annotated[
        str | None, typer.Option(metavar="VERSION", help="The version that was a canary (default: none was).")
    ] = None,
    stable: Annotated[
        str | None, typer.Option(metavar="VERSION", help="What it is compared with (default: the other version).")
    ] = None,
    output: Output = Format.TEXT,
) -> None:
    """Say what a playbook would have done on what was measured: to calibrate its lines before it may act."""
    from schemaguard.cli.operating import console, open_site, tell_json
    from schemaguard.commands.playbook import replay_measurements
    from schemaguard.report.playbook import replay_json, show_replay

    with open_site() as site:
        done = replay_measurements(site, named, file, canary, stable)
    if output is Format.JSON:
        tell_json(replay_json(done.file, done.version, done.stable, done.triggers))
    else:
        show_replay(done.version, done.stable, done.triggers, done.playbook, console())


def per_second(text: str) -> float:
    """Requests a second."""
    from schemaguard.errors import UsageError

    number, _, unit = text.partition("/")
    seconds = {"": 1, "s": 1, "m": 60, "h": 3600}.get(unit)
    try:
        rate = float(number) / (seconds or 1)
    except ValueError:
        rate = -1.0
    if seconds is None or not 0 < rate <= 1e7:
        raise UsageError(f"{text!r} can't be a rate of requests", next="write e.g. 10/s, 600/m or 5000/h")
    return rate


def _share(text: str) -> float:
    """A share of failures, 0 to 1."""
    from schemaguard.errors import UsageError

    try:
        share = float(text.removesuffix("%").strip()) / 100
    except ValueError:
        share = -1.0
    if not 0 < share <= 1:
        raise UsageError(f"{text!r} can't be a share of failures", next="write e.g. 10%")
    return share
