"""A model registry that a drill can take away: it keeps aliases for as long as it lives, and who asked it when."""

from collections.abc import Callable

from schemaguard.errors import RegistryError


class DrillRegistry:
    """Stands for the model registry; `down` makes every question fail, and what is `lost` has no artifact any more."""

    place = "the drill's registry"

    def __init__(self, epoch: Callable[[], int]) -> None:
        self.aliases: dict[tuple[str, str], str] = {}
        self.down = False
        self.lost: set[tuple[str, str]] = set()
        self.asked_at: list[int] = []
        """The pointer's epoch at each question."""
        self._epoch = epoch

    def alias(self, model: str, alias: str) -> str | None:
        """The version that an alias names."""
        self._heard()
        return self.aliases.get((model, alias))

    def set_alias(self, model: str, alias: str, version: str) -> None:
        """Let an alias name a version."""
        self._heard()
        self.aliases[model, alias] = version

    def has_version(self, _model: str, _version: str) -> bool:
        """Every version is known."""
        self._heard()
        return True

    def artifact_uri(self, model: str, version: str) -> str | None:
        """Where the artifact lies, None where it was lost."""
        self._heard()
        return None if (model, version) in self.lost else f"drill:{model}/{version}"

    def _heard(self) -> None:
        self.asked_at.append(self._epoch())
        if self.down:
            raise RegistryError("the registry doesn't answer: a drill has taken it away", at=self.place)
