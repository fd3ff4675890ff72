"""The catalogue: an assignment's named mistakes, its equivalent mutants, and the tests that it keeps."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from grader.core.document import Document, parse_document
from grader.core.rubric import Rubric, is_named
from grader.proof.planting import Edit

FOLDER = "assignment/mistakes"  # beside the folder of the cases
EQUIVALENTS = "equivalent.yaml"  # in that folder, as the next one; all other files there hold mistakes
KEPT = "kept.yaml"
EDIT_KEYS = ("file", "within", "find", "with")
KEYS = ("wrong", *EDIT_KEYS, "edits", "loses", "keeps", "serious", "spills", "cause")


@dataclass(frozen=True)
class KnownMistake:
    """A named mistake.

    Attributes: `wrong` (a sentence), `edits` (how it is made), `loses` (the problems that are about it and
    must lose points, its own first), `keeps` (problems that must lose none), `serious` (it must cost a large
    share of its own problem), `spills` (why it costs points elsewhere, if it must), `causes` (the keys by
    which the suite may name a mistake of a gradient), `place` (where it is stated).
    """

    wrong: str
    edits: tuple[Edit, ...]
    loses: tuple[str, ...]
    keeps: frozenset[str]
    serious: bool
    spills: str
    causes: tuple[str, ...]
    place: str


@dataclass(frozen=True)
class Equivalent:
    """Mutants that no test can or should catch, by ids or the first parts of ids, with the argument."""

    mutants: tuple[str, ...]
    because: str

    def speaks_of(self, mutant: str) -> bool:
        """Tell whether the id `mutant` is one of them."""
        return f"{mutant}:".startswith(tuple(f"{name}:" for name in self.mutants))


@dataclass(frozen=True)
class Kept:
    """Tests that stay though others of their class catch all that they catch, with the argument.

    A name is that of a test, with its class before it or without, and with its parameters or without.
    """

    tests: tuple[str, ...]
    because: str

    def speaks_of(self, group: str, test: str) -> bool:
        """Tell whether the test of the class `group` is one of them."""
        parts = [name.rpartition("::") for name in self.tests]
        return any(known in {"", group} and is_named(test, name) for known, _, name in parts)


@dataclass(frozen=True)
class Catalogue:
    """The mistakes and the equivalent mutants of an assignment, and the tests that it keeps."""

    mistakes: tuple[KnownMistake, ...]
    equivalents: tuple[Equivalent, ...]
    kept: tuple[Kept, ...]


def load_catalogue(root: Path, rubric: Rubric) -> Catalogue:
    """Return the catalogue of the assignment in `root`. Raises DocumentError, FileNotFoundError."""
    folder = (root / rubric.suite).parent / FOLDER
    files = [path for path in sorted(folder.glob("*.yaml")) if path.name not in {EQUIVALENTS, KEPT}]
    if not files:
        raise FileNotFoundError(f"{folder}: there is no file of mistakes; write one, such as part1.yaml")
    mistakes = [each for path in files for each in read_mistakes(_text(path), path.name, rubric)]
    _refuse_repeats(mistakes)
    equivalents, kept = folder / EQUIVALENTS, folder / KEPT
    return Catalogue(
        tuple(mistakes),
        tuple(read_equivalents(_text(equivalents)) if equivalents.exists() else ()),
        tuple(read_kept(_text(kept)) if kept.exists() else ()),
    )


def read_mistakes(text: str, name: str, rubric: Rubric) -> list[KnownMistake]:
    """Return the mistakes that a YAML text states. Raises DocumentError."""
    document = parse_document(text, name)
    document.reject_unknown("keeps", "mistakes")
    return [_mistake(stated, document, rubric) for stated in document.mappings("mistakes")]


def read_equivalents(text: str, name: str = EQUIVALENTS) -> list[Equivalent]:
    """Return the equivalent mutants that a YAML text lists. Raises DocumentError."""
    document = parse_document(text, name)
    document.reject_unknown("equivalent")
    listed = document.mappings("equivalent", default=())
    return [Equivalent(tuple(each.texts("mutants")), each.text("because")) for each in listed]


def read_kept(text: str, name: str = KEPT) -> list[Kept]:
    """Return the tests that a YAML text keeps. Raises DocumentError."""
    document = parse_document(text, name)
    document.reject_unknown("kept")
    listed = document.mappings("kept", default=())
    return [Kept(tuple(each.texts("tests")), each.text("because")) for each in listed]


def _mistake(stated: Document, document: Document, rubric: Rubric) -> KnownMistake:
    stated.reject_unknown(*KEYS)
    loses = _problems(stated, "loses", rubric)
    if not loses:
        raise stated.error("loses", "name at least one problem that is about the mistake")
    keeps = _problems(stated if "keeps" in stated else document, "keeps", rubric)
    return KnownMistake(
        wrong=stated.text("wrong"),
        edits=_edits(stated),
        loses=tuple(loses),
        keeps=frozenset(keeps) - set(loses),
        serious=stated.choice("serious", ["true", "false"], default="false") == "true",
        spills=stated.text("spills", default=""),
        causes=tuple(stated.texts("cause", default=())),
        place=stated.place_of("wrong"),
    )


def _edits(stated: Document) -> tuple[Edit, ...]:
    """Return the one change that a mistake states itself, or the several that it lists."""
    if "edits" not in stated:
        return (_edit(stated),)
    for key in EDIT_KEYS:
        if key in stated:
            raise stated.error(key, "the changes stand under edits; state it there")
    return tuple(_edit(each) for each in stated.mappings("edits"))


def _edit(stated: Document) -> Edit:
    if "wrong" not in stated:
        stated.reject_unknown(*EDIT_KEYS)
    within = stated.text("within", default="")
    return Edit(stated.text("file"), stated.text("find"), stated.text("with"), within)


def _problems(document: Document, key: str, rubric: Rubric) -> list[str]:
    """Return the problems that `key` names; the name of a part stands for all its problems."""
    parts = {part.id: [each.id for each in part.problems] for part in (*rubric.parts, *rubric.bonus_parts)}
    known = {each.id: [each.id] for each in rubric.problems}
    found: list[str] = []
    for name in document.texts(key, default=()):
        if name not in known and name not in parts:
            raise document.error(key, f"the rubric has no problem or part {name}")
        found += known.get(name) or parts[name]
    return found


def _refuse_repeats(mistakes: Sequence[KnownMistake]) -> None:
    seen: dict[str, KnownMistake] = {}
    for each in mistakes:
        if each.wrong in seen:
            raise ValueError(f"{each.place}: this mistake is stated twice, first at {seen[each.wrong].place}")
        seen[each.wrong] = each


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def mistakes_about(mistakes: Collection[KnownMistake], problem: str) -> list[str]:
    """Return the sentences of the mistakes that are about `problem`."""
    return [each.wrong for each in mistakes if problem in each.loses]


def known_mistakes(root: Path, rubric: Rubric) -> dict[str, list[str]]:
    """Return those sentences for each problem of the assignment in `root`; none if it has no catalogue.

    Raises DocumentError.
    """
    try:
        mistakes = load_catalogue(root, rubric).mistakes
    except FileNotFoundError:
        return {}
    return {problem.id: mistakes_about(mistakes, problem.id) for problem in rubric.problems}
