"""`schemaguard policy`: who may do what, as code in Rego, checked and tested before it is asked."""

from typing import Annotated

import typer

from schemaguard.cli.operating import DatabaseUrl, Format, Output, RegistryUri

Named = Annotated[
    str | None,
    typer.Argument(metavar="POLICY", help="A folder or file of Rego, or default (default: what the settings name)."),
]

group = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    help="Who may do what, as code in Rego: asked before a switch, in a process that can reach nothing.",
)


@group.command()
def check(named: Named = None, output: Output = Format.TEXT) -> None:
    """Read a policy and ask it an example of each action: each error with its file and line.

    Exit code: 0, or 1 where it can't be evaluated.
    """
    from schemaguard.cli.operating import console, open_site, tell_json
    from schemaguard.commands.policy import check_policy
    from schemaguard.report.policy import checked_json, show_checked

    with open_site() as site:
        done = check_policy(site, named)
    if output is Format.JSON:
        tell_json(checked_json(done.policy, done.problems))
    else:
        show_checked(done.policy, done.problems, console())
    raise typer.Exit(done.exit_code)


@group.command("test")
def run_tests(named: Named = None, output: Output = Format.TEXT) -> None:
    """Run the tests beside a policy: files `*.test.yaml` with questions and the answers that are wanted.

    Exit code: 0, or 1 where one fails.
    """
    from schemaguard.cli.operating import console, open_site, tell_json
    from schemaguard.commands.policy import run_policy_tests
    from schemaguard.report.policy import show_tested, tested_json

    with open_site() as site:
        done = run_policy_tests(site, named)
    if output is Format.JSON:
        tell_json(tested_json(done.policy, done.tests))
    else:
        show_tested(done.tests, console())
    raise typer.Exit(done.exit_code)


@group.command()
def explain(
    action: Annotated[
        str, typer.Argument(metavar="ACTION", help="promote, canary, advance, abort, rollback or publish.")
    ],
    model: Annotated[str, typer.Argument(metavar="MODEL", help="The model.")],
    version: Annotated[str | None, typer.Argument(metavar="VERSION", help="The version that it is about.")] = None,
    reason: Annotated[str, typer.Option(help="The reason that would be given.")] = "",
    database_url: DatabaseUrl = None,
    registry_uri: RegistryUri = None,
    output: Output = Format.TEXT,
) -> None:
    """Say what the policy would answer now, and what it would be asked. Nothing is changed.

    Exit code: 0, or 1 where it wouldn't allow it or can't be evaluated.
    """
    from schemaguard.cli.operating import console, open_site, tell_json
    from schemaguard.commands.policy import explain_policy
    from schemaguard.errors import ExitCode
    from schemaguard.report.policy import explained_json, show_explained

    with open_site(database_url, registry_uri) as site:
        done = explain_policy(site, action, model, version, reason)
    found = tuple(zip(done.questions, done.answers, strict=True))
    if output is Format.JSON:
        tell_json(explained_json(done.digest, found))
    else:
        show_explained(done.digest, found, console())
    raise typer.Exit(ExitCode.OK if done.outcome == "allowed" else ExitCode.FINDINGS)


@group.command()
def show(
    named: Named = None,
    tests: Annotated[bool, typer.Option("--tests", help="Its tests instead.")] = False,
) -> None:
    """Print a policy: `schemaguard policy show default > policy/release.rego` begins one of your own."""
    from schemaguard.adapters.policy.reading import read_policy_tests
    from schemaguard.cli.operating import open_site
    from schemaguard.commands.policy import find_policy, show_policy

    with open_site() as site:
        if tests:
            found = read_policy_tests(site.config.root, find_policy(site, named))
        else:
            found = show_policy(site, named).modules
    for each in found:
        typer.echo(each.text, nl=False)
