"""`schemaguard install`: install the control schema."""

import typer

from schemaguard.cli.operating import DatabaseUrl, Format, Output


def install(database_url: DatabaseUrl = None, output: Output = Format.TEXT) -> None:
    """Install the control schema in the database that is migrated, or bring it up to date.

    It is safe to run it again.
    """
    from schemaguard.cli.operating import open_site, tell_json
    from schemaguard.commands.install import install as install_control_schema
    from schemaguard.report.fence import fence_json, fence_row

    with open_site(database_url) as site:
        done = install_control_schema(site)
    if output is Format.JSON:
        tell_json(
            {
                "version": 1,
                "database": done.database,
                "control_version": done.version,
                "installed": list(done.versions),
                "watched": done.watched,
                "fence": fence_json(done.fence),
            }
        )
        return
    what = "installed" if done.versions else "is there already"
    typer.echo(f"control schema {what}: version {done.version}, schema schemaguard of database {done.database}")
    if done.watched is not None:
        typer.echo(f"{done.watched} refuses held revisions from now on")
    typer.echo(f"fence {fence_row(done.fence)}")
    if done.fence_remark:
        typer.echo(f"event triggers are not allowed here: {done.fence_remark}; see docs/fence.md")
    if done.owner_remark:
        typer.echo(f"the control schema has no role of its own here: {done.owner_remark}; see docs/fence.md")
