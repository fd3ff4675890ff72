"""A YAML text read through typed getters, in which every value knows its line.

The getter decides on the type of a value, never its look: `section: 2.10` read as text is "2.10".

PyYAML parses the text; this module adds the types and the error messages. Other libraries are no gain here.
strictyaml refuses the flow mappings (`{id: ...}`) of rubrics. Values of ruamel.yaml have lost their text, and
it has no schema. A student's project carries this file, and PyYAML is its only YAML library.
"""

import contextlib
import math
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TypeVar

import yaml

T = TypeVar("T")

NULL = "tag:yaml.org,2002:null"
INTEGER = re.compile(r"[+-]?(0|[1-9][0-9]{0,14})")
NUMBER = re.compile(r"[+-]?([0-9]{1,15}(\.[0-9]{0,30})?|\.[0-9]{1,30})([eE][+-]?[0-9]{1,3})?")
SHOWN_CHARACTERS = 40
FASTEST = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # libyaml, where installed, is twenty times as fast


class DocumentError(ValueError):
    """A document breaks a rule; carries `name`, `line`, `key` (its path) and `message`."""

    def __init__(self, line: int, key: str, message: str, *, name: str) -> None:
        super().__init__(f"{place(name, line, key)}: {message}")
        self.name = name
        self.line = line
        self.key = key
        self.message = message


@dataclass(frozen=True)
class DocumentEntry:
    """One value of a document: its path from the top, its line and the YAML node."""

    key: str
    line: int
    node: yaml.Node


@dataclass(frozen=True)
class Document:
    """A mapping of a YAML text. Its getters return the value of a key or raise DocumentError.

    A key that is absent is an error unless the getter is given a default.
    """

    name: str
    key: str
    line: int
    entries: Mapping[str, DocumentEntry] = field(repr=False)

    def __contains__(self, key: str) -> bool:
        return key in self.entries

    def __iter__(self) -> Iterator[str]:
        return iter(self.entries)

    def line_of(self, key: str) -> int:
        """Return the line of `key`, or this mapping's own when it has no such key."""
        return self.entries[key].line if key in self.entries else self.line

    def place_of(self, key: str) -> str:
        """Return where `key` stands, for a message: `rubric.yaml line 12, parts[0].title`."""
        return place(self.name, self.line_of(key), self._path(key))

    def error(self, key: str, message: str) -> DocumentError:
        """Return an error about `key`, for the caller to raise."""
        return DocumentError(self.line_of(key), self._path(key), message, name=self.name)

    def reject_unknown(self, *known: str) -> None:
        """Refuse every key but the known ones."""
        for key in self.entries:
            if key not in known:
                raise self.error(key, f"unknown key; the keys known here are {', '.join(known)}")

    def text(self, key: str, *, of: str = "text", default: str | None = None) -> str:
        """Return the text of `key` as it is written; an error calls it `of`."""
        return self._scalar(key, _text, of, default)

    def integer(
        self, key: str, *, of: str = "", minimum: int | None = None, default: int | None = None
    ) -> int:
        """Return a whole number (of `of`, in an error's words), `minimum` or more."""
        wanted = _expectation("a whole number", of, minimum)
        return self._scalar(key, partial(_integer, minimum=minimum), wanted, default)

    def number(
        self, key: str, *, of: str = "", minimum: float | None = None, default: float | None = None
    ) -> float:
        """Return a finite number (of `of`, in an error's words), `minimum` or more."""
        wanted = _expectation("a number", of, minimum)
        return self._scalar(key, partial(_number, minimum=minimum), wanted, default)

    def choice(self, key: str, choices: Collection[str], *, default: str | None = None) -> str:
        """Return the one of `choices` that is written."""
        return self._scalar(key, partial(_choice, choices=choices), f"one of {', '.join(choices)}", default)

    def mapping(self, key: str) -> "Document":
        """Return the mapping of `key`; check `key in document` first if the key is optional."""
        return self._read(self._entry(key, "a mapping"), self._mapping, "a mapping")

    def mappings(self, key: str, *, default: Sequence["Document"] | None = None) -> Sequence["Document"]:
        """Return the one or more mappings in the list of `key`."""
        if default is not None and key not in self:
            return default
        items = self._items(key, "a list of one or more mappings")
        if not items:
            raise self.error(key, "expected a list of one or more mappings, got an empty list")
        return [self._read(item, self._mapping, "a mapping") for item in items]

    def texts(self, key: str, *, default: Sequence[str] | None = None) -> Sequence[str]:
        """Return the texts in the list of `key`, which may be empty."""
        if default is not None and key not in self:
            return default
        return [self._read(item, _text_of_entry, "text") for item in self._items(key, "a list of texts")]

    def texts_by_key(self, key: str) -> dict[str, str]:
        """Return the mapping of `key`, from text to text."""
        inner = self.mapping(key)
        return {name: inner.text(name) for name in inner}

    def numbers_by_key(self, key: str, *, of: str = "", minimum: float | None = None) -> dict[str, float]:
        """Return the mapping of `key`, from text to finite number."""
        inner = self.mapping(key)
        return {name: inner.number(name, of=of, minimum=minimum) for name in inner}

    def _path(self, key: str) -> str:
        return f"{self.key}.{key}" if self.key else key

    def _entry(self, key: str, wanted: str) -> DocumentEntry:
        if key not in self.entries:
            raise self.error(key, f"expected {wanted}, but the key is missing; add it")
        return self.entries[key]

    def _read(self, entry: DocumentEntry, convert: Callable[[DocumentEntry], T | None], wanted: str) -> T:
        value = convert(entry)
        if value is None:
            message = f"expected {wanted}, got {_show_node(entry.node)}"
            raise DocumentError(entry.line, entry.key, message, name=self.name)
        return value

    def _scalar(
        self, key: str, convert: Callable[[yaml.Node], T | None], wanted: str, default: T | None
    ) -> T:
        if default is not None and key not in self:
            return default
        return self._read(self._entry(key, wanted), lambda entry: convert(entry.node), wanted)

    def _items(self, key: str, wanted: str) -> list[DocumentEntry]:
        return self._read(self._entry(key, wanted), _list_items, wanted)

    def _mapping(self, entry: DocumentEntry) -> "Document | None":
        if not isinstance(entry.node, yaml.MappingNode):
            return None
        return _document(self.name, entry.key, entry.line, entry.node)


def parse_document(text: str, name: str) -> Document:
    """Return the YAML `text`, a mapping at its top, as a Document; errors call it `name`."""
    node = _compose(text, name)
    if not isinstance(node, yaml.MappingNode):
        got = "an empty file" if node is None else _show_node(node)
        raise DocumentError(1, "", f"expected keys and their values, got {got}", name=name)
    return _document(name, "", 1, node)


def place(name: str, line: int, key: str) -> str:
    """Return where a value stands, for a message."""
    return f"{name} line {line}, {key}" if key else f"{name} line {line}"


def _compose(text: str, name: str) -> yaml.Node | None:
    """Return the YAML tree of `text` (None if it is empty), with syntax errors as DocumentErrors."""
    with contextlib.suppress(yaml.YAMLError):  # the parser in Python has better error messages
        return yaml.compose(text, Loader=FASTEST)
    try:
        return yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, reason = mark.line + 1 if mark else 1, error.problem or error.context
    except yaml.reader.ReaderError as error:
        line, reason = text.count("\n", 0, error.position) + 1, error.reason
    raise DocumentError(line, "", f"not valid YAML: {reason}", name=name)


def _document(name: str, path: str, line: int, node: yaml.MappingNode) -> Document:
    """Return the mapping `node` as a Document, refusing keys that are not text or come twice."""
    entries: dict[str, DocumentEntry] = {}
    for key_node, value in node.value:
        at = _line(key_node)
        key = _text(key_node)
        if key is None:
            raise DocumentError(at, path, f"expected text as a key, got {_show_node(key_node)}", name=name)
        full = f"{path}.{key}" if path else key
        if key in entries:
            message = f"the key is given twice, first on line {entries[key].line}; keep one of them"
            raise DocumentError(at, full, message, name=name)
        entries[key] = DocumentEntry(full, at, value)
    return Document(name, path, line, entries)


def _line(node: yaml.Node) -> int:
    return node.start_mark.line + 1 if node.start_mark else 1


def _list_items(entry: DocumentEntry) -> list[DocumentEntry] | None:
    """Return the items of a list, or None if the value is not a list."""
    if not isinstance(entry.node, yaml.SequenceNode):
        return None
    return [DocumentEntry(f"{entry.key}[{i}]", _line(item), item) for i, item in enumerate(entry.node.value)]


def _text(node: yaml.Node) -> str | None:
    """Return the text of a scalar; None if it is empty or something else."""
    if not isinstance(node, yaml.ScalarNode) or node.tag == NULL:
        return None
    return str(node.value).strip() or None


def _text_of_entry(entry: DocumentEntry) -> str | None:
    return _text(entry.node)


def _plain(node: yaml.Node) -> str:
    """Return a scalar that is written without quotes, else the empty text."""
    return str(node.value) if isinstance(node, yaml.ScalarNode) and not node.style else ""


def _integer(node: yaml.Node, *, minimum: int | None) -> int | None:
    written = _plain(node)
    if not INTEGER.fullmatch(written):
        return None
    return int(written) if minimum is None or int(written) >= minimum else None


def _number(node: yaml.Node, *, minimum: float | None) -> float | None:
    written = _plain(node)
    value = float(written) if NUMBER.fullmatch(written) else math.inf
    return value if math.isfinite(value) and (minimum is None or value >= minimum) else None


def _choice(node: yaml.Node, *, choices: Collection[str]) -> str | None:
    written = _text(node)
    return written if written in choices else None


def _expectation(kind: str, of: str, minimum: float | None) -> str:
    """Return the words for an expected number: `a whole number of points, 1 or more`."""
    noun = f"{kind} of {of}" if of else kind
    return noun if minimum is None else f"{noun}, {minimum} or more"


def _show_node(node: yaml.Node) -> str:
    """Return a value as an error shows it, cut to a bounded length."""
    if isinstance(node, yaml.SequenceNode):
        return "a list"
    if isinstance(node, yaml.MappingNode):
        return "a mapping"
    if node.tag == NULL or not str(node.value).strip():
        return "nothing"
    written = str(node.value)
    return f'"{written}"' if len(written) <= SHOWN_CHARACTERS else f'"{written[:SHOWN_CHARACTERS]}..."'
