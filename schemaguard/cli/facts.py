"""`schemaguard facts`: production's sizes and traffic, for a check that has no access to it."""

from typing import Annotated

import typer


def facts(
    database_url: Annotated[
        str | None,
        typer.Option("--database", "--database-url", metavar="URL", help="The database (or SCHEMAGUARD_DATABASE_URL)."),
    ] = None,
    calibrate: Annotated[
        bool, typer.Option("--calibrate", help="Also measure how fast this server scans, rewrites and indexes.")
    ] = False,
) -> None:
    """Write how large and how busy each table is, as YAML: schemaguard facts > facts.yaml.

    Only sizes, rates and the names of tables, from the server's statistics: no row is read. With facts = "facts.yaml"
    in the settings, check says how long a lock is held at that size, and grades by it.
    """
    import yaml

    from schemaguard.cli.operating import open_site
    from schemaguard.commands.facts import facts as find_out
    from schemaguard.rules.facts.production import document

    with open_site(database_url) as site:
        found = find_out(site, calibrate=calibrate)
    typer.echo(yaml.safe_dump(document(found), sort_keys=False, allow_unicode=True), nl=False)
