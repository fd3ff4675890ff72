"""How often a traced run names the right place: `places.py [--every N] [--seed N]`.

Plants mistakes with a known place, one or more at a time: the catalogue in the reference, and mechanical
mutants in sample submissions of other shapes. Prints how many suspects are right, lines and functions apart.
"""

import argparse
import difflib
import random
import sys
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from grader.core.localise import Line, TestId, TracedTest, locate  # noqa: E402 - the tests' modules are not installed
from grader.core.rubric import parse_rubric  # noqa: E402
from grader.core.scoring import Outcome  # noqa: E402
from grader.core.submission import Submission  # noqa: E402
from grader.proof.catalogue import KnownMistake, load_catalogue  # noqa: E402
from grader.proof.mutants import mutants_of  # noqa: E402
from grader.proof.planting import NotPlanted  # noqa: E402
from grader.proof.prover import plant_mistake  # noqa: E402
from grader.sandbox.forking import JAIL  # noqa: E402
from grader.suite.cache import PreparedSuite, SuiteCache  # noqa: E402
from grader.suite.run import ignore  # noqa: E402
from grader.suite.traces import trace  # noqa: E402
from tests.assignment.gradings import MNIST  # noqa: E402
from tests.assignment.samples import FOLDER, base_files, load_sample  # noqa: E402

SAMPLES = ("textbook", "closures", "one_class", "dataclasses")
MUTANTS = 60  # of each sample
Case = tuple[Mapping[str, bytes], Mapping[str, bytes]]  # files, and those of them that are changed


def one_mistake(generator: random.Random) -> Iterator[Case]:
    """Yield pairs of a base and its changed files, with one mistake each."""
    base = base_files("reference")
    for mistake in catalogue():
        yield base, plant_mistake(mistake, base)[0]
    for name in SAMPLES:
        files = dict(load_sample(FOLDER / name).files)
        own = [file for file in files if file.startswith("smulgrad/") and file.endswith(".py")]
        mutants = [mutant for file in own for mutant in mutants_of(file, files[file])]
        for mutant in generator.sample(mutants, MUTANTS):
            yield files, {mutant.file: mutant.content}


def two_mistakes(generator: random.Random) -> Iterator[Case]:
    """Yield pairs of a base and its changed files, with two or three serious mistakes each."""
    base, serious = base_files("reference"), [each for each in catalogue() if each.serious]
    for _ in range(MUTANTS):
        changed: dict[str, bytes] = {}
        for mistake in generator.sample(serious, generator.choice((2, 3))):
            try:
                changed |= plant_mistake(mistake, {**base, **changed})[0]
            except NotPlanted:  # the two change one line
                continue
        yield base, changed


def catalogue() -> Sequence[KnownMistake]:
    """Return the known mistakes."""
    rubric = parse_rubric((ROOT / "rubric.yaml").read_text(encoding="utf-8"))
    return load_catalogue(ROOT, rubric).mistakes


def changed_lines(before: bytes, after: bytes) -> set[int]:
    """Return the lines of `after` that differ; those around a gap where lines are gone."""
    old, new = before.decode().split("\n"), after.decode().split("\n")
    found: set[int] = set()
    for tag, _, _, begin, end in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag != "equal":
            found |= set(range(begin + 1, end + 1)) or {begin, begin + 1}
    return found


def judge(traces: Mapping[TestId, TracedTest], truth: Collection[Line]) -> Counter[tuple[str, bool]]:
    """Return the suspects of a run, counted by kind and by whether they are right."""
    functions = {line: name for each in traces.values() for line, (name, _) in (each.lines or {}).items()}
    wrong = {(file, functions[file, line]) for file, line in truth if (file, line) in functions}
    counts: Counter[tuple[str, bool]] = Counter()
    for suspect in set(locate(traces).values()):
        if suspect.lines:
            is_right = any((suspect.file, line) in truth for line in suspect.lines)
        else:
            is_right = (suspect.file, suspect.function) in wrong
        counts["line" if suspect.lines else "function", is_right] += 1
    return counts


def measure(title: str, cases: Iterable[Case], prepared: PreparedSuite) -> None:
    """Trace each case, and print the counts."""
    counts: Counter[tuple[str, bool]] = Counter()
    failing = placed = 0
    for base, changed in cases:
        traces = trace(prepared, Submission("ab" * 32, {**base, **changed}), 1, MNIST, ignore)
        if all(each.outcome is not Outcome.FAILED for each in traces.values()):
            continue
        truth = {(file, line) for file in changed for line in changed_lines(base[file], changed[file])}
        found = judge(traces, truth)
        failing, placed = failing + 1, placed + bool(found)
        counts += found
    print(f"{title}: {failing} submissions with a failed check, {placed} with a suspect")
    for kind in ("line", "function"):
        print(f"  {kind}: {counts[kind, True]} right, {counts[kind, False]} wrong")


def main() -> None:
    """Measure both kinds of submissions."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--every", type=int, default=1, help="take every Nth case only")
    options.add_argument("--seed", type=int, default=7)
    chosen = options.parse_args()
    with closing(SuiteCache(ROOT, [JAIL])) as cache, cache.use() as prepared:
        for title, make in (("one mistake", one_mistake), ("two or three", two_mistakes)):
            cases = list(make(random.Random(chosen.seed)))  # noqa: S311 - a sample
            measure(title, cases[:: chosen.every], prepared)


if __name__ == "__main__":
    main()
