"""suite.yaml: the folders that a submission may read are found by functions of the assignment."""

import pytest

from grader.core.document import DocumentError
from grader.suite.manifest import parse_manifest

LIMITS = "limits: {test_seconds: 1, run_seconds: 9, memory_mebibytes: 512, output_kibibytes: 1}\n"
MODULE = """
def there():
    return "/data"


def absent():
    return None
"""


def test_a_folder_is_what_its_function_returns(tmp_path, monkeypatch):
    """A function that returns None has no folder to offer, and its variable is left out."""
    (tmp_path / "places_of_data.py").write_text(MODULE)
    monkeypatch.syspath_prepend(tmp_path)
    manifest = parse_manifest(
        f"{LIMITS}folders: {{ONE: 'places_of_data:there', TWO: 'places_of_data:absent'}}\n"
    )

    assert manifest.find_folders() == {"ONE": "/data"}


@pytest.mark.parametrize("stated", ["/data", "places_of_data", "places_of_data:", "a:b:c", "a b:c"])
def test_what_names_no_function_is_refused(stated):
    """The error names file, line and key, and says how a function is written."""
    with pytest.raises(DocumentError, match=r"suite\.yaml line 2, folders\.ONE: .*write module:function"):
        parse_manifest(f"{LIMITS}folders: {{ONE: '{stated}'}}\n")
