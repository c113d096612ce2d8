"""docs/rules/ is what the records and the examples of the rules say."""

import importlib.util
from pathlib import Path

DOCS = Path(__file__).parents[2] / "docs"


def test_the_pages_are_those_that_the_records_and_examples_give() -> None:
    spec = importlib.util.spec_from_file_location("write_rules", DOCS / "write_rules.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)

    written = {file.name: file.read_text(encoding="utf-8") for file in (DOCS / "rules").glob("*.md")}

    assert written == module.pages(), "run python docs/write_rules.py"
