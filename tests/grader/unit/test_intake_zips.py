"""Zips made by hand are true zips, as long as no field lies."""

import io
import zipfile

from tests.grader.support.zips import STORED, Row, zipped


def test_handmade_zip():
    """A zip made by hand is one that zipfile reads."""
    data = zipped(Row("a/b.py", b"1"), Row("hausübung/c.py", b"2", method=STORED), comment=b"hello")

    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        read = {info.filename: archive.read(info) for info in archive.infolist()}

    assert read == {"a/b.py": b"1", "hausübung/c.py": b"2"}
