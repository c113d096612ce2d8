"""What a newer version added and an older one's writers can't live with: taken off, and owed on the way forward."""

from collections.abc import Iterable

from schemaguard.catalog.objects import Catalog, Name
from schemaguard.errors import RefusedError
from schemaguard.frozen import dataclass
from schemaguard.releases.lookahead import Fit


@dataclass(frozen=True, slots=True)
class Addition:
    """A constraint, index, default or trigger that may refuse what a version writes; `statements` take it off."""

    object: str
    """As a user reads it, such as `UNIQUE t_k_key of t`."""
    act: str
    statements: tuple[str, ...] = ()

    @property
    def words(self) -> str:
        """What is done with it, in words."""
        match self.act:
            case "change_default":
                return f"set back the {self.object}"
            case "add_identity":
                return f"give back the {self.object}"
            case "loosen_identity":
                return f"let values in past {self.object}"
            case "keep_default":
                return f"keep the {self.object} until every server has switched"
            case "disable_trigger":
                return f"disable {self.object}"
            case "add_label":
                return f"give back the {self.object}"
            case _:
                return f"take off {self.object}"


@dataclass(frozen=True, slots=True)
class GivenBack:
    """Something that was taken off for an older version and that a promotion gives back; `statements` do it."""

    number: int
    """Of the debt."""
    object: str
    act: str
    statements: tuple[str, ...] = ()
    for_version: str = ""
    """Whose writers it would have stood in the way of."""
    schema: str = ""
    table: str = ""
    column: str | None = None
    without_value: int | None = None
    """Rows without a value, where those hold a NOT NULL up."""
    fill: str | None = None
    """What they get, as SQL."""

    @property
    def filled(self) -> str:
        """The column's name, such as `transactions.entry_mode`."""
        return f"{Name(self.table, self.schema)}.{self.column}"


def without(additions: Iterable[Addition], catalog: Catalog, fit: Fit) -> Catalog:
    """The catalog once they are taken off."""
    return _after((each.statements for each in additions), catalog, fit)


def given_back(owed: Iterable[GivenBack], catalog: Catalog, fit: Fit) -> Catalog:
    """The catalog once they are back."""
    return _after((each.statements for each in owed), catalog, fit)


def _after(groups: Iterable[tuple[str, ...]], catalog: Catalog, fit: Fit) -> Catalog:
    for statements in groups:
        # A catalog knows nothing of the sequence's counter, which only the second statement of an identity sets.
        for statement in statements[:1]:
            try:
                catalog = fit.after((statement,), catalog)
            except RefusedError:
                continue  # The catalog can't show it; the server is asked when it is done.
    return catalog
