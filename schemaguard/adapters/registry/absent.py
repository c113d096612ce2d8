"""A registry that nobody has configured: whoever needs one is told so."""

from schemaguard.errors import RegistryError


class AbsentRegistry:
    """Every question is an error of the registry, so that an operation waits for it instead of being given up."""

    place = "SCHEMAGUARD_REGISTRY_URI, or registry_uri of the environment"

    def alias(self, model: str, alias: str) -> str | None:
        """RegistryError."""
        raise self._error(f"to read {model}@{alias}")

    def set_alias(self, model: str, alias: str, version: str) -> None:
        """RegistryError."""
        raise self._error(f"to point {model}@{alias} at {version}")

    def has_version(self, model: str, version: str) -> bool:
        """RegistryError."""
        raise self._error(f"to look for {model} {version}")

    def artifact_uri(self, model: str, version: str) -> str | None:
        """RegistryError."""
        raise self._error(f"to look for the artifact of {model} {version}")

    def _error(self, what: str) -> RegistryError:
        return RegistryError(
            f"no model registry is configured {what}", at=self.place, next="name it, then: schemaguard resume"
        )
