"""What the trusted end knows of an assignment's adapters beforehand: which answers it need not wait for."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

ADAPTERS = "tests.adapters"


@dataclass(frozen=True)
class Interface:
    """The adapters, methods and attributes whose results are handles, and the adapters with own time limits.

    Nothing depends on the lists being complete: what they do not name is asked for and waited for.
    """

    adapters: frozenset[str] = frozenset()
    methods: frozenset[str] = frozenset()
    attributes: frozenset[str] = frozenset()
    seconds: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
