"""One submission under test: its present process, the next one when that is lost, and its time."""

import time
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager

from grader.boundary.channel import Channel, ignore
from grader.boundary.clock import RUN_PATIENCE, Clock, Limit
from grader.boundary.errors import (
    Breach,
    Died,
    Disturbed,
    Lost,
    Raised,
    RunOver,
    SubmissionError,
    TimedOut,
    TooMuch,
    Unloadable,
)
from grader.boundary.loaded import Loaded, misfit
from grader.boundary.ran_lines import RanLines, read_ran_lines
from grader.boundary.waits import Waits
from grader.sandbox.runner import MEBI, Ending
from grader.suite.breaches import Breaches
from grader.suite.leases import LeasedProcess, SandboxClient
from grader.suite.manifest import Manifest

CANNOT_IMPORT = "tests/adapters.py cannot be imported"
LOOK_SECONDS = 2.0  # fair time of the submission, when the suite looks for the smallest failing piece
NEARLY = 0.75  # of the memory that a process may have: the system ends the largest one when memory is short
LARGE = (
    "the system ended the submission's process twice, because it held {:.0f} of the {:.0f} MiB of memory "
    "that it may have; keep fewer and smaller arrays alive"
)
BUSY = (
    "the grader's work on what the submission sent used the {:g} seconds of a whole run before this test; "
    "return only what a test asks for, and hand in again"
)


class Session:
    """Gives each test a channel to a process that holds the submission.

    The next test replaces a lost process. A submission that cannot be imported is loaded once only: every
    test gets the same `Unloadable`.
    """

    def __init__(self, processes: SandboxClient, manifest: Manifest, files: Mapping[str, bytes]) -> None:
        """Test `files` in `processes`."""
        self.on_progress = ignore  # called with the progress of a long call, from the next process on
        self.is_traced = False  # whether to note the lines that tests run, from the next process on
        self._breaches = Breaches()
        self._processes = processes
        self._manifest = manifest
        self._files = files
        self._own = {path: files[path] for path in files.keys() - manifest.provided.keys()}
        self._run = self._whole_run()
        self._own_start = time.process_time()  # of this process, which no clock of the submission counts
        self._waits = Waits()  # of this thread, likewise
        self._is_second_attempt = False
        self._unloadable: Unloadable | None = None
        self._notice: str | None = None
        self._loaded = Loaded()
        self._channel: Channel | None = None
        self._process: LeasedProcess | None = None

    def channel(self) -> Channel:
        """Return the channel of the test that is running. Raises SubmissionError when there is none."""
        if self._unloadable is not None:
            raise self._unloadable
        if self._channel is None:
            raise Died("the submission's process is gone")
        return self._channel

    def begin_test(self) -> None:
        """Prepare the channel for a test, and start its time. Raises SubmissionError."""
        if self._run.is_over:
            raise RunOver(
                f"the {self._manifest.run_seconds:g} seconds of the whole run were over before this test"
            )
        if time.process_time() - self._own_start >= self._manifest.run_seconds:
            raise RunOver(BUSY.format(self._manifest.run_seconds))
        if self._channel is None and self._unloadable is None:
            self._load()
        channel = self.channel()
        channel.start_afresh()
        channel.limit_time(self._manifest.test_seconds)

    def end_test(self) -> None:
        """Wait until all requests of the test are done, so that the test gets an error of the last ones."""
        if self._channel is not None:
            self._channel.flush()

    def ran_lines(self) -> RanLines | None:
        """Return the lines that the test ran, as the submission tells; None if they are unknown."""
        try:
            return read_ran_lines(self.channel().ran_lines(), self._own)
        except SubmissionError:
            return None

    def processor_seconds(self) -> float:
        """Return the processor time of the present process. Raises SubmissionError."""
        return self.channel().processor_seconds()

    def explain(self, error: SubmissionError) -> str:
        """Return the student's sentence about `error`; count a breach for staff."""
        if isinstance(error, TimedOut):
            return f"stopped: {error}"
        if isinstance(error, Died) and self._process is not None:
            return self._explain_death(self._process)
        if isinstance(error, TooMuch):
            return f"the submission {error}"
        if isinstance(error, Breach):
            self._breaches.add(str(error))
            return f"the submission {error}"
        return str(error)

    def was_disturbed(self, error: BaseException | None) -> bool:
        """Tell whether something outside may have caused `error`, so that the test runs again."""
        if isinstance(error, Died) and self._process is not None:
            return self._process.ending()[0].was_killed
        return isinstance(error, Disturbed)

    @contextmanager
    def second_attempt(self) -> Iterator[None]:
        """Run the test inside, and no other, in a process of its own."""
        self.drop_process()
        self._is_second_attempt = True
        yield
        self._is_second_attempt = False

    def hold_to_account(self, error: BaseException | None) -> None:
        """End the job if `error`, which ended a second attempt, is the sandbox's failure."""
        if isinstance(error, Died) and self._process is not None:
            ending, kills_itself = self._process.ending()
            if ending.was_killed and not kills_itself and not self._was_large(ending):
                self._processes.fail(f"a student process ended twice in one test: {ending.told}")
        elif isinstance(error, Disturbed):
            self._processes.fail(f"a student process was stopped twice in one test: {error}")

    @contextmanager
    def a_look(self) -> Iterator[None]:
        """Let the suite ask the submission about a failure, in time that counts against no test.

        The next test replaces a process that is lost by that.
        """
        if self._channel is not None and not self._channel.is_closed:
            self._channel.start_afresh()
            self._channel.limit_time(LOOK_SECONDS)
        yield
        if self._channel is not None and self._channel.is_closed:
            self.drop_process()

    def begin_stage(self) -> None:
        """Go on in a fresh process, with the time of a whole run."""
        self.drop_process()
        self._run = self._whole_run()
        self._own_start = time.process_time()

    def drop_process(self) -> None:
        """Kill the present process; the next test gets a fresh one."""
        if self._process is not None:
            self._process.kill()
        if self._channel is not None:
            self._channel.close(Died("the submission's process is gone"))
        self._process = self._channel = None

    def notes(self, *, has_passed: bool) -> list[str]:
        """Return the notes for student and staff; they name broken parts if a test passed without them."""
        broken = self._loaded.broken if has_passed else ()
        parts = [f"A part of the submission cannot be imported: {line}" for line in broken]
        return [*([self._notice] if self._notice else []), *parts, *self._breaches.notes()]

    def unloadable(self, asked: Collection[str], *, has_passed: bool) -> str | None:
        """Return why the submission cannot be graded, or None if it can or passed a test.

        The tests called the adapters `asked`.
        """
        if self._unloadable is None and self._loaded.broken and not has_passed:
            return f"{CANNOT_IMPORT}: {self._loaded.broken[0]}"
        if self._unloadable is None and not has_passed:
            return misfit(self._loaded.names, asked)
        return str(self._unloadable) if self._unloadable else None

    def _whole_run(self) -> Limit:
        seconds = self._manifest.run_seconds
        return Limit(seconds, f"the {seconds:g} seconds of the whole run are over", RUN_PATIENCE)

    def _load(self) -> None:
        """Take a process and hand it the submission."""
        self._process = self._processes.open()
        clock = Clock(self._process.usage, self._run, self._waits.seconds)
        self._notice = clock.notice
        channel = Channel(self._process.stream, self._manifest.interface, clock)
        channel.budget = self._manifest.answers
        channel.on_progress = self.on_progress
        channel.limit_time(self._manifest.test_seconds)
        try:
            loaded = channel.load(self._files)
            if self.is_traced:
                channel.trace()
        except Raised as error:
            self._give_up(f"{CANNOT_IMPORT}: {error}", error.traceback)
        except Lost as error:
            self._check_disturbance(error)
            self._give_up(f"{CANNOT_IMPORT}: {self.explain(error)}", "")
        else:
            self._channel = channel
            self._loaded = loaded

    def _check_disturbance(self, error: Lost) -> None:
        """Raise Disturbed, or end the job, unless `error` is why the submission cannot be loaded."""
        if self.was_disturbed(error) and not self._is_second_attempt:
            self.drop_process()
            raise Disturbed(str(error))
        self.hold_to_account(error)

    def _explain_death(self, process: LeasedProcess) -> str:
        """Return the student's sentence about the end of a process."""
        ending, _ = process.ending()
        if ending.was_killed and self._was_large(ending):
            return LARGE.format((ending.memory or 0) / MEBI, self._manifest.allowance.memory / MEBI)
        return f"the submission's process ended: {ending.told}"

    def _was_large(self, ending: Ending) -> bool:
        """Tell whether a process held nearly all the memory that it may have."""
        return (ending.memory or 0) >= NEARLY * self._manifest.allowance.memory

    def _give_up(self, message: str, traceback: str) -> None:
        self._unloadable = Unloadable(message, traceback)
        self.drop_process()
