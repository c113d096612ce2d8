"""Static evaluation of Alembic revisions: what `upgrade()` and `downgrade()` send, found out without running them."""

from schemaguard.history.evaluation.evaluator import Evaluator, Settings

__all__ = ["Evaluator", "Settings"]
