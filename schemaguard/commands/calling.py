"""Calling hooks: after a switch, and again by reconcile until each has answered."""

from schemaguard.adapters.control import hooks as owed
from schemaguard.commands.site import Site
from schemaguard.errors import SchemaguardError
from schemaguard.frozen import dataclass
from schemaguard.releases.hooks import body


@dataclass(frozen=True, slots=True)
class CalledHooks:
    """What was called, a line each, and what couldn't be, and why."""

    called: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()


def call_after_switch(site: Site) -> CalledHooks:
    """Call whoever waits to be told, with the lock given back: a hook that hangs keeps nobody from going back.

    What has been committed is never said to have failed, not even where the database is lost now.
    """
    if not site.hooks:
        return CalledHooks()
    try:
        site.database.unlock()
        return call_hooks(site)
    except SchemaguardError as error:
        return CalledHooks(failed=(f"the hooks are still owed their calls: {error.what}",))


def call_hooks(site: Site) -> CalledHooks:
    """Call whoever waits to be told, each in the order of its switches: after one that fails the hook's others wait.

    Nothing is raised for a hook: the switch is committed, and what failed stays owed.
    """
    known = {hook.name: hook for hook in site.hooks}
    secrets = {hook.secret for hook in site.hooks if hook.secret is not None}
    called, failed = list[str](), dict[str, str]()
    from schemaguard.adapters.files.hooks import call

    for delivery in site.database.ask(owed.waiting):
        if delivery.hook in failed:
            continue
        hook = known.get(delivery.hook)
        try:
            if hook is None:
                failed[delivery.hook] = f"no hook {delivery.hook} is configured here, and it is owed a call"
                continue
            call(hook, body(delivery), site.environ, secrets)
        except SchemaguardError as error:
            failed[delivery.hook] = error.what
            site.database.ask(lambda c, one=delivery, why=error.what: owed.failed(c, one, why))  # type: ignore[misc]  # bound now
        else:
            site.database.change(lambda c, one=delivery: owed.called(c, one))  # type: ignore[misc]  # bound now
            called.append(f"hook {delivery.hook} knows of {delivery.model} (operation {delivery.operation})")
    return CalledHooks(tuple(called), tuple(failed.values()))
