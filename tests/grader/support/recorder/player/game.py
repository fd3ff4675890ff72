"""The part that both forms of a player share: a request goes in, a recorded answer comes out."""

import numpy as np

from .things import Request, below

NOTHING = ("plain", 0.0)
COPIES = {  # what an answer may be of a value in sight, by name
    "same": lambda present, _: np.array(present) if isinstance(present, np.ndarray) else present,
    "negative": lambda present, _: -present,
    "transposed": lambda present, _: np.ascontiguousarray(np.transpose(present)),
    "filled": lambda present, value: np.full(np.shape(present), value.flat[0], value.dtype),
}


class Failure(Exception):  # noqa: N818 - an answer, not a fault of the code
    """The recorded answer is an error."""

    def __init__(self, kind, message):
        super().__init__(message)
        self.kind = kind


class Game:
    """Answers the requests of test after test."""

    def __init__(self, search):
        """Answer by `search`."""
        self.search = search

    def defers(self, head):
        """Tell whether a request is one that nobody waits for."""
        return head in self.search.book.deferred

    def told(self, head, arguments):
        """Return the thing that stands for the result of a request that nobody waits for."""
        request = Request(head, arguments)
        self.search.story.add(request)
        return self.search.story.made(request)

    def asked(self, head, arguments, call_back=None):
        """Return the answer to a request; `call_back(arguments)` runs the test's function. Raises Failure."""
        request = Request(head, arguments)
        page, agrees = self.search.page(request)
        self.search.story.add(request)
        if page is not None and page.callbacks and call_back is not None:
            for packed in page.callbacks:
                call_back(self._unpacked(packed, request, page, agrees))
            ending = Request(f"end:{head}", arguments)
            page, agrees = self.search.page(ending)
            self.search.story.add(ending)
        kind, content = page.answer if page is not None else ("value", NOTHING)
        if kind == "error":
            raise Failure(*content)
        return self._unpacked(content, request, page, agrees)

    def _unpacked(self, packed, request, page, agrees):
        tag, content = packed
        if tag == "thing":
            return self._thing(content, request, page, agrees)
        if tag == "copy":
            return self._copied(*content, request)
        if tag in {"list", "tuple", "set"}:
            items = [self._unpacked(item, request, page, agrees) for item in content]
            return tuple(items) if tag == "tuple" else items
        if tag == "dict":
            return {key: self._unpacked(item, request, page, agrees) for key, item in content}
        return content

    def _copied(self, value, source, how, request):
        """Return the present test's object in place of the recorded one, or the answer itself."""
        if not self.search.copies:
            return value
        present = self.search.story.sources(request).get(source)
        return value if present is None else COPIES[how](present, value)

    def _thing(self, recorded, request, page, agrees):
        """Return the thing of this test that stands where the recorded one stood."""
        ordinal, path, own, kind = recorded
        story = self.search.story
        known = dict(below(request.things)).get(path) if path else None
        if known is None and own:
            key = page.test, own
            known = self.search.own.get(key)
            if known is None:
                known = self.search.own[key] = story.made(request, len(self.search.own))
        if agrees and ordinal < len(story.things) and not own:
            known = story.things[ordinal]
        if known is None:
            known = story.made(request, 0)
        known.type = known.type or kind
        return known
