"""Who is trained now and who waits, at times that the test chooses."""

from cncf_llm.defs.automation.retraining import HOUR, Due, Spent, decide

DAY = 24 * HOUR
NOW = 1_800_000_000.0  # 2027-01-15 08:00 UTC


def due(name="etcd", hours=1.0, **more):
    return Due(name, "it moved", "state", hours, **more)


def decided(*wanted, spent=(), reserved=0.0, allowed=40.0, cool_down=24.0, now=NOW):
    found = decide(wanted, spent, reserved, allowed=allowed, cool_down=cool_down, now=now)
    return [each.name for each in found.requested], found.waiting


def test_what_is_due_is_asked_for_the_longest_untrained_first():
    old, new = due("b", trained_at=NOW - 9 * DAY), due("a", trained_at=NOW - 2 * DAY)
    assert decided(new, old, due("never")) == (["never", "b", "a"], {})


def test_a_cool_down_pushes_back_and_ends():
    trained = due(trained_at=NOW - 23 * HOUR)
    assert decided(trained) == (
        [],
        {"etcd": "was trained at 2027-01-14 09:00 UTC; not before 2027-01-15 09:00 UTC"},
    )
    assert decided(trained, now=NOW + HOUR) == (["etcd"], {})
    assert decided(trained, cool_down=0.0) == (["etcd"], {})


def test_a_failure_is_asked_for_twice_more_each_after_the_cool_down():
    failed = due(asked=1, in_vain=1, failed_at=NOW - HOUR)
    asked, waiting = decided(failed)
    assert (asked, waiting["etcd"][:6]) == ([], "failed")
    assert decided(failed, now=NOW + DAY)[0] == ["etcd"]
    assert decided(due(asked=2, in_vain=2, failed_at=NOW - DAY))[0] == ["etcd"]
    asked, waiting = decided(due(asked=3, in_vain=3, failed_at=NOW - 9 * DAY))
    assert asked == []
    assert waiting["etcd"].startswith("failed 3 times for this data and is not asked for again")


def test_each_attempt_has_a_run_key_of_its_own():
    assert due(asked=0).run_key == "etcd state 1"
    assert due(asked=2).run_key == "etcd state 3"


def test_what_is_under_way_is_not_asked_for_again():
    assert decided(due(under_way="0123456789")) == (
        [],
        {"etcd": "is being trained (run 01234567)"},
    )


def test_the_hours_of_a_week_are_a_limit_and_come_back():
    spent = [Spent(NOW - 6 * DAY, 30.0), Spent(NOW - 8 * DAY, 100.0)]
    assert decided(due(hours=10.0), spent=spent) == (["etcd"], {})
    asked, waiting = decided(due(hours=10.5), spent=spent)
    assert asked == []
    assert waiting["etcd"] == (
        "needs about 10.5 GPU hours; 30.0 of the 40 of a week are used or under way, "
        "the oldest until 2027-01-16 08:00 UTC"
    )
    assert decided(due(hours=10.5), spent=spent, now=NOW + DAY + 1) == (["etcd"], {})


def test_runs_under_way_and_requests_of_the_same_tick_count():
    assert decided(due(hours=10.0), reserved=31.0)[0] == []
    many = [due(f"p{n}", hours=15.0) for n in range(4)]
    asked, waiting = decided(*many)
    assert asked == ["p0", "p1"]
    assert "needs about" in waiting["p2"]
    assert waiting["p3"] == "waits for GPU hours behind p2"


def test_small_ones_do_not_overtake_one_that_waits_for_hours():
    spent = [Spent(NOW - DAY, 30.0)]
    large = due("large", hours=20.0, trained_at=NOW - 9 * DAY)
    small = due("small", hours=1.0, trained_at=NOW - 2 * DAY)
    assert decided(small, large, spent=spent)[0] == []


def test_what_no_week_can_hold_says_so_and_holds_nobody_up():
    asked, waiting = decided(due("huge", hours=50.0), due("small"))
    assert asked == ["small"]
    assert "more than the 40 of a week" in waiting["huge"]


def test_who_is_held_back_holds_nobody_up():
    assert decided(due("a", trained_at=NOW - HOUR, hours=39.0), due("b", hours=30.0))[0] == ["b"]
