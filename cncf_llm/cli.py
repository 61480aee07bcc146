"""The command line, `cncf-llm`: thin, since the Dagster instance does the work."""

import os
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Literal

import typer
from pydantic import ValidationError
from rich.console import Console

from cncf_llm.commands.errors import UsageError

app = typer.Typer(
    help="Open data sets and language models from the CNCF landscape, as Dagster assets.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

Projects = Annotated[
    str | None, typer.Option(help="Project keys, comma-separated; default: all of the landscape.")
]
Select = Annotated[str | None, typer.Option(help="Assets, comma-separated; default: all.")]
Project = Annotated[str | None, typer.Option(help="Only this project.")]


@app.command()
def run(
    projects: Projects = None,
    select: Select = None,
    accept_loss: Annotated[
        bool, typer.Option(help="Publish corpora even where many documents are gone.")
    ] = False,
) -> None:
    """Materialize assets: everything, or a choice. What is unchanged is not computed again.

    Exit code 0: all is well; 1: something failed, the rest was done; 2: the command was wrong.
    """
    from cncf_llm.commands.home import open_instance
    from cncf_llm.commands.run import print_outcome
    from cncf_llm.commands.run import run as run_assets
    from cncf_llm.definitions import defs
    from cncf_llm.settings import Settings

    console = Console()
    with open_instance(Settings()) as instance:
        outcome = run_assets(
            defs, instance, console, _split(projects), _split(select), accept_loss=accept_loss
        )
    print_outcome(outcome, console)
    raise typer.Exit(1 if outcome.failed else 0)


@app.command()
def status() -> None:
    """Show what there is: counts and scores per project."""
    from cncf_llm.commands.status import show_status

    show_status(_store(), Console())


@app.command()
def show(
    asset: Annotated[str, typer.Argument(help="An asset, such as qa_pairs.")],
    project: Project = None,
    table: Annotated[str | None, typer.Option(help="Another of the asset's tables.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="How many rows.")] = 10,
    format: Annotated[Literal["table", "jsonl"], typer.Option(help="How to print.")] = "table",
) -> None:
    """Show rows of an asset."""
    from cncf_llm.commands.show import show as show_rows

    show_rows(_store(), Console(), asset, project, table, limit, format)


@app.command()
def lineage(
    id: Annotated[str, typer.Argument(help="Id of a row, such as qa-0123…: see `show`.")],
) -> None:
    """Show where a row came from, down to file and commit, and what was made from it."""
    from cncf_llm.commands.lineage import show_lineage

    show_lineage(_store(), Console(), id)


@app.command()
def metrics(
    port: Annotated[int, typer.Option(min=0, max=65535, help="Where to listen.")] = 9090,
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    cache: Annotated[float, typer.Option(min=0, help="Seconds between two readings.")] = 15,
    timeout: Annotated[float, typer.Option(min=0.1, help="Seconds that a reading may take.")] = 8,
) -> None:
    """Serve the platform's metrics to Prometheus."""
    if find_spec("prometheus_client") is None:
        raise UsageError("metrics need another library: pip install 'cncf-llm[kubernetes]'")
    from cncf_llm.commands.metrics import serve_metrics
    from cncf_llm.settings import Settings

    serve_metrics(Settings(), Console(), host, port, cache, timeout)


mirrors = typer.Typer(help="Make parts of a mirror, for sites without network.")
app.add_typer(mirrors, name="mirror", no_args_is_help=True)


@mirrors.command()
def repositories(
    to: Annotated[Path, typer.Option(help="The mirror's folder, as in CNCF_LLM_MIRROR.")],
    projects: Projects = None,
) -> None:
    """Write one git bundle per repository of the projects. Run again, it brings what is new.

    Exit code 0: all bundles are there; 1: some repositories could not be read, the rest was done.
    """
    from cncf_llm.commands.mirror import mirror_repositories
    from cncf_llm.settings import Settings

    failed = mirror_repositories(Settings(), Console(), to, _split(projects))
    raise typer.Exit(1 if failed else 0)


@mirrors.command()
def stackexchange(
    posts_xml: Annotated[Path, typer.Argument(help="Posts.xml of Stack Overflow's data dump.")],
    to: Annotated[Path, typer.Option(help="The mirror's folder, as in CNCF_LLM_MIRROR.")],
    tags: Annotated[
        str | None, typer.Option(help="Tags, comma-separated; default: those of all projects.")
    ] = None,
) -> None:
    """Write the questions of each tag to MIRROR/stackexchange/, in one pass over the dump."""
    from cncf_llm.commands.mirror import mirror_stackexchange
    from cncf_llm.settings import Settings

    mirror_stackexchange(Settings(), Console(), posts_xml, to, _split(tags))


reviews = typer.Typer(help="Let people judge pairs in a spreadsheet.")
app.add_typer(reviews, name="review", no_args_is_help=True)


@reviews.command(name="export")
def review_export(
    file: Annotated[Path, typer.Argument(help="The .csv file to write.")],
    project: Annotated[str, typer.Option(help="The project whose pairs are to be judged.")],
    n: Annotated[int, typer.Option(min=1, help="How many pairs.")] = 100,
    seed: Annotated[int, typer.Option(help="Another number draws another sample.")] = 0,
) -> None:
    """Write a sample of pairs, with their passages, to a spreadsheet."""
    from cncf_llm.commands.review import export_sample

    export_sample(_store(), Console(), project, n, seed, file)


@reviews.command(name="import")
def review_import(
    file: Annotated[Path, typer.Argument(help="The .csv file with verdicts.")],
) -> None:
    """Keep the verdicts of a spreadsheet. The next run drops, corrects and keeps pairs by them."""
    from cncf_llm.commands.home import open_instance
    from cncf_llm.commands.review import import_sheet
    from cncf_llm.settings import Settings

    with open_instance(Settings()) as instance:
        import_sheet(_store(), instance, Console(), file)


def _store():
    from cncf_llm.defs.resources import open_store
    from cncf_llm.settings import Settings

    return open_store(Settings())


def _split(names: str | None) -> list[str] | None:
    return None if names is None else [name.strip() for name in names.split(",") if name.strip()]


def main() -> None:
    """Run the command line; errors that a person can mend are printed without a traceback."""
    from cncf_llm.store import StoreError

    # Threads that wait for work must not spin: they would take the cores from those that have some.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    try:
        app()
    except (UsageError, StoreError) as error:
        _fail(str(error))
    except ValidationError as error:  # settings
        for problem in error.errors():
            name = "_".join(str(part) for part in problem["loc"]).upper()
            _fail(f"setting CNCF_LLM_{name}: {problem['msg']}")


def _fail(message: str) -> None:
    Console(stderr=True).print(f"[bold red]error:[/] {message}", highlight=False)
    sys.exit(2)


if __name__ == "__main__":
    main()
