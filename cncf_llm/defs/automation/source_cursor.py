"""What `source_changes` remembers between ticks: when to check what again, and whom to leave alone.

Not what the sources were: that is kept with the data that was read from them. So a cursor that is
lost costs checks, and no runs.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

FORMAT = 1


@dataclass
class Checks:
    """`due` maps a project to its kinds of sources, to when they are checked next (epoch seconds)
    and how often in a row none of that kind could be. `rests` maps a host to when it may be asked
    again.
    """

    due: dict[str, dict[str, tuple[int, int]]] = field(default_factory=dict)
    rests: dict[str, int] = field(default_factory=dict)

    def when(self, project: str, kind: str) -> int:
        """Return when a kind of a project's sources is to be checked; 0: it never was."""
        return self.due.get(project, {}).get(kind, (0, 0))[0]

    def failures(self, project: str, kind: str) -> int:
        return self.due.get(project, {}).get(kind, (0, 0))[1]

    def put_off(self, project: str, kind: str, until: float, failures: int = 0) -> None:
        self.due.setdefault(project, {})[kind] = (int(until), failures)

    def rest(self, host: str, until: float) -> None:
        """Leave a host alone until then, or longer if it asked for that before."""
        self.rests[host] = max(int(until), self.rests.get(host, 0))

    def forget(self, projects: Iterable[str], now: float) -> None:
        """Keep what is known of these projects only, and of hosts that rest still."""
        kept = set(projects)
        self.due = {project: kinds for project, kinds in self.due.items() if project in kept}
        self.rests = {host: until for host, until in self.rests.items() if until > now}

    def to_cursor(self) -> str:
        """Return it as compact JSON: about 40 bytes a project and kind."""
        content = {"version": FORMAT, "due": self.due, "rests": self.rests}
        return json.dumps(content, sort_keys=True, separators=(",", ":"))


def checks_of_cursor(cursor: str | None) -> Checks | None:
    """Return what `to_cursor` wrote; None when it is malformed or of another release."""
    if not cursor:
        return Checks()
    try:
        content = json.loads(cursor)
    except (ValueError, RecursionError):
        return None
    if not isinstance(content, Mapping) or content.get("version") != FORMAT:
        return None
    try:
        due = {
            str(project): {str(kind): (int(at), int(count)) for kind, (at, count) in kinds.items()}
            for project, kinds in content["due"].items()
        }
        rests = {str(host): int(until) for host, until in content["rests"].items()}
    except (AttributeError, KeyError, TypeError, ValueError):
        return None
    return Checks(due, rests)
