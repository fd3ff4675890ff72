"""The player that is an ordinary adapters.py: its functions and objects only ask the book."""

import random

from .game import Failure
from .things import Thing

OPERATORS = ("add", "sub", "mul", "truediv", "pow", "matmul")


class Ghost:
    """An object that computes nothing: all that is done to it is looked up."""

    def __init__(self, stage, thing):
        """Stand for `thing` on `stage`."""
        object.__setattr__(self, "_stage", stage)
        object.__setattr__(self, "_thing", thing)

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        stage = self._stage
        if stage.game.defers(f"method:{name}"):
            return lambda *arguments, **options: stage.do(
                f"method:{name}", [self, list(arguments), *([options] if options else [])]
            )
        return stage.do(f"get:{name}", [self])

    def __setattr__(self, name, value):
        self._stage.do(f"set:{name}", [self, value])

    def __call__(self, *arguments):
        """Look up the answer of a layer or a network."""
        return self._stage.do("op:call", [[self, *arguments]])

    def __iter__(self):
        return iter(self._stage.do("op:iter", [[self]]))

    def __neg__(self):
        return self._stage.do("op:neg", [[self]])


def operator(name, *, swapped):
    """Return the method of an operator."""

    def method(self, other):
        return self._stage.do(f"op:{name}", [[other, self] if swapped else [self, other]])

    return method


for _name in OPERATORS:
    setattr(Ghost, f"__{_name}__", operator(_name, swapped=False))
    setattr(Ghost, f"__r{_name}__", operator(_name, swapped=True))
Ghost.__array_ufunc__ = None
KINDS = {}


class Stage:
    """Where the ghosts of a test live."""

    def __init__(self, game):
        """Play `game`; a test begins where random numbers are seeded."""
        self.game = game
        self._ghosts = {}
        seeded = random.seed
        random.seed = lambda *given: (self._begin(), seeded(*given))[1]

    def adapter(self, name):
        """Return the adapter of that name."""
        return lambda *arguments, **options: self.do(
            f"call:{name}", [list(arguments), *([options] if options else [])]
        )

    def do(self, head, arguments):
        """Serve one request: return a ghost for a deferred result, else the recorded answer."""
        functions = [one for one in flat(arguments) if callable(one) and not isinstance(one, Ghost)]
        found = self._things(arguments)
        if self.game.defers(head):
            return self._ghost(self.game.told(head, found))
        try:
            value = self.game.asked(head, found, self._caller(functions[0]) if functions else None)
        except Failure as failure:
            raise type(failure.kind, (Exception,), {})(str(failure)) from None
        return self._shown(value)

    def _begin(self):
        self._ghosts.clear()
        self.game.search.next_test()

    def _caller(self, function):
        return lambda given: function(*self._shown(given))

    def _things(self, value):
        if isinstance(value, Ghost):
            return value._thing
        if type(value) in {list, tuple}:
            return type(value)(map(self._things, value))
        if type(value) is dict:
            return {key: self._things(item) for key, item in value.items()}
        return value

    def _shown(self, value):
        if type(value) is Thing:
            return self._ghost(value)
        if type(value) in {list, tuple}:
            return type(value)(map(self._shown, value))
        return value

    def _ghost(self, thing):
        known = self._ghosts.get(id(thing))
        if known is None:
            name = thing.type or "Value"
            kind = KINDS.setdefault(name, type(name, (Ghost,), {}))
            known = self._ghosts[id(thing)] = kind(self, thing)
        return known


def flat(arguments):
    """Yield the items of lists, however deep."""
    for one in arguments:
        if type(one) is list:
            yield from flat(one)
        else:
            yield one
