"""How histories are read: a value that every verb about migrations takes, light enough for those with nothing to do."""

from pathlib import Path
from typing import TYPE_CHECKING

from schemaguard.adapters.files.tree import DiskFiles
from schemaguard.config import Config
from schemaguard.frozen import dataclass
from schemaguard.history.memory import Store

if TYPE_CHECKING:
    from schemaguard.history.replay import Progress


@dataclass(frozen=True, slots=True)
class Reading:
    """How histories are read: the settings, the files, and what the options say instead of the settings."""

    config: Config
    files: DiskFiles
    initial: str | None = None
    """A file of SQL that runs before the first revision."""
    assume_in_transaction: bool | None = None
    """Whether SQL files run in one transaction each; None: as their tool runs them."""
    postgresql: int | None = None
    store: Store | None = None
    """Where evaluations are remembered, None to find out everything anew."""
    progress: "Progress | None" = None


def open_reading(config: Config, root: Path) -> Reading:
    """The reading that the settings alone describe, of the files around `root`."""
    return Reading(config=config, files=DiskFiles(root.resolve()))
