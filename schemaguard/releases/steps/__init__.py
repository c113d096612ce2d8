"""The five steps. Each answers the same questions: how far is it, do it, what would undo it, what does it do."""

from schemaguard.releases.steps import commit, finish, intent, prepare, project
from schemaguard.releases.steps.step import OperationStep, StepInverse

STEPS: tuple[OperationStep, ...] = (intent.STEP, prepare.STEP, commit.STEP, project.STEP, finish.STEP)

__all__ = ["STEPS", "OperationStep", "StepInverse"]
