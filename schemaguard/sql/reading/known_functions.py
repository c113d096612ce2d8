"""PostgreSQL's own functions by name, read from a file when the first one is asked for."""

import json
from functools import cache

_DO_ANYTHING = frozenset({"query_to_xml", "query_to_xmlschema", "query_to_xml_and_xmlschema", "cursor_to_xml"})


@cache
def built_in_functions() -> frozenset[str]:
    """The names of the functions in PostgreSQL 18's pg_catalog."""
    # Most histories call none, and what reads a package's files takes long to import.
    from importlib import resources

    text = resources.files("schemaguard.sql.reading").joinpath("functions.json").read_text(encoding="utf-8")
    return frozenset(json.loads(text))


def is_harmless(function: str) -> bool:
    """Whether a function is PostgreSQL's own and runs no text that it is given."""
    return function in built_in_functions() and function not in _DO_ANYTHING
