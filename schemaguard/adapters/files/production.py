"""The file of `schemaguard facts`."""

from schemaguard.errors import ConfigError
from schemaguard.history.sources import Files
from schemaguard.rules.facts.production import ProductionFacts, from_document


def read_production(path: str, files: Files) -> ProductionFacts:
    """What the file says of production. Raises ConfigError where it isn't there, or isn't such a file."""
    import yaml  # Most projects have no such file.

    text = files.read(path)
    again = "write it anew: schemaguard facts --database URL > FILE"
    if text is None:
        raise ConfigError(f"there is no {path}", at="facts", next=again)
    try:
        return from_document(yaml.safe_load(text))
    except yaml.YAMLError as error:
        raise ConfigError(f"{path} is not valid YAML: {str(error).splitlines()[0]}", at=path, next=again) from error
    except ValueError as error:
        raise ConfigError(f"{path}: {error}", at=path, next=again) from error
