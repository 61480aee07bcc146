"""MLflow: one run per materialization, which a resumed training continues."""

import contextlib
import os
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from filelock import FileLock

_SQLITE = "sqlite:///"


@dataclass
class TrackedRun:
    """An MLflow run that is being written. `page` is its path in the MLflow UI."""

    run_id: str
    page: str
    client: Any = field(repr=False)
    logged: dict[str, int] = field(default_factory=dict)

    def metrics(self, step: int, values: Mapping[str, float | int | None]) -> None:
        """Log numbers at a step. What a killed training logged before it is not logged again."""
        from mlflow.entities import Metric

        now = int(time.time() * 1000)
        fresh = [
            Metric(name, float(value), now, step)
            for name, value in values.items()
            if value is not None and name != "step" and step > self.logged.get(name, -1)
        ]
        self.client.log_batch(self.run_id, metrics=fresh)
        self.logged.update({metric.key: step for metric in fresh})

    def artifact(self, name: str, content: bytes) -> None:
        """Store a file with the run, such as the picture of its loss curve."""
        import tempfile

        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / name
            file.write_bytes(content)
            self.client.log_artifact(self.run_id, str(file))


@contextlib.contextmanager
def tracked_run(
    uri: str,
    experiment: str,
    name: str,
    *,
    tags: Mapping[str, str],
    params: Mapping[str, object],
    scratch: Path,
    dataset: tuple[str, str] | None = None,
) -> Iterator[TrackedRun]:
    """Yield the MLflow run of this materialization; it ends FINISHED, FAILED or KILLED.

    `uri` is `sqlite:///<absolute path>` (artifacts then lie in `artifacts/` beside the database) or
    a tracking server's URL. `dataset` is the name and digest of the training data. The run's id is
    kept in `scratch`: a training that was killed goes on in the same run.
    """
    client = _client(uri)
    run = _open_run(client, uri, experiment, name, dict(tags), scratch)
    _describe(client, run.run_id, params, dataset)
    try:
        yield run
    except Exception as error:
        client.set_tag(run.run_id, "error", f"{type(error).__name__}: {error}"[:500])
        client.set_terminated(run.run_id, "FAILED")
        raise
    except BaseException:  # Control-C, or Dagster's own when a run is cancelled or a pod ends
        client.set_terminated(run.run_id, "KILLED")
        raise
    client.set_terminated(run.run_id, "FINISHED")


def _client(uri: str) -> Any:
    os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"
    os.environ["DO_NOT_TRACK"] = "true"
    # MLflow sets up the loggers of alembic and of itself; only warnings are worth reading here.
    os.environ.setdefault("MLFLOW_LOGGING_LEVEL", "WARNING")
    from mlflow import MlflowClient

    if not uri.startswith(_SQLITE):
        return MlflowClient(tracking_uri=uri)
    database = Path(uri.removeprefix(_SQLITE))
    database.parent.mkdir(parents=True, exist_ok=True)
    # Two runs that create the tables at the same time would both fail.
    with FileLock(database.with_suffix(".lock")), _quiet_alembic():
        client = MlflowClient(tracking_uri=uri)
        client.search_experiments(max_results=1)
    return client


@contextlib.contextmanager
def _quiet_alembic() -> Iterator[None]:
    """Keep the hundred lines about database migrations out of the log."""
    import logging

    loggers = [logging.getLogger(name) for name in ("alembic", "mlflow.store.db.utils")]
    disabled = [logger.disabled for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.WARNING)
    yield
    for logger, before in zip(loggers, disabled, strict=True):
        logger.disabled = before


def _open_run(
    client: Any, uri: str, experiment: str, name: str, tags: dict[str, str], scratch: Path
) -> TrackedRun:
    from mlflow.exceptions import MlflowException

    note = scratch / "mlflow_run_id"
    if note.exists():
        run_id = note.read_text().strip()
        try:
            run = client.get_run(run_id)
            client.update_run(run_id, status="RUNNING")
        except MlflowException:
            note.unlink()  # the database was replaced since the kill: a new run then
        else:
            logged = {
                key: max(metric.step for metric in client.get_metric_history(run_id, key))
                for key in run.data.metrics
            }
            return TrackedRun(run_id, _page(run.info), client, logged)
    experiment_id = _experiment(client, uri, experiment)
    run = client.create_run(experiment_id, run_name=name, tags=tags)
    note.write_text(run.info.run_id)
    return TrackedRun(run.info.run_id, _page(run.info), client)


def _page(info: Any) -> str:
    return f"#/experiments/{info.experiment_id}/runs/{info.run_id}"


def _experiment(client: Any, uri: str, name: str) -> str:
    from mlflow.exceptions import MlflowException

    found = client.get_experiment_by_name(name)
    if found:
        return found.experiment_id
    place = None
    if uri.startswith(_SQLITE):
        # MLflow's default is a folder in the current directory.
        place = (Path(uri.removeprefix(_SQLITE)).parent / "artifacts" / name).resolve().as_uri()
    try:
        return client.create_experiment(name, artifact_location=place)
    except MlflowException:
        found = client.get_experiment_by_name(name)  # another run made it a moment ago
        if found is None:
            raise
        return found.experiment_id


def _describe(
    client: Any, run_id: str, params: Mapping[str, object], dataset: tuple[str, str] | None
) -> None:
    from mlflow.entities import Dataset, DatasetInput, Param

    client.log_batch(run_id, params=[Param(key, str(value)) for key, value in params.items()])
    if dataset:
        name, digest = dataset
        # MLflow keeps at most 36 characters of a digest.
        entity = Dataset(name, digest[:36], "code", "{}")
        client.log_inputs(run_id, datasets=[DatasetInput(entity, tags=[])])
        client.set_tag(run_id, "dataset_digest", digest)
