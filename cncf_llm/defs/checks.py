"""An asset's checks: judged in the asset's own step, so that a check needs no pod of its own."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import dagster as dg

from cncf_llm.store import Version


@dataclass(frozen=True)
class Check:
    """What must hold for a version of an asset. What fails a blocking one is not published."""

    name: str
    claim: str  # what holds when it passes, as the UI shows it
    judge: Callable[[Version], dg.AssetCheckResult]
    blocking: bool = False


class RefusedError(Exception):
    """A draft that a check refuses: it is not published, and the previous version stays.

    `build` raises it where publishing itself would do harm.
    """

    def __init__(self, check: str, result: dg.AssetCheckResult, advice: str) -> None:
        super().__init__(f"{check} failed: {advice}")
        self.results = [_named(check, result)]


def specs(
    asset: str, checks: Sequence[Check], partitions: dg.PartitionsDefinition | None = None
) -> list[dg.AssetCheckSpec]:
    """Return the checks as the asset's decorator takes them."""
    return [
        dg.AssetCheckSpec(
            check.name,
            asset=asset,
            description=check.claim,
            blocking=check.blocking,
            partitions_def=partitions,
        )
        for check in checks
    ]


def judged(checks: Sequence[Check], version: Version) -> list[dg.AssetCheckResult]:
    """Return the result of each check."""
    return [_named(check.name, check.judge(version)) for check in checks]


def refuse(checks: Sequence[Check], results: Sequence[dg.AssetCheckResult]) -> None:
    """Raise `RefusedError` with all results when a blocking check failed, and not as a warning."""
    blocking = {check.name: check for check in checks if check.blocking}
    for result in results:
        check = blocking.get(result.check_name or "")
        if check and not result.passed and result.severity == dg.AssetCheckSeverity.ERROR:
            advice = f"this does not hold: {check.claim} The last version stays"
            error = RefusedError(check.name, result, advice)
            error.results = list(results)
            raise error


def _named(name: str, result: dg.AssetCheckResult) -> dg.AssetCheckResult:
    return dg.AssetCheckResult(
        check_name=name,
        passed=result.passed,
        severity=result.severity,
        metadata=result.metadata,
        description=result.description,
    )
