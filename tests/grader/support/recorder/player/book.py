"""The book of recorded answers, and three ways to find one: by position, by content, by nearest content."""

import base64
import importlib
import pickle
import zlib
from itertools import count

import numpy as np

from .things import Story

FAR = 1e6


class Page:
    """One recorded answer.

    Attributes: `answer` (packed, or an error), `callbacks` (packed arguments for the test's function), `test`
    (its number among all recorded tests), `all_numbers` and `numbers` (see Story.numbers).
    """

    def __init__(self, answer, callbacks, test, vectors):
        """Keep the record."""
        self.answer = answer
        self.callbacks = callbacks
        self.test = test
        self.all_numbers, self.numbers = vectors

    def distance(self, vectors, level):
        """Return how far the numbers of a request are from those of this one."""
        ours, theirs = (self.all_numbers, vectors[0]) if level < 2 else (self.numbers, vectors[1])
        shared = min(len(ours), len(theirs))
        return float(np.abs(ours[:shared] - theirs[:shared]).sum()) + FAR * abs(len(ours) - len(theirs))


class Book:
    """All that was recorded: `pages`, where they are by `exact` and `form` keys, and the `tests` in order.

    A test is a list of the forms of its requests and a mapping from the number of a request to its page.
    """

    def __init__(self, pages, exact, form, tests, deferred):
        """Keep the record; `deferred` names the requests without an answer."""
        self.pages = [Page(*page) for page in pages]
        self.exact = exact
        self.form = form
        self.tests = tests
        self.deferred = deferred


def read_book():
    """Return the book that the modules pages0, pages1, ... beside this one hold."""
    text = []
    for number in count():
        try:
            text.append(importlib.import_module(f".pages{number}", __package__).TEXT)
        except ModuleNotFoundError:
            break
    return Book(*pickle.loads(zlib.decompress(base64.b85decode(b"".join(text)))))


class Search:
    """Finds pages for the requests of one test after the other."""

    def __init__(self, book, way):
        """Look up in `book`; `way` is "position", "content", "nearest" or "copies"."""
        self.book = book
        self.story = Story()
        self.copies = way == "copies"
        self._find = {
            "position": self._by_position,
            "content": self._by_content,
            "nearest": self._by_nearest,
            "copies": self._by_nearest,
        }[way]
        self._test = -1
        self._likely = range(len(book.tests))
        self._read = 0  # requests of this test by which the likely ones were chosen
        self.own = {}  # things of this test that only an answer named, by their recorded names

    def next_test(self):
        """Forget the test so far."""
        self.story = Story()
        self.own = {}
        self._test += 1
        self._likely = range(len(self.book.tests))
        self._read = 0

    def page(self, request):
        """Return the page for `request`, which is not in the story yet, and whether all before it agrees."""
        return self._find(request)

    def _by_content(self, request):
        for level, key in enumerate(self.story.exact_keys(request)):
            found = self.book.exact.get(key)
            if found:
                return self.book.pages[found[0]], not level
        return None, False

    def _by_nearest(self, request):
        vectors = self.story.numbers(request)
        for level, key in enumerate(self.story.form_keys(request)):
            found = self.book.form.get(key)
            if found:
                pages = [self.book.pages[number] for number in found]
                return min(pages, key=lambda page, at=level: page.distance(vectors, at)), level < 2
        return None, False

    def _by_position(self, request):
        for key in self.story.form_keys(request)[:2]:
            found = self.book.form.get(key)
            if found:
                return self.book.pages[found[0]], True
        self._narrow()
        place = len(self.story.forms)
        tests = self.book.tests
        chosen = [self._test % len(tests)] if len(self._likely) == len(tests) else self._likely
        for test in chosen:
            page = tests[test][1].get(place)
            if page is not None:
                return self.book.pages[page], True
        return None, False

    def _narrow(self):
        """Keep the recorded tests that began as this one does, as long as there are any."""
        for place in range(self._read, len(self.story.forms)):
            form = self.story.forms[place]
            tests = self.book.tests
            kept = [test for test in self._likely if tests[test][0][place : place + 1] == [form]]
            self._likely = kept or self._likely
        self._read = len(self.story.forms)
