"""`cncf-llm lineage ID`: the trail from a row to its file and commit, and on to what used it."""

from rich.console import Console
from rich.markup import escape
from rich.tree import Tree

from cncf_llm.commands.errors import UsageError
from cncf_llm.lineage import Row, UnknownIdError, children, find, parents
from cncf_llm.store import Store

_MOST = 5  # children shown of one row; the rest is counted

# What tells a person which row it is; the first column that the row has.
_TITLES = ("question", "subject", "name", "title", "text", "type", "path")
_SHOWN = (
    "answer",
    "generated",
    "model",
    "set",
    "split",
    "repository",
    "path",
    "revision",
    "url",
    "licence",
)


def show_lineage(store: Store, console: Console, row_id: str) -> None:
    """Print where a row came from and what was made from it. Raises `UsageError`."""
    try:
        row = find(store, row_id)
    except UnknownIdError as error:
        raise UsageError(str(error)) from error
    tree = Tree(_label(row, full=True))
    if row.kind.parents:
        _grow(tree.add("[bold]made from"), store, row, parents, limit=None)
    made = children(store, row)
    if made:
        _grow(tree.add("[bold]used in"), store, row, children, limit=_MOST)
    console.print(tree)


def _grow(branch: Tree, store: Store, row: Row, step, limit: int | None) -> None:
    rows = step(store, row)
    for found in rows[:limit]:
        _grow(branch.add(_label(found, full=step is parents)), store, found, step, limit)
    if limit and len(rows) > limit:
        branch.add(f"… and {len(rows) - limit} more")


def _label(row: Row, full: bool) -> str:
    title = next((row.values[name] for name in _TITLES if row.values.get(name)), "")
    text = f"[bold cyan]{row.kind.name}[/] {row.id} [dim]({row.asset}" + (
        f" of {row.partition})[/]" if row.partition else ")[/]"
    )
    text += f"\n{escape(_short(title))}"
    if full:
        for name in _SHOWN:
            if (value := row.values.get(name)) and value != title:
                text += f"\n[dim]{name}:[/] {escape(_short(value))}"
    return text


def _short(value: object, width: int = 200) -> str:
    text = " ".join(str(value).split())
    return text if len(text) <= width else text[: width - 1] + "…"
