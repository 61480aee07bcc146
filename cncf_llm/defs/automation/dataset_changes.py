"""The sensor that asks for a retraining when the data set moved."""

from collections.abc import Iterator

import dagster as dg

from cncf_llm.defs.automation.jobs import retrain_project
from cncf_llm.store import Store


@dg.sensor(job=retrain_project, minimum_interval_seconds=300)
def dataset_changes(
    context: dg.SensorEvaluationContext, store: dg.ResourceParam[Store]
) -> Iterator[dg.RunRequest | dg.SkipReason]:
    """Request a retraining of each project whose data set is not the one its adapter has learned.

    The run key is the data set's digest, so the same data never trains twice.
    """
    dataset = store.current("qa_dataset")
    if dataset is None:
        yield dg.SkipReason("there is no qa_dataset yet")
        return
    for project in store.partitions("adapter"):
        data = dataset.part(project)
        if store.require("adapter", project).facts["data"] != data:
            yield dg.RunRequest(
                run_key=f"{project} {data}",
                partition_key=project,
                tags={"cncf_llm/reason": "the project's data set changed"},
            )
