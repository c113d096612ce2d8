"""`schemaguard resume`: carry an operation on that was interrupted."""

from typing import Annotated

import typer

from schemaguard.cli.operating import DatabaseUrl, Finish, Format, Output, RegistryUri


def resume(
    operation: Annotated[
        int | None, typer.Argument(metavar="OPERATION", help="The number of the operation (default: the open one).")
    ] = None,
    mark: Annotated[
        str | None, typer.Option(metavar="done", help="Mark the step at which it stopped as done: you have checked.")
    ] = None,
    abandon: Annotated[
        bool, typer.Option("--abandon", help="Undo what was prepared and give the operation up.")
    ] = False,
    finish: Finish = False,
    database_url: DatabaseUrl = None,
    registry_uri: RegistryUri = None,
    output: Output = Format.TEXT,
) -> None:
    """Continue an interrupted operation at the step where it stopped.

    It is safe to run it again.
    """
    from schemaguard.cli.operating import open_site, tell_json
    from schemaguard.cli.switching import tell
    from schemaguard.commands import resume as command
    from schemaguard.errors import UsageError

    if mark not in (None, "done") or (mark and abandon):
        raise UsageError(
            "--mark must be `done`, and can't be combined with --abandon", next="schemaguard resume --help"
        )
    with open_site(database_url, registry_uri, None) as site:
        if abandon:
            given_up = command.abandon(site, operation)
            if output is Format.JSON:
                tell_json({"operation": given_up.id, "state": "abandoned"})
            else:
                typer.echo(f"abandoned {given_up}; nothing was switched")
            return
        if mark:
            operation = command.mark_done(site, operation).id
        tell(command.resume(site, operation, finish=finish), output)
