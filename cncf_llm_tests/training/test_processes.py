import pytest

from cncf_llm.training import TrainingError
from cncf_llm.training.processes import local_rank, rank, share, world


@pytest.mark.parametrize(
    ("batch", "accumulation", "processes", "expected"),
    [
        (8, 1, 1, (8, 1)),
        (8, 1, 2, (4, 1)),
        (8, 4, 2, (8, 2)),  # fewer rounds rather than smaller batches
        (8, 4, 16, (2, 1)),
        (6, 2, 1, (6, 2)),
        (5, 3, 1, (5, 3)),
        (4, 3, 2, (3, 2)),  # 6 pairs at once would be more than one process ever held
        (1, 4, 4, (1, 1)),
    ],
)
def test_processes_share_a_step_and_learn_from_as_many_pairs(
    batch, accumulation, processes, expected
):
    pairs, rounds = share(batch, accumulation, processes)
    assert (pairs, rounds) == expected
    assert pairs * rounds * processes == batch * accumulation
    assert pairs <= batch


@pytest.mark.parametrize(("batch", "processes"), [(8, 3), (4, 8)])
def test_step_that_cannot_be_shared_evenly_is_refused(batch, processes):
    with pytest.raises(TrainingError, match=f"cannot be shared evenly by {processes} processes"):
        share(batch, 1, processes)


def test_who_one_is_comes_from_torchrun_alone(monkeypatch):
    for name in ("RANK", "LOCAL_RANK", "WORLD_SIZE"):
        monkeypatch.delenv(name, raising=False)
    assert (world(), rank(), local_rank()) == (1, 0, 0)
    monkeypatch.setenv("WORLD_SIZE", "4")  # without torchrun it means nothing
    assert world() == 1
    monkeypatch.setenv("RANK", "3")
    monkeypatch.setenv("LOCAL_RANK", "1")
    assert (world(), rank(), local_rank()) == (4, 3, 1)
