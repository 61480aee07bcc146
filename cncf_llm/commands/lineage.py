"""`cncf-llm lineage ID`: the trail from a row to its file and commit, and on to what used it."""

from collections import Counter

from rich.console import Console
from rich.markup import escape
from rich.tree import Tree

from cncf_llm.commands.errors import UsageError
from cncf_llm.lineage import Row, UnknownIdError, children, find, parent_ids, parents
from cncf_llm.store import Store

_MOST = 5  # rows shown below one row on the way forward; the rest is counted

# What tells a person which row it is; the first column that the row has.
_TITLES = ("question", "subject", "name", "text", "model", "path")
# Where a document is, shown at the end of the trail alone: the rows above repeat it.
_PLACE = ("repository", "path", "revision", "url", "licence")
_SHOWN = ("answer", "generated", "set", "split")
# The way forward shows what questions and scores came of it; mentions and the like are counted.
_FORWARD = ("psg", "fct", "qa", "itm", "scr")


def show_lineage(store: Store, console: Console, row_id: str) -> None:
    """Print where a row came from and what was made from it. Raises `UsageError`."""
    try:
        row = find(store, row_id)
    except UnknownIdError as error:
        raise UsageError(str(error)) from error
    tree = Tree(_label(row))
    if row.kind.parents:
        _backward(tree.add("[bold]made from"), store, row)
    made = _descendants(store, row)
    if made:
        counts = Counter(found.kind.name for found in made)
        summary = ", ".join(f"{count:,} × {name}" for name, count in counts.items())
        _forward(tree.add(f"[bold]used in[/] {summary}"), row, made)
    console.width = 1000  # links must stay in one piece to be followed; the terminal wraps
    console.print(tree)


def _backward(branch: Tree, store: Store, row: Row) -> None:
    for found in parents(store, row):
        _backward(branch.add(_label(found)), store, found)


def _descendants(store: Store, row: Row) -> list[Row]:
    made: dict[str, Row] = {}
    level = [row]
    while level:
        level = [found for found in children(store, level) if found.id not in made]
        made.update((found.id, found) for found in level)
    return list(made.values())


def _forward(branch: Tree, row: Row, made: list[Row]) -> None:
    shown = [found for found in made if found.id.split("-")[0] in _FORWARD]
    used = {parent for found in shown for parent in parent_ids(found)}
    below = [
        found
        for found in shown
        if row.id in parent_ids(found) and (found.id in used or not found.id.startswith("psg"))
    ]
    for found in below[:_MOST]:
        _forward(branch.add(_label(found)), found, made)
    if len(below) > _MOST:
        branch.add(f"… and {len(below) - _MOST} more like these")


def _label(row: Row) -> str:
    title = next((row.values[name] for name in _TITLES if row.values.get(name)), "")
    where = f"{row.asset} of {row.partition}" if row.partition else row.asset
    text = f"[bold cyan]{row.kind.name}[/] {row.id} [dim]({where})[/]\n{escape(_short(title))}"
    for name in _SHOWN if row.kind.parents else _PLACE:
        if (value := row.values.get(name)) and value != title:
            text += f"\n[dim]{name}:[/] {escape(_short(value))}"
    return text


def _short(value: object, width: int = 200) -> str:
    text = " ".join(str(value).split())
    return text if len(text) <= width else text[: width - 1] + "…"
