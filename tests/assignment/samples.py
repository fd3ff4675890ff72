"""The sample submissions: their files, and the verdict that each must get.

A sample is a folder below submissions/. Its sample.yaml says
- `wrong`: its mistake, in a sentence; "Nothing;" begins that of a right solution;
- `score`: the points that it must get of 104, exactly ("307/3" is allowed);
- `lost`: how many tests of which class it must lose, those of the bonus included, all others it must pass;
  or `all`; the classes on MNIST are not run;
- `status`: graded (the default) or not_gradable;
- `base`: the files to start from, those of the reference (the default) or of another sample, by its name, or
  `none`;
- `replace`: changes to them, each a `file` of the base, a text to `find`, which must be there exactly once,
  and the new text, `with`;
- `in_process`: false if its tests cannot run in this process, because it exits, loops or floods;
- `test_seconds`: the time limit of a test, if it shall not be the suite's own.
All other files in the folder are its own, and come before those of the base.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]
FOLDER = Path(__file__).parent / "submissions"
DESCRIPTION = "sample.yaml"
KEYS = {"wrong", "score", "lost", "status", "base", "replace", "in_process", "test_seconds"}
ALL = "all"


@dataclass(frozen=True)
class Sample:
    """A submission and its verdict; see above. `lost` is a mapping from class to number, or ALL."""

    name: str
    files: Mapping[str, bytes]
    wrong: str
    score: Fraction
    lost: Mapping[str, int] | str
    status: str
    in_process: bool
    test_seconds: float | None

    @property
    def is_right(self):
        """Whether it is a right solution, perhaps without bonuses."""
        return self.wrong.startswith("Nothing;")

    def write(self, folder):
        """Write the files into `folder`, as a student has them."""
        for path, content in self.files.items():
            place = folder / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(content)


def load_samples():
    """Return all samples, in the order of their names."""
    return [load_sample(path.parent) for path in sorted(FOLDER.glob(f"*/{DESCRIPTION}"))]


def load_sample(folder):
    """Return the sample in `folder`. Raises ValueError if its description is not as stated above."""
    stated = yaml.safe_load((folder / DESCRIPTION).read_text(encoding="utf-8"))
    if not stated.keys() <= KEYS:
        raise ValueError(f"{folder.name}: {sorted(stated.keys() - KEYS)} is unknown")
    base = base_files(stated.get("base", "reference"))
    for change in stated.get("replace", ()):
        base[change["file"]] = replaced(base[change["file"]], change["find"], change["with"], folder.name)
    return Sample(
        name=folder.name,
        files={**base, **read_files(folder)},
        wrong=stated["wrong"],
        score=Fraction(stated["score"]),
        lost=stated.get("lost", {}),
        status=stated.get("status", "graded"),
        in_process=stated.get("in_process", True),
        test_seconds=stated.get("test_seconds"),
    )


def base_files(name):
    """Return the files that a sample starts from."""
    if name == "reference":
        return read_files(ROOT / "reference")
    return {} if name == "none" else dict(load_sample(FOLDER / name).files)


def read_files(folder):
    """Return the files below `folder` by relative path, the description and bytecode left out."""
    paths = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    names = {path: path.relative_to(folder).as_posix() for path in paths}
    return {
        name: path.read_bytes()
        for path, name in names.items()
        if name != DESCRIPTION and "__pycache__" not in name
    }


def replaced(content, old, new, name):
    """Return `content` with `new` for `old`. Raises ValueError unless `old` occurs exactly once."""
    text = content.decode()
    if text.count(old) != 1:
        raise ValueError(f"{name}: the text to replace occurs {text.count(old)} times: {old!r}")
    return text.replace(old, new).encode()
