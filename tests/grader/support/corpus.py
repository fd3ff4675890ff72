"""The attack corpus: submissions that try to earn, reach, learn or break more than an honest one could.

An attack is one file, attacks/<group>/<name>.py. The first paragraph of its docstring is a sentence on
its aim; the last one, if it has settings, is YAML:
- `base`: the adapters beside it, which it finds as the module `honest`: `wrong` (the default), whose every
  answer is wrong, or `reference`, the worked solution;
- `file`: the file of the submission that it is, tests/adapters.py by default;
- `ships`: further files, by name;
- `copies`: folders of this project that it brings along, by the name of the folder; each with its new name;
- `honest`: the most points of 104 that an honest reading of its code would earn (0 by default);
- `classes`: the classes of tests to run, `all` of them, or by default a FEW;
- `seconds`: the time limit of a test, for attacks that hang or wait;
- `breach`: true if staff must read of a breach of the protocol;
- `noted`: how the integrity note begins that staff must read;
- `needs`: the guarantees of a runner that keep it from its aim (it prints REACHED when it has got
  hold of it); an empty list: no runner may let it;
- `open_without`: guarantees without which it earns more than it should, which is known and documented;
- `teeth`: true if it earns more than it should in a grader as many courses have one (naive.py).

The files of attacks/shared come with each of them, and so does a module `canary`, which names the things out
of its reach.
"""

import ast
import io
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

import yaml

from grader.core.rubric import parse_rubric
from grader.sandbox.runner import Guarantee
from tests.assignment.samples import ROOT, read_files

RUBRIC = replace(parse_rubric((ROOT / "rubric.yaml").read_text(encoding="utf-8")), bonus_parts=())
FOLDER = Path(__file__).parents[1] / "attacks"
NOT_ATTACKS = {"bases", "shared"}
ADAPTERS = "tests/adapters.py"
KEYS = {
    "base",
    "file",
    "ships",
    "copies",
    "honest",
    "classes",
    "seconds",
    "breach",
    "noted",
    "needs",
    "open_without",
    "teeth",
}
FEW = ["TestValueCreation", "TestValueAdd", "TestBackwardAdd", "TestTensorTranspose", "TestLinearLayer"]
ALL = frozenset(problem.tests for part in RUBRIC.parts for problem in part.problems)
PASS_ON = b"from honest import *\n"


@dataclass(frozen=True)
class Attack:
    """A malicious submission and its permitted results; `needs` is None if it reaches for nothing."""

    name: str
    idea: str
    files: Mapping[str, bytes]
    honest: Fraction
    classes: frozenset[str]
    seconds: float | None
    breach: bool
    noted: str
    needs: frozenset[Guarantee] | None
    open_without: frozenset[Guarantee]
    teeth: bool

    @property
    def group(self):
        """The name of the group that it belongs to."""
        return self.name.partition("/")[0]

    def files_with(self, canary):
        """Return its files; the module `canary` has the variables of that mapping."""
        lines = [f"{name} = {value!r}\n" for name, value in canary.items()]
        return {**self.files, "canary.py": "".join(lines).encode()}


def load_attacks():
    """Return all attacks, in the order of their names."""
    paths = [path for path in sorted(FOLDER.glob("*/*.py")) if path.parent.name not in NOT_ATTACKS]
    return [load_attack(path) for path in paths]


def load_attack(path):
    """Return the attack in the file `path`. Raises ValueError if its docstring is not as stated above."""
    idea, settings = described(path)
    return Attack(
        name=f"{path.parent.name}/{path.stem}",
        idea=idea,
        files=submission(path, settings),
        honest=Fraction(settings.get("honest", 0)),
        classes=ALL if settings.get("classes") == "all" else frozenset(settings.get("classes", FEW)),
        seconds=settings.get("seconds"),
        breach=settings.get("breach", False),
        noted=settings.get("noted", ""),
        needs=guarantees(settings["needs"]) if "needs" in settings else None,
        open_without=guarantees(settings.get("open_without", ())),
        teeth=settings.get("teeth", False),
    )


def described(path):
    """Return the first paragraph of a file's docstring, and the settings in its last one."""
    docstring = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    idea, *others = docstring.split("\n\n")
    settings = yaml.safe_load(others[-1]) if others else {}
    if not idea.endswith(".") or not isinstance(settings, dict) or not settings.keys() <= KEYS:
        raise ValueError(f"{path}: the docstring shall be a sentence and settings of {sorted(KEYS)}")
    return " ".join(idea.split()), settings


def submission(path, settings):
    """Return the files that an attack hands in, but for the canary."""
    ships = {name: text.encode() for name, text in settings.get("ships", {}).items()}
    own = {settings.get("file", ADAPTERS): path.read_bytes()}
    return {
        ADAPTERS: PASS_ON,
        **base_files(settings.get("base", "wrong")),
        **read_files(FOLDER / "shared"),
        **copied(settings.get("copies", {})),
        **ships,
        **own,
    }


def copied(folders):
    """Return the modules of `folders` of this project, which import each other by their new names."""
    return {
        f"{new}/{name}": content.replace(old.replace("/", ".").encode(), new.replace("/", ".").encode())
        for old, new in folders.items()
        for name, content in read_files(ROOT / old).items()
    }


def base_files(base):
    """Return the files of a base, its adapters as the module `honest`."""
    if base == "wrong":
        return {"honest.py": (FOLDER / "bases" / "wrong.py").read_bytes()}
    files = read_files(ROOT / base)
    files["honest.py"] = files.pop(ADAPTERS)
    return files


def guarantees(names):
    """Return the guarantees of those names."""
    return frozenset(Guarantee[name] for name in names)


def zipped(files):
    """Return an upload that holds `files`."""
    upload = io.BytesIO()
    with zipfile.ZipFile(upload, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, content in files.items():
            archive.writestr(path, content)
    return upload.getvalue()
