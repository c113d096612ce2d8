"""`schemaguard doctor`: what is set up, what keeps it from working, what isn't protected."""

import typer

from schemaguard.cli.operating import DatabaseUrl, Format, Output, RegistryUri


def doctor(database_url: DatabaseUrl = None, registry_uri: RegistryUri = None, output: Output = Format.TEXT) -> None:
    """Look at installation, settings, database, registry and protection, and say what to do. Nothing is changed.

    Exit code: 0, or 1 where something keeps schemaguard from working.
    """
    from schemaguard.cli.operating import console, open_site, tell_json
    from schemaguard.commands import doctor as command
    from schemaguard.report import doctor as report

    with open_site(database_url, registry_uri) as site:
        found = command.doctor(site)
    if output is Format.JSON:
        tell_json(report.document(found))
    else:
        report.show(found, console())
    raise typer.Exit(found.exit_code)
