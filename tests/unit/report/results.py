"""A check's result for the tests of its reports."""

from schemaguard.finding import Finding
from schemaguard.history.revision import Phase
from schemaguard.rules.judging.headline import headed
from schemaguard.rules.judging.verdict import CheckResult, ContractUsed, JudgedRevision, RollbackClass, WindowUsed
from tests.unit.rules.findings import FRAUD_7, FRAUD_8, finding

REVISION = JudgedRevision(
    history="migrations",
    id="0007",
    file="migrations/versions/0007_drop_channel.py",
    phase=Phase.CONTRACT,
    rollback=RollbackClass.INSTANT,
    rollback_by_alembic=RollbackClass.LOSSY,
    rollback_with_guard=RollbackClass.INSTANT,
    statements=1,
    opaque=0,
)
REJECTED = headed([finding(), finding("breaks-reader", readers=(FRAUD_7, FRAUD_8), cause="column-dropped")])
IGNORED = headed([finding(suppressed="the table is empty")])


def result(*findings: Finding, remarks: tuple[str, ...] = ()) -> CheckResult:
    """A check of one revision that found these."""
    return CheckResult(
        window=WindowUsed("contracts/window.lock", "2026-11-23"),
        contracts=(ContractUsed("fraud", ("7", "8"), "contracts/fraud/7.odcs.yaml", None),),
        revisions=(REVISION,),
        findings=findings,
        seconds=0.31,
        remarks=remarks,
        history_size=7,
    )
