"""The requests of a test so far, as keys for finding an answer again.

A `Thing` stands for an object that an honest submission would have made. It has several hashes of its
expression: with all numbers, with shapes only, with the number of axes only, and of its top two nodes or one.
"""

from zlib import crc32

import numpy as np

NUMBERS = 48  # of one thing
ALL_NUMBERS = 256  # of one test
EFFECTS = ("backward", "zero", "step", "set:")
LEVELS = EXACT, SHAPES, AXES, TWO, ONE = range(5)
INTEGER_WEIGHT = 1000.0  # an axis is no quantity: another one is far away


def name_hash(text):
    """Return a hash of `text` that is the same in every process."""
    return crc32(text.encode())


class Thing:
    """An object of the submission: `hashes` by level, `numbers` that made it, its place among all things.

    `values` are the numbers and arrays that its own request held, whole.
    """

    __slots__ = ("children", "hashes", "number", "numbers", "ordinal", "type", "values")

    def __init__(self, hashes, numbers, children, ordinal, values=()):
        """Make the thing number `ordinal` of a test from the things `children`."""
        self.hashes = hashes
        self.values = values
        self.numbers = numbers
        self.children = children
        self.ordinal = ordinal
        self.type = ""
        self.number = 0  # by which the wire names it


class Request:
    """One request of a test: hashes by level, the numbers in it and the things that it names."""

    __slots__ = ("hashes", "head", "numbers", "things", "values")

    def __init__(self, head, arguments):
        """Describe the request `head` with `arguments`."""
        self.head = head
        self.numbers = []
        self.things = []
        self.values = []
        parts = [self._described(argument) for argument in arguments]
        top = name_hash(head)
        self.hashes = tuple(hash((top, *(part[level] for part in parts))) for level in LEVELS)

    @property
    def places(self):
        """The places of its things among all things of the test."""
        return tuple(thing.ordinal for thing in self.things)

    def _described(self, value):
        """Return the hashes of an argument, by level, and keep its numbers and things."""
        kind = type(value)
        if kind is Thing:
            return self._described_thing(value)
        if kind in {int, float}:
            self.values.append(value)
            self._add(float(value) * (INTEGER_WEIGHT if kind is int else 1.0))
            return (name_hash(repr(float(value))), *[5] * 4)
        if kind is np.ndarray:
            return self._described_array(value)
        if kind in {list, tuple, set}:
            return self._joined([self._described(item) for item in value], 7)
        if kind is dict:
            return self._joined([self._described(part) for pair in sorted(value.items()) for part in pair], 8)
        text = "function" if callable(value) else repr(value)
        return (name_hash(text),) * 5

    def _described_thing(self, thing):
        self.things.append(thing)
        self.numbers.extend(thing.numbers[: NUMBERS * 2 - len(self.numbers)])
        hashes = thing.hashes
        return (hashes[EXACT], hashes[SHAPES], hashes[AXES], hashes[ONE], 11)

    def _described_array(self, array):
        self.values.append(array)
        for number in array.ravel()[:NUMBERS].tolist():
            self._add(float(number))
        shape = hash((name_hash(str(array.dtype)), *array.shape))
        axes = hash((13, array.ndim))
        return (hash((shape, crc32(np.ascontiguousarray(array)))), shape, axes, axes, axes)

    def _add(self, number):
        if len(self.numbers) < NUMBERS * 2:
            self.numbers.append(number)

    @staticmethod
    def _joined(parts, salt):
        return tuple(hash((salt, *(part[level] for part in parts))) for level in LEVELS)


class Story:
    """The requests of one test so far."""

    def __init__(self):
        """Begin a test."""
        self.things = []
        self.forms = []  # of each request so far
        self._history = (0, 0, 0)
        self._effects = (0,) * 5
        self._numbers = []
        self._effect_numbers = []
        self._effect_things = []

    def add(self, request):
        """Note that `request` was made."""
        places = request.places
        pairs = zip(self._history, request.hashes, strict=False)
        self._history = tuple(hash((before, now, places)) for before, now in pairs)
        self.forms.append(request.hashes[SHAPES])
        self._numbers.extend(request.numbers[: ALL_NUMBERS - len(self._numbers)])
        if any(effect in request.head for effect in EFFECTS):
            self._effects = tuple(map(hash, zip(self._effects, request.hashes, strict=True)))
            self._effect_numbers.extend(request.numbers[: ALL_NUMBERS - len(self._effect_numbers)])
            self._effect_things = request.things

    def made(self, request, which=-1):
        """Return the thing that `request` makes, or number `which` of those in its answer."""
        hashes = request.hashes if which < 0 else tuple(hash((one, which, 17)) for one in request.hashes)
        numbers, place = tuple(request.numbers[:NUMBERS]), len(self.things)
        thing = Thing(hashes, numbers, list(request.things), place, request.values)
        self.things.append(thing)
        return thing

    def exact_keys(self, request):
        """Return the keys of `request` with all numbers, the narrowest first."""
        own, effects, places = request.hashes[EXACT], self._effects[EXACT], request.places
        return [
            hash((20, self._history[EXACT], own, places)),
            hash((21, own, effects, places)),
            hash((22, own, effects)),
            hash((23, own)),
        ]

    def form_keys(self, request):
        """Return the keys of `request` without numbers, the narrowest first."""
        (_, shapes, axes, two, one), places = request.hashes, request.places
        _, effects, effect_axes, _, effect_heads = self._effects
        return [
            hash((30, self._history[SHAPES], shapes, places)),
            hash((31, self._history[AXES], axes, places)),
            hash((32, shapes, effects, places)),
            hash((33, shapes, effects)),
            hash((34, axes, effect_axes, places)),
            hash((35, axes, effect_axes)),
            hash((36, shapes)),
            hash((37, two, effect_heads)),
            hash((38, two)),
            hash((39, one)),
            hash((40, name_hash(request.head))),
        ]

    def sources(self, request):
        """Return the values in sight of `request` by where they stand: below it, or below the last effect."""
        seen = {("own", (), place): value for place, value in enumerate(request.values)}
        for where, things in (("below", request.things), ("effect", self._effect_things)):
            for path, thing in below(things):
                seen |= {(where, path, place): value for place, value in enumerate(thing.values)}
        return seen

    def numbers(self, request):
        """Return the numbers by which the nearest request is found: of all so far, and of this one."""
        return squeezed(self._numbers + request.numbers), squeezed(request.numbers + self._effect_numbers)


def squeezed(numbers):
    """Return `numbers` as a short vector in which huge ones do not hide all others."""
    with np.errstate(all="ignore"):
        return np.arcsinh(np.nan_to_num(np.array(numbers[:ALL_NUMBERS], np.float64))).astype(np.float32)


def below(things):
    """Return paths from `things` down through their operands: (path, thing), the shortest first."""
    found = [((place,), thing) for place, thing in enumerate(things)]
    for path, thing in found:
        if len(found) > ALL_NUMBERS:
            break
        found += [((*path, place), child) for place, child in enumerate(thing.children)]
    return found
