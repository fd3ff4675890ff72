"""The attack corpus as a collection: descriptions are read strictly, and its page tells of each attack."""

import re
from fractions import Fraction

import pytest

from grader.boundary.submission_server import SubmissionServer
from grader.intake import read_archive
from grader.sandbox.runner import Guarantee
from tests.assignment.samples import ROOT
from tests.grader.support.corpus import ALL, FEW, FOLDER, load_attack, load_attacks, zipped

ATTACKS = load_attacks()
PAGE = (ROOT / "docs" / "attacks.md").read_text(encoding="utf-8")


@pytest.fixture
def described(tmp_path):
    """Return a function that loads an attack with a given docstring."""

    def load(docstring):
        path = tmp_path / "group" / "name.py"
        path.parent.mkdir()
        path.write_text(f'"""{docstring}"""\n')
        return load_attack(path)

    return load


def test_an_attack_is_described_by_its_docstring(described):
    """The sentence is the idea, and the settings are read with their defaults."""
    attack = described("Tries\nsomething.\n\nhonest: 1/3\nneeds: [FILES]\n")

    assert (attack.name, attack.idea, attack.honest) == ("group/name", "Tries something.", Fraction(1, 3))
    assert attack.needs == {Guarantee.FILES}
    assert attack.classes == set(FEW)
    assert not attack.breach


@pytest.mark.parametrize(
    "docstring", ["", "no sentence", "A sentence.\n\nnothing: known", "A sentence.\n\ntext"]
)
def test_a_description_of_another_form_is_refused(described, docstring):
    """An attack without an idea, or with unknown settings, is an error and not an attack without limits."""
    with pytest.raises(ValueError, match="shall be a sentence"):
        described(docstring)


def test_every_class_that_an_attack_names_is_graded():
    """A misspelled class would let an attack run no test at all, which nothing could fail."""
    assert not [attack.name for attack in ATTACKS if not attack.classes or attack.classes - ALL]


def test_the_page_counts_the_attacks():
    """docs/attacks.md says how many attacks there are, and how many of them have teeth."""
    assert f"holds {len(ATTACKS)} submissions" in PAGE
    assert f"for {sum(attack.teeth for attack in ATTACKS)} of them" in PAGE


def test_the_page_says_what_each_lie_earns():
    """Attacks that give right answers in another way earn points; docs/attacks.md says how many."""
    lies = [attack for attack in ATTACKS if attack.group == "lies"]

    assert lies
    assert not [lie.name for lie in lies if f"{float(lie.honest):.1f} of 104 points" not in make_row(lie)]


def test_files_arrive_as_they_were_written():
    """An upload made of an attack's files is accepted with these files and its canary."""
    attack = next(one for one in ATTACKS if one.name == "forging/pytest_ini_shipped")

    files = read_archive(zipped(attack.files_with({"PORT": 1}))).files

    assert files["canary.py"] == b"PORT = 1\n"
    assert files.keys() >= {"pytest.ini", "generous.py", "honest.py", "tests/adapters.py"}


def make_row(attack):
    """Return the rest of an attack's row in docs/attacks.md."""
    return PAGE.partition(f"| `{attack.name.partition('/')[2]}` | ")[2].partition("\n")[0]


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)
def test_the_page_tells_of_every_attack(attack):
    """docs/attacks.md names each attack with its idea and its obstacle."""
    row = f"| `{attack.name.partition('/')[2]}` | {attack.idea} | "

    assert row in PAGE
    assert not PAGE.partition(row)[2].startswith("|")


def test_the_names_that_attacks_look_for_are_there():
    """Each module and class that an attack looks for exists, so a rename cannot disarm it."""
    sources = [path.read_text(encoding="utf-8") for path in FOLDER.rglob("*.py")]
    modules = {
        name for source in sources for name in re.findall(r"(?<!tests\.)\bgrader(?:\.[a-z_]+)+", source)
    }
    classes = {name for source in sources for name in re.findall(r"__name__ == \"([A-Z]\w+)\"", source)}
    paths = [path.relative_to(ROOT).with_suffix("") for path in (ROOT / "grader").rglob("*.py")]
    ours = {".".join(path.parts).removesuffix(".__init__") for path in paths}

    assert "grader.boundary.call_progress" in modules
    assert modules <= ours
    assert classes == {
        SubmissionServer.__name__,
        pytest.Function.__name__,
        pytest.PytestPluginManager.__name__,
    }
