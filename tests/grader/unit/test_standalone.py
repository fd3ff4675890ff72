"""The program that hands a student's project in: it packs the files that grading reads."""

import io
import zipfile

from grader.client.standalone import MOST_BYTES, pack


def test_data_of_the_project_are_packed_and_large_files_named(tmp_path, capsys):
    """Small files of every kind go in, hidden folders and environments do not, large ones are named."""
    files = {
        "smulgrad/engine.py": b"x = 1\n",
        "tests/adapters.py": b"",
        "weights.npz": b"123",
        "data/digits.csv": b"1,2",
        "large.png": bytes(MOST_BYTES + 1),
        ".venv/lib/x.py": b"",
        ".history/tests/adapters.py": b"",
        "tests/cases/test_part1_basics.py": b"",
    }
    for path, content in files.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(content)

    with zipfile.ZipFile(io.BytesIO(pack(tmp_path))) as archive:
        names = archive.namelist()

    assert names == ["data/digits.csv", "smulgrad/engine.py", "tests/adapters.py", "weights.npz"]
    assert capsys.readouterr().out == "left out: large.png\n"
