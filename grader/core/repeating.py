"""A call that a thread repeats while a block runs."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def repeating(call: Callable[[], object], seconds: float) -> Iterator[None]:
    """Repeat `call` while the block runs, each time after `seconds`; it must not raise.

    The thread ends before the block's `with` statement does.
    """
    stop = threading.Event()

    def repeat() -> None:
        while not stop.wait(seconds):
            call()

    thread = threading.Thread(target=repeat, daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
