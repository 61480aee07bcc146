from cncf_llm.ingest.pace import Pace


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def sleep(self, seconds: float) -> None:
        self.now += seconds


def test_each_host_has_its_own_pace():
    clock = Clock()
    pace = Pace(4, clock=lambda: clock.now, sleep=clock.sleep)
    assert all(pace.wait("a") for _ in range(5))
    assert clock.now == 101.0
    assert pace.wait("b")
    assert clock.now == 101.0


def test_a_turn_that_comes_too_late_is_not_waited_for():
    clock = Clock()
    pace = Pace(1, clock=lambda: clock.now, sleep=clock.sleep)
    assert [pace.wait("a", until=101.5) for _ in range(3)] == [True, True, False]
    assert clock.now == 101.0
    clock.now = 103.0
    assert pace.wait("a", until=103.0)
