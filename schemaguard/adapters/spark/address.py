"""Where data is that Spark reads: a path for a local one, or the tables of a cluster's catalog."""

from pathlib import Path
from urllib.parse import urlsplit

from schemaguard.errors import UsageError
from schemaguard.frozen import dataclass

FORMATS = ("parquet", "orc", "delta", "iceberg")
_NEXT = "spark:FOLDER|FILE, spark:delta:FOLDER, spark://HOST:7077/SCHEMA, or sc://HOST:15002/SCHEMA"


@dataclass(frozen=True, slots=True)
class SparkPath:
    """A table as files, for a Spark in this process."""

    path: str
    format: str

    @property
    def table(self) -> str:
        """What the table is called by its path."""
        return Path(self.path).name.partition(".")[0]


@dataclass(frozen=True, slots=True)
class SparkCluster:
    """A cluster's master (`spark://…`, `local[2]`) or the address of Spark Connect (`sc://…`), and a schema there."""

    master: str
    schema: str

    @property
    def is_connect(self) -> bool:
        """Whether it is spoken to through Spark Connect."""
        return self.master.startswith("sc://")


SparkPlace = SparkPath | SparkCluster


def spark_place(on: str) -> SparkPlace | None:
    """Where `--on` points if Spark is to read it, else None. UsageError where nothing is named."""
    if on.startswith(("spark://", "sc://")):
        parts = urlsplit(on)
        if not parts.hostname:
            raise UsageError("the address of the Spark cluster has no host", at=on[:80], next=_NEXT)
        at = f":{parts.port}" if parts.port else ""
        return SparkCluster(f"{parts.scheme}://{parts.hostname}{at}", parts.path.strip("/") or "default")
    if not on.startswith("spark:"):
        return None
    path = on.removeprefix("spark:")
    said, mark, rest = path.partition(":")
    found = SparkPath(rest, said) if mark and said in FORMATS else SparkPath(path, _format(path))
    if not found.path:
        raise UsageError("--on spark: names no data", next=_NEXT)
    return found


def _format(path: str) -> str:
    """What the files are: as their name says, or what lies beside them."""
    suffix = Path(path).suffix.lower().removeprefix(".")
    if suffix in FORMATS:
        return suffix
    if (Path(path) / "_delta_log").is_dir():
        return "delta"
    return "iceberg" if (Path(path) / "metadata").is_dir() else "parquet"
