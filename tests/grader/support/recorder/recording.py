"""From recorded conversations to a book: each answer under all the keys by which a player may look for it."""

import base64
import json
import pickle
import zlib
from collections import defaultdict

import numpy as np

from grader.boundary.wire import Unpacker
from tests.grader.support.recorder.conversation import ASKED
from tests.grader.support.recorder.player.things import Request, Story, Thing, below
from tests.grader.support.recorder.player.wire import headed

LARGE = 1 << 17  # bytes of an array that is worth no place in an upload
MODULE_BYTES = 900_000
ALIKE = {  # when an answer may be a copy of a value in sight, by the names of COPIES
    "same": np.array_equal,
    "negative": lambda seen, value: np.array_equal(-seen, value),
    "transposed": lambda seen, value: np.array_equal(np.transpose(seen), value),
    "filled": lambda seen, value: (
        np.shape(seen) == np.shape(value) != () and value.size and (value == value.flat[0]).all()
    ),
}


class Recording:
    """A book under way."""

    def __init__(self):
        """Begin an empty one."""
        self.pages = []
        self.exact = defaultdict(list)
        self.form = defaultdict(list)
        self.tests = []
        self.deferred = set()

    def add(self, conversation):
        """Add the messages of one process.

        A player on the wire is asked for many calls at once, and one behind adapters for each in turn.
        """
        for is_in_turn in (False, True):
            Reader(self, is_in_turn=is_in_turn).read(conversation)

    def modules(self):
        """Return the book as the text of Python modules."""
        content = self.pages, dict(self.exact), dict(self.form), self.tests, self.deferred
        text = base64.b85encode(zlib.compress(pickle.dumps(content), 9))
        pieces = [text[start : start + MODULE_BYTES] for start in range(0, len(text), MODULE_BYTES)]
        return {f"pages{number}.py": b"TEXT = b'" + piece + b"'\n" for number, piece in enumerate(pieces)}

    def keep(self, keys, answer, callbacks, vectors):
        """Add a page; return its number."""
        page = len(self.pages)
        self.pages.append((answer, callbacks, len(self.tests) - 1, vectors))
        for index, found in zip((self.exact, self.form), keys, strict=True):
            for key in found:
                index[key].append(page)
        return page


class Reader:
    """Reads one conversation, test by test."""

    def __init__(self, recording, *, is_in_turn):
        """Add to `recording`; many calls in one request are taken for as many requests if `is_in_turn`."""
        self._recording = recording
        self._is_in_turn = is_in_turn
        self._new_test()
        self._recording.tests.pop()
        self._open = []  # requests that wait for their answers, and how they are found again

    def read(self, conversation):
        """Read all frames."""
        for speaker, header, buffers in conversation:
            unpacker = Unpacker(memoryview(buffers), self._resolve)
            message = json.loads(header)
            if speaker == ASKED:
                for kind, number, result, arguments in message:
                    self._request(kind, number, result, unpacker.unpack(arguments))
            elif self._open:
                self._answer(message, unpacker)

    def _new_test(self):
        self._story = Story()
        self._things = {}
        self._own = {}
        self._recording.tests.append(([], {}))

    def _request(self, kind, number, result, arguments):
        if kind == "reset":
            self._new_test()
        if kind in {"reset", "load", "drop", "sync", "return"}:
            return
        if kind == "each" and self._is_in_turn:
            self._open.append(arguments)
            return
        head, arguments = headed(kind, arguments)
        request = Request(head, arguments)
        if number:
            self._open.append((head, arguments, request, *self._described(request), []))
        self._note(request)
        if not number:
            self._recording.deferred.add(head)
            self._things[result] = self._story.made(request)

    def _note(self, request):
        self._story.add(request)
        self._recording.tests[-1][0].append(request.hashes[1])

    def _described(self, request):
        keys = self._story.exact_keys(request), self._story.form_keys(request)
        return keys, self._story.numbers(request), len(self._story.forms)

    def _answer(self, message, unpacker):
        if isinstance(self._open[-1], list):
            self._answer_in_turn(*self._open.pop(), unpacker.unpack(message.get("value", [])))
            return
        head, arguments, request, keys, vectors, place, callbacks = self._open[-1]
        if "callback" in message:
            callbacks.append(self._packed(unpacker.unpack(message["args"]), request))
        if message.keys() & {"value", "error"}:
            self._open.pop()
            answer = self._told(message, unpacker, request)
            page = self._recording.keep(keys, answer, callbacks, vectors)
            self._recording.tests[-1][1][place] = page
            if callbacks:
                self._end(Request(f"end:{head}", arguments), answer)

    def _answer_in_turn(self, name, calls, values):
        for arguments, value in zip(calls, values, strict=False):
            head = f"call:{name}"
            request = Request(head, [arguments])
            keys, vectors, place = self._described(request)
            self._note(request)
            if type(value) is Named:
                self._recording.deferred.add(head)
                self._things[value.number] = self._story.made(request)
            else:
                answer = "value", self._packed(value, request)
                self._recording.tests[-1][1][place] = self._recording.keep(keys, answer, [], vectors)

    def _end(self, ending, answer):
        keys, vectors, place = self._described(ending)
        page = self._recording.keep(keys, answer, [], vectors)
        self._recording.tests[-1][1][place] = page
        self._note(ending)

    def _told(self, message, unpacker, request):
        if "error" in message:
            return "error", (message["error"]["type"], message["error"]["message"][:200])
        return "value", self._packed(unpacker.unpack(message["value"]), request)

    def _packed(self, value, request):
        kind = type(value)
        if kind is Named:
            return "thing", self._place(value, request)
        if kind in {list, tuple}:
            return kind.__name__, [self._packed(item, request) for item in value]
        if kind is dict:
            return "dict", [(key, self._packed(item, request)) for key, item in value.items()]
        if kind is np.ndarray and value.nbytes > LARGE:
            return "plain", np.zeros(1)
        return self._copied(value, request) if kind in {int, float, np.ndarray} else ("plain", value)

    def _copied(self, value, request):
        """Return an answer as a copy of a value in sight, if it is one."""
        for how, agree in ALIKE.items():
            for source, seen in self._story.sources(request).items():
                if isinstance(value, np.ndarray) == isinstance(seen, np.ndarray) and agree(seen, value):
                    return "copy", (value, source, how)
        return "plain", value

    def _place(self, named, request):
        """Return where a thing stands: its place in the test, below the request, its own name, its type."""
        thing = self._things.get(named.number)
        if thing is None:
            thing = self._things[named.number] = self._story.made(request, len(self._own))
            self._own[id(thing)] = len(self._own) + 1
        path = next((path for path, one in below(request.things) if one is thing), None)
        return thing.ordinal, path, self._own.get(id(thing), 0), named.type

    def _resolve(self, tag, fields):
        if tag == "function":
            return print  # any function: only that it is one counts
        if "type" in fields:
            return Named(fields["handle"], fields["type"])
        return self._things.get(fields["handle"]) or Thing((0,) * 5, (), [], 0)


class Named:
    """A thing that an answer names."""

    def __init__(self, number, kind):
        """Name thing `number`, which is said to be of type `kind`."""
        self.number = number
        self.type = kind
