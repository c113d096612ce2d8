"""What to do when a model goes wrong at night, filled in with what serves now."""

from datetime import datetime

from schemaguard.errors import UsageError, command_line
from schemaguard.frozen import dataclass
from schemaguard.releases.overview import ServingWindow, Status
from schemaguard.releases.release import Pointer


@dataclass(frozen=True, slots=True)
class RunbookEntry:
    """A case: what is seen, what is to be known first, and the commands, in order."""

    case: str
    known: tuple[str, ...]
    commands: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Runbook:
    """The cases of one model, as of a moment."""

    model: str
    at: datetime
    now: str
    """What serves, in a sentence."""
    entries: tuple[RunbookEntry, ...]


def runbook_of(model: str, found: Status) -> Runbook:
    """What to do about the model; UsageError where nobody published one of that name."""
    named = [(pointer, windows) for pointer, windows in found.overview.models if pointer.model == model]
    if not named:
        raise UsageError(f"no model {model!r} is published here", next=command_line("status"))
    pointer, windows = named[0]
    entries = (
        _wrong(pointer, windows.get(pointer.previous or ""), found),
        _stopped(pointer, found),
        _moved(pointer, found),
        _refused(found),
        RunbookEntry("Afterwards", (), (command_line("audit", "log", model), command_line("status", model))),
    )
    return Runbook(model, found.overview.at, _now(pointer, found), entries)


def _now(pointer: Pointer, found: Status) -> str:
    if pointer.active is None:
        return f"nothing of {pointer.model} serves"
    alias = found.aliases[pointer.model]
    known = f", alias {alias.name} is {alias.version}" if alias.version is not None else ""
    return f"{pointer.model} {pointer.active} serves at epoch {pointer.epoch}{known}"


def _wrong(pointer: Pointer, previous: ServingWindow | None, found: Status) -> RunbookEntry:
    case = "The version that serves is wrong"
    if pointer.previous is None or previous is None:
        return RunbookEntry(case, ("no version served before it: there is no way back",), ())
    until = previous.window_until
    known = f"{pointer.model} {previous.version} served before"
    if until is None:
        known += ", and its window has no end"
    elif until > found.overview.at:
        known += f", and is in its window until {until:%Y-%m-%d}"
    else:
        known += f"; its window was over on {until:%Y-%m-%d}: look at the plan first"
    back = ("rollback", pointer.model, "--if-epoch", str(pointer.epoch), "--reason", "WHAT YOU SAW")
    return RunbookEntry(case, (known,), (command_line(*back, "--dry-run"), command_line(*back)))


def _stopped(pointer: Pointer, found: Status) -> RunbookEntry:
    own = [each for each in found.overview.operations if pointer.model in each.models]
    known = tuple(f"{each} is {each.state} in {each.current}" for each in own) or ("no operation is open",)
    commands = tuple(command_line("resume", str(each.id)) for each in own)
    return RunbookEntry(
        "An operation has stopped half way", known, commands or (command_line("status", pointer.model),)
    )


def _moved(pointer: Pointer, found: Status) -> RunbookEntry:
    drift = tuple(each for each in found.drift if f"{pointer.model}@" in each)
    known = drift or ("the registry's alias is where the pointer says",)
    return RunbookEntry("The alias or a server is elsewhere", known, (command_line("reconcile"),))


def _refused(found: Status) -> RunbookEntry:
    held = tuple(f"revision {each.revision} is held: {each.reason}" for each in found.overview.held)
    known = held or ("no revision is held",)
    return RunbookEntry("A pipeline is refused", known, (command_line("doctor"),))
