"""Static evaluation of Alembic revisions: what `upgrade()` and `downgrade()` send, found out without running them.

Its rooms, from the top: what an import finds (`libraries`), statements and expressions (`language`), what values answer
(`data_model`), what reaches the database (`effects`), real objects by name on a list (`host`), the interpreter with its
heap, budget and record (`machine`), and below it the `values` and the modelled `database`.
"""

from schemaguard.evaluation.evaluator import Evaluator, Settings

__all__ = ["Evaluator", "Settings"]
