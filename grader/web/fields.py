"""Fields that forms and JSON bodies share."""

from typing import Annotated

from pydantic import StringConstraints

NO_NUL = r"^[^\x00]*$"  # PostgreSQL keeps no NUL in a text
REASON_CHARACTERS = 500
Reason = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=REASON_CHARACTERS, pattern=NO_NUL),
]
