import pytest

from cncf_llm.training import tracked_run


@pytest.fixture(scope="module")
def uri(tmp_path_factory):
    return f"sqlite:///{tmp_path_factory.mktemp('mlflow') / 'mlflow.db'}"


def run(uri, scratch, **options):
    scratch.mkdir(exist_ok=True)
    options = {"tags": {"project": "etcd"}, "params": {"rank": 4}} | options
    return tracked_run(uri, "adapter", "etcd", scratch=scratch, **options)


def test_run_keeps_parameters_curves_data_digest_and_artifacts(uri, tmp_path, capfd):
    with run(uri, tmp_path / "s", dataset=("qa_dataset", "ab" * 32)) as tracked:
        tracked.metrics(10, {"train_loss": 2.0, "validation_loss": None})
        tracked.metrics(20, {"train_loss": 1.0})
        tracked.artifact("note.txt", b"hello")
    found = tracked.client.get_run(tracked.run_id)
    assert found.info.status == "FINISHED"
    assert found.data.params == {"rank": "4"}
    assert found.data.tags["project"] == "etcd"
    assert found.data.tags["dataset_digest"] == "ab" * 32
    assert found.inputs.dataset_inputs[0].dataset.digest == ("ab" * 32)[:36]
    points = tracked.client.get_metric_history(tracked.run_id, "train_loss")
    assert [(point.step, point.value) for point in points] == [(10, 2.0), (20, 1.0)]
    database = uri.removeprefix("sqlite:///")
    assert found.info.artifact_uri.startswith(f"file://{database.rpartition('/')[0]}/artifacts")
    assert tracked.page.endswith(f"/runs/{tracked.run_id}")
    assert capfd.readouterr() == ("", "")


def test_failure_is_marked_and_the_next_try_goes_on_in_the_same_run(uri, tmp_path):
    def fail():
        with run(uri, tmp_path / "s") as tracked:
            runs.append(tracked)
            tracked.metrics(10, {"train_loss": 2.0})
            tracked.metrics(20, {"train_loss": 1.5})
            _ = 1 / 0

    runs = []
    with pytest.raises(ZeroDivisionError):
        fail()
    first = runs[0]
    assert first.client.get_run(first.run_id).info.status == "FAILED"
    with run(uri, tmp_path / "s") as second:
        second.metrics(20, {"train_loss": 1.5})  # logged before: from the checkpoint on again
        second.metrics(30, {"train_loss": 1.0})
    assert second.run_id == first.run_id
    points = second.client.get_metric_history(second.run_id, "train_loss")
    assert [point.step for point in points] == [10, 20, 30]
    found = second.client.get_run(second.run_id)
    assert found.info.status == "FINISHED"
    assert found.data.tags["error"] == "ZeroDivisionError: division by zero"


def test_interrupt_is_marked_as_killed(uri, tmp_path):
    with pytest.raises(KeyboardInterrupt), run(uri, tmp_path / "s") as tracked:
        raise KeyboardInterrupt
    assert tracked.client.get_run(tracked.run_id).info.status == "KILLED"


def test_run_that_the_server_has_lost_is_begun_anew(uri, tmp_path):
    (tmp_path / "s").mkdir()
    (tmp_path / "s" / "mlflow_run_id").write_text("0" * 32)
    with run(uri, tmp_path / "s") as tracked:
        assert tracked.run_id != "0" * 32
