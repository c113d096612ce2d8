"""`schemaguard uninstall`: take schemaguard out of a database."""

from schemaguard.cli.operating import DatabaseUrl, DryRun, Format, Output, Yes


def uninstall(
    dry_run: DryRun = False, yes: Yes = False, database_url: DatabaseUrl = None, output: Output = Format.TEXT
) -> None:
    """Remove everything that schemaguard has put into a database.

    Refused while something that is retired would be lost. The ledger goes, too: keep what `audit` shows first.
    """
    from schemaguard.cli.operating import console, open_site, tell_json
    from schemaguard.cli.switching import confirm
    from schemaguard.commands.uninstall import uninstall as run
    from schemaguard.report.uninstall import show_uninstalled, uninstalled_json

    with open_site(database_url) as site:
        done = run(site, dry_run=True)
        if not dry_run:
            if not yes:
                show_uninstalled(done, console(), dry_run=True)
                confirm("add --yes")
            done = run(site)
    if output is Format.JSON:
        tell_json(uninstalled_json(done, dry_run=dry_run))
    else:
        show_uninstalled(done, console(), dry_run=dry_run)
