"""`schemaguard contracts graph`: models and tables as a tree, as DOT, as Mermaid and as a document."""

import pytest
from inline_snapshot import snapshot

from tests.contracts.projects import Project, entry

HOSTILE = 'a"b<i>\\`#&[x]'


@pytest.fixture
def flow(project: Project) -> Project:
    """fraud writes what a dashboard reads, and reads through a view; churn has nothing to do with them."""
    project.contract("fraud", ["7", "8"], entry("web", ["id"]), entry("predictions", ["score"], "write"))
    project.contract("dashboard", [], entry("predictions", ["score"]))
    project.contract("churn", ["1"], entry("ml.runs", ["id"]))
    return project


def test_every_model_is_a_tree_with_those_it_shares_tables_with(flow: Project) -> None:
    assert flow.told("graph") == snapshot("""\
churn@1 (declared)
└── reads ml.runs  id
dashboard (consumer)
└── reads predictions  score
    └── written by fraud@7, 8 (declared)
fraud@7, 8 (declared)
├── reads web  id
│   └── shows transactions
└── writes predictions  score
    └── read by dashboard (consumer)
3 contracts, 4 tables and views · folder contracts · windows from the dates in the contracts
""")


def test_around_a_table_are_its_users_and_theirs(flow: Project) -> None:
    assert flow.told("graph", "predictions") == snapshot("""\
predictions
├── written by fraud@7, 8 (declared)  score
│   └── reads web  id
└── read by dashboard (consumer)  score
2 contracts, 2 tables and views · folder contracts · windows from the dates in the contracts
""")


def test_a_table_below_a_view_leads_to_the_views_users(flow: Project) -> None:
    told = flow.told("graph", "transactions")
    assert told.splitlines()[:4] == snapshot([
        "transactions",
        "└── shown by web",
        "    └── read by fraud@7, 8 (declared)  id",
        "        └── writes predictions  score",
    ])  # fmt: skip


@pytest.mark.parametrize("thing", ["fraud", "fraud@8"])
def test_around_a_model_are_its_tables_and_who_shares_them(flow: Project, thing: str) -> None:
    said = flow.json("graph", thing)
    assert {each["name"] for each in said["contracts"]} == {"fraud@7, 8", "dashboard"}
    assert said["views"] == [{"view": "web", "reads": "transactions"}]
    assert "churn" not in flow.told("graph", thing)


def test_a_table_that_nobody_uses_stands_alone(flow: Project) -> None:
    assert flow.told("graph", "big").splitlines()[0] == "big"


def test_what_nobody_knows_is_an_error_with_the_nearest(flow: Project) -> None:
    code, said = flow.run("graph", "froud")
    assert code == 2
    assert said.startswith("no model, table or view froud is known")
    assert "models like it: fraud" in said


def test_dot_and_mermaid_flow_from_tables_to_readers(flow: Project) -> None:
    dot = flow.told("graph", "fraud", "--format", "dot")
    assert dot.startswith("digraph contracts {\n")
    assert dot.endswith("}\n")
    assert 'label="predictions", shape=cylinder' in dot
    assert 't1 -> t2 [label="shows", style=dashed];' in dot
    mermaid = flow.told("graph", "fraud", "--format", "mermaid").splitlines()
    assert mermaid[0] == "flowchart LR"
    assert '  m1["fraud@7, 8"]' in mermaid
    assert "  m1 -->|write| t0" in mermaid
    assert "  t0 -->|read| m0" in mermaid


def test_hostile_names_break_out_of_no_format(project: Project) -> None:
    project.contract(HOSTILE, ["7"], entry("transactions", ["id"]))
    assert '[label="a\\"b<i>\\\\`#&[x]@7", shape=box];' in project.told("graph", "--format", "dot")
    label = "a#quot;b#lt;i#gt;\\#96;#35;#amp;[x]@7"
    assert f'["{label}"]' in project.told("graph", "--format", "mermaid")
    assert f"{HOSTILE}@7 (declared)" in project.told("graph")


def test_an_empty_folder_has_an_empty_graph(empty: Project) -> None:
    assert empty.told("graph").startswith("0 contracts, 0 tables and views")
    assert empty.told("graph", "--format", "mermaid") == "flowchart LR\n"


@pytest.mark.parametrize("width", [60, 80, 120])
def test_it_fits_the_terminal(project: Project, width: int) -> None:
    columns = [f"a_rather_long_name_of_a_column_{number}" for number in range(12)]
    project.contract("fraud", [str(n) for n in range(1, 60, 2)], entry("transactions", columns))
    assert max(map(len, project.lines(width, "graph"))) <= width
    (root, branch, _) = project.told("graph").splitlines()
    assert root.startswith("fraud@1, 3, 5")
    assert branch.endswith("and 4 more")
