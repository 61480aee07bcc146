"""Which of the adapters that are due are trained now, and which wait: pure rules, no clock."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

HOUR = 3600.0
WEEK = 7 * 24 * HOUR
ATTEMPTS = 3  # the first and two more: what fails three times, a person should look at


@dataclass(frozen=True)
class Due:
    """An adapter that ought to be trained, and what happened to it before. Times are Unix seconds.

    `state` names what it would be trained from and to. `hours` are the GPU hours that it probably
    takes. `asked` counts all earlier runs for this state, `in_vain` those since the adapter was
    last trained; the last of these ended at `failed_at`. `under_way` is the run that trains it now.
    """

    name: str
    reason: str
    state: str
    hours: float
    trained_at: float | None = None
    asked: int = 0
    in_vain: int = 0
    failed_at: float | None = None
    under_way: str | None = None

    @property
    def run_key(self) -> str:
        return f"{self.name} {self.state} {self.asked + 1}"


@dataclass(frozen=True)
class Spent:
    """GPU hours of one step, and when it ended (Unix seconds)."""

    ended_at: float
    hours: float


@dataclass(frozen=True)
class Decision:
    """What is requested now, and for each that is not, the sentence that says why."""

    requested: tuple[Due, ...]
    waiting: dict[str, str]


def decide(
    due: Sequence[Due],
    spent: Sequence[Spent],
    reserved: float,
    *,
    allowed: float,
    cool_down: float,
    now: float,
) -> Decision:
    """Choose among the adapters that are due; the longest untrained comes first.

    `spent` are the steps of the last seven days, `reserved` the GPU hours that runs under way will
    take. `allowed` is the limit for seven days, in GPU hours, `cool_down` in hours. Where the hours
    do not reach for one, those behind it wait too: else small ones would overtake it for ever.
    """
    recent = [each for each in spent if each.ended_at > now - WEEK]
    committed = sum(each.hours for each in recent) + reserved
    oldest = min((each.ended_at for each in recent), default=None)
    requested: list[Due] = []
    waiting: dict[str, str] = {}
    first_waiting = None
    for each in sorted(due, key=lambda each: (each.trained_at or 0.0, each.name)):
        held = _held(each, cool_down, now)
        if held is None and each.hours > allowed:
            held = (
                f"needs about {each.hours:.1f} GPU hours, more than the {allowed:g} of a week: "
                "train it by hand, or raise CNCF_LLM_RETRAIN_GPU_HOURS_PER_WEEK"
            )
        elif held is None and first_waiting:
            held = f"waits for GPU hours behind {first_waiting}"
        elif held is None and committed + each.hours > allowed:
            first_waiting = each.name
            held = (
                f"needs about {each.hours:.1f} GPU hours; {committed:.1f} of the {allowed:g} of a "
                "week are used or under way"
            )
            if oldest is not None:
                held += f", the oldest until {_time(oldest + WEEK)}"
        if held is None:
            committed += each.hours
            requested.append(each)
        else:
            waiting[each.name] = held
    return Decision(tuple(requested), waiting)


def _held(due: Due, cool_down: float, now: float) -> str | None:
    """Return why this one may not be asked for whatever hours are left, or None."""
    if due.under_way:
        return f"is being trained (run {due.under_way[:8]})"
    if due.in_vain >= ATTEMPTS:
        return (
            f"failed {due.in_vain} times for this data and is not asked for again: look at its "
            "runs, then train it by hand"
        )
    last, what = max((due.trained_at or 0.0, "was trained"), (due.failed_at or 0.0, "failed"))
    until = last + cool_down * HOUR
    if last and now < until:
        return f"{what} at {_time(last)}; not before {_time(until)}"
    return None


def _time(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M UTC")
