"""The facts that a manifest states about the adapters: which answers need no wait, and time limits."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

ADAPTERS = "tests.adapters"


@dataclass(frozen=True)
class Interface:
    """The adapters, methods and attributes whose results are proxies, and the adapters with own time limits.

    The lists need not be complete: the tests wait for the result of anything else.
    """

    adapters: frozenset[str] = frozenset()
    methods: frozenset[str] = frozenset()
    attributes: frozenset[str] = frozenset()
    seconds: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
