"""The arithmetic of fair time, with a clock and a usage that the tests set."""

import pytest

from grader.boundary.clock import (
    LEAST_SECONDS,
    LOOK_SECONDS,
    PATIENCE,
    UNKNOWN_PATIENCE,
    Clock,
    Limit,
)
from grader.boundary.errors import Starved, TimedOut
from tests.grader.support.clock_host import Host

SECONDS = 10.0


@pytest.fixture
def host(monkeypatch):
    """Return a host whose time is the time of the clock."""
    host = Host()
    monkeypatch.setattr("grader.boundary.clock.time.monotonic", lambda: host.time)
    return host


def clock_of(host, run_seconds=1_000.0):
    """Return a clock of the host's process that has a limit of SECONDS."""
    clock = Clock(host.usage, Limit(run_seconds, "the run is over"), lambda: host.own_waits)
    clock.limit(SECONDS)
    return clock


def seconds_until_the_end(clock, host, share=0.0, waiting=0.0):
    """Wait as a channel does, until the clock ends it; return that end and the seconds until then.

    In each second the process uses `share` of processor time and waits for `waiting`.
    """
    began = host.time
    with clock:
        while True:
            try:
                seconds = clock.patience()
            except (TimedOut, Starved) as ending:
                return ending, host.time - began
            host.passes(seconds, seconds * share, seconds * waiting)


def test_a_sleeper_ends_at_the_limit(host):
    """Who uses nothing and waits for nothing has the limit's seconds."""
    ending, seconds = seconds_until_the_end(clock_of(host), host)

    assert isinstance(ending, TimedOut)
    assert str(ending) == "no answer within 10 seconds"
    assert seconds == pytest.approx(SECONDS, abs=0.1)


def test_a_wait_for_a_processor_does_not_count(host):
    """Beside three others, a computation has four times the time."""
    ending, seconds = seconds_until_the_end(clock_of(host), host, share=0.25, waiting=0.75)

    assert isinstance(ending, TimedOut)
    assert 4 * SECONDS - 4 * LOOK_SECONDS < seconds <= 4 * SECONDS + 0.2


@pytest.mark.parametrize("tells", [True, False])
def test_a_wait_of_the_trusted_end_does_not_count(host, tells):
    """An answer that lies in the socket while its reader waits for a processor costs nothing."""
    host.tells = tells
    clock = clock_of(host)

    with clock:
        host.passes(9 * SECONDS, own_waits=8.5 * SECONDS)
        clock.patience()
    ending, seconds = seconds_until_the_end(clock, host)

    assert isinstance(ending, TimedOut)
    assert seconds == pytest.approx(0.5 * SECONDS, abs=0.1)


def test_a_wait_of_the_trusted_end_between_requests_is_not_deducted(host):
    """Only waits while the clock runs are in its time."""
    clock = clock_of(host)
    host.passes(9 * SECONDS, own_waits=9 * SECONDS)

    _, seconds = seconds_until_the_end(clock, host)

    assert seconds == pytest.approx(SECONDS, abs=0.1)


def test_processor_time_counts_where_it_is_more_than_the_time_that_passes(host):
    """Four threads on four processors use four seconds a second, and the message says so."""
    ending, seconds = seconds_until_the_end(clock_of(host), host, share=4.0)

    assert str(ending) == "no answer within 10 seconds of processor time"
    assert SECONDS / 4 <= seconds < SECONDS / 4 + 2 * LOOK_SECONDS


def test_one_thread_on_a_busy_host_reads_as_on_an_idle_one(host):
    """Its processor time and its fair time are nearly the same, and which is larger is chance."""
    ending, _ = seconds_until_the_end(clock_of(host), host, share=0.5, waiting=0.52)

    assert str(ending) == "no answer within 10 seconds"


def test_threads_that_wait_for_each_other_do_not_stop_the_clock(host):
    """When one thread always runs while others wait, a second counts as a second."""
    ending, seconds = seconds_until_the_end(clock_of(host), host, share=1.0, waiting=0.98)

    assert isinstance(ending, TimedOut)
    assert seconds < SECONDS + 2 * LOOK_SECONDS


def test_a_process_that_never_gets_a_processor_is_not_to_blame(host):
    """The last guard is our failure: time has passed, and the process could not use it."""
    ending, seconds = seconds_until_the_end(clock_of(host), host, share=0.01, waiting=0.99)

    assert isinstance(ending, Starved)
    assert seconds == pytest.approx(PATIENCE * SECONDS, abs=0.1)


def test_a_host_that_does_not_tell_of_waiting_counts_processor_time(host):
    """There the limit is one of processor time, and the last guard is the limit of a sleeper."""
    host.waited = None

    ending, seconds = seconds_until_the_end(clock_of(host), host, share=0.5)
    asleep, seconds_asleep = seconds_until_the_end(clock_of(host), host)

    assert isinstance(ending, TimedOut)
    assert seconds == pytest.approx(2 * SECONDS, abs=3 * LOOK_SECONDS)
    assert isinstance(asleep, TimedOut)
    assert seconds_asleep == pytest.approx(UNKNOWN_PATIENCE * SECONDS, abs=0.1)


def test_a_host_that_tells_nothing_counts_the_time_that_passes(host):
    """There the limits are those for a sleeper."""
    host.tells = False

    ending, seconds = seconds_until_the_end(clock_of(host), host, share=4.0, waiting=0.9)

    assert isinstance(ending, TimedOut)
    assert seconds == pytest.approx(SECONDS, abs=0.1)


def test_what_a_host_does_not_tell_is_stated(host):
    """The report gets a sentence, and none where all is known."""
    notices = [clock_of(host).notice]
    host.waited = None
    notices.append(clock_of(host).notice)
    host.tells = False
    notices.append(clock_of(host).notice)

    assert notices[0] is None
    assert "does not report waiting time" in notices[1]
    assert "does not report processor time" in notices[2]


def test_without_an_answer_the_time_that_passes_counts(host):
    """A submission that keeps the sandbox from answering gains nothing by it."""
    clock = clock_of(host)
    host.tells = False

    ending, seconds = seconds_until_the_end(clock, host, share=0.1, waiting=0.9)

    assert isinstance(ending, TimedOut)
    assert seconds == pytest.approx(SECONDS, abs=0.1)


def test_short_tests_cost_no_look(host):
    """A look takes time, so many short tests share one."""
    clock = clock_of(host)
    looks = host.looks

    for _ in range(100):
        clock.limit(SECONDS)
        with clock:
            clock.patience()
            host.passes(0.009)

    assert host.looks == looks


def test_a_test_is_not_charged_for_the_test_before(host):
    """The processor time of a test that has ended counts for the run, not for the test after it."""
    clock = clock_of(host)
    with clock:
        clock.patience()
        host.passes(0.9, processor=8.0)

    clock.limit(SECONDS)
    ending, seconds = seconds_until_the_end(clock, host, share=1.0)

    assert isinstance(ending, TimedOut)
    assert seconds > SECONDS - 0.1


def test_time_outside_of_requests_does_not_count(host):
    """The tests' own work is no time of the submission."""
    clock = clock_of(host)
    host.passes(100 * SECONDS)

    with clock:
        assert clock.patience() is not None


def test_a_limit_of_its_own_leaves_the_present_one_as_it_was(host):
    """An adapter may have more time than a test; the test's own limit goes on after it."""
    clock = clock_of(host)
    with clock:
        host.passes(4.0)
        clock.patience()
    with clock.within(60.0), clock:
        host.passes(50.0)
        clock.patience()

    ending, seconds = seconds_until_the_end(clock, host)

    assert str(ending) == "no answer within 10 seconds"
    assert seconds == pytest.approx(SECONDS - 4.0, abs=0.1)


def test_the_whole_run_has_a_limit_over_all_tests(host):
    """When tests take their time one after the other, the run's limit ends the one that reaches it."""
    clock = clock_of(host, run_seconds=2.5 * SECONDS)

    for _ in range(3):
        clock.limit(SECONDS)
        with clock:
            host.passes(0.9 * SECONDS)
            ending = None
            try:
                clock.patience()
            except TimedOut as reached:
                ending = reached

    assert str(ending) == "the run is over"


def test_waits_count_for_the_run_as_well(host):
    """A busy host does not shorten the run."""
    clock = clock_of(host, run_seconds=2 * SECONDS)

    for _ in range(30):
        clock.limit(SECONDS)
        with clock:
            for _ in range(20):
                host.passes(0.1, processor=0.01, waited=0.09)
                clock.patience()


def test_near_the_end_of_a_limit_looks_do_not_become_endless(host):
    """The wait between two looks is never less than LEAST_SECONDS."""
    clock = clock_of(host)

    seconds_until_the_end(clock, host, share=0.2, waiting=0.8)

    assert host.looks < PATIENCE * SECONDS / LEAST_SECONDS / 4


def test_the_processor_time_is_the_last_that_is_known(host):
    """A sandbox that knows and does not answer has failed; one that never knew gives a clock's time."""
    clock = clock_of(host)
    host.passes(1.0, processor=0.123456789)

    assert clock.processor_seconds() == pytest.approx(0.123456789, abs=1e-12)
    host.tells = False
    with pytest.raises(Starved):
        clock.processor_seconds()
    assert clock_of(host).processor_seconds() > 0
