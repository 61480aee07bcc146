"""How far the questions of a tag have been read, kept between two readings."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

FORMAT = "1"  # raise it to read all questions anew, after a change of what becomes of one
MIN_SCORE = 1


@dataclass(frozen=True)
class Cursor:
    """Where the walk over the questions of a tag goes on.

    The first import goes down the scores (`sort` is "votes"), so that what a limit cuts off is the
    least useful. From then on `sort` is "activity" and the walk goes up the dates.
    """

    sort: str = "votes"
    bound: int | None = None  # score or activity date (epoch seconds) of the last question read
    page: int = 1  # the next page within that bound; more than 1 only where many questions share it
    activity: int = 0  # the newest activity that the import's first page showed
    floor: int = MIN_SCORE  # the least score of a question that is not known yet
    imported: int = 0  # how many questions the import has taken
    limited: bool = False  # the import ended at the limit of questions
    read: tuple[int, ...] = ()  # ids of questions with exactly the activity `bound`
    known: frozenset[int] = frozenset()  # ids of questions that were taken
    format: str = FORMAT

    def to_fact(self) -> dict[str, Any]:
        """Return the cursor as JSON values."""
        return asdict(self) | {"read": list(self.read), "known": sorted(self.known)}


def cursor_of_fact(fact: object) -> Cursor:
    """Return the cursor that `to_fact` made. Of another format, only the known ids are kept."""
    if not isinstance(fact, Mapping):
        return Cursor()
    known = frozenset(fact.get("known", ()))
    if fact.get("format") != FORMAT:
        return Cursor(known=known)
    return Cursor(**{**fact, "read": tuple(fact["read"]), "known": known})
