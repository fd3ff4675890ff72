"""The people of a roster: each has an address, a login or a SIS id. Unusable cells are listed."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from email.utils import parseaddr

from grader.core.role import Role
from grader.roster.table import TableLine, read_table

COLUMNS: Mapping[str, tuple[str, ...]] = {  # the headers of each, in small letters, the best first
    "email": ("email", "email address", "e-mail", "e-mail address", "primary email", "mail"),
    "login": ("sis login id", "login id", "login", "username", "user name", "netid", "github_username"),
    "sis_id": ("sis user id", "sis id", "sid", "student id", "id number", "student number", "orgdefinedid"),
    "id": ("id",),
    "name": ("name", "full name", "student", "student name", "display name"),
    "first": ("first name", "firstname", "given name"),
    "last": ("last name", "lastname", "surname", "family name"),
    "section": ("section", "sections", "section name", "group"),
    "role": ("role", "roles"),
}
KEYS = ("email", "login", "sis_id")
IDENTITIES = (*KEYS, "id")
ROLES: Mapping[str, Role] = {
    "": Role.STUDENT,
    "student": Role.STUDENT,
    "studentenrollment": Role.STUDENT,
    "ta": Role.GRADER,
    "taenrollment": Role.GRADER,
    "teachingassistant": Role.GRADER,
    "reader": Role.GRADER,
    "grader": Role.GRADER,
    "instructor": Role.INSTRUCTOR,
    "teacher": Role.INSTRUCTOR,
    "teacherenrollment": Role.INSTRUCTOR,
}
RANKS = list(Role)
NOBODY = ("points possible", "student, test", "test student")  # rows of a Canvas gradebook that are no people
PREFIX = "id-"  # of the id of Canvas itself, which may be another person's SIS id


@dataclass(frozen=True)
class RosterEntry:
    """One person of a roster; `email`, `login` or `sis_id` says who it is, each may be empty but one."""

    email: str
    name: str
    role: Role
    section: str
    login: str = ""
    sis_id: str = ""

    @property
    def handle(self) -> str:
        """The name of the person: the address, else the login, else the id."""
        return self.email or self.login or self.sis_id

    @property
    def keys(self) -> set[tuple[str, str]]:
        """The address, login and id that identify the person."""
        return {(kind, value) for kind in KEYS if (value := getattr(self, kind))}


@dataclass(frozen=True)
class UnusableCell:
    """A cell that cannot be used: its line, its column and value, and why."""

    line: int
    column: str
    value: str
    why: str

    def __str__(self) -> str:
        return f"line {self.line}, column {self.column}: {self.value!r} {self.why}"


@dataclass(frozen=True)
class Roster:
    """The people of a file, the cells that cannot be used, and sentences on how it was read."""

    entries: Sequence[RosterEntry]
    problems: Sequence[UnusableCell]
    notices: Sequence[str]


class _BadCell(Exception):  # noqa: N818 - it becomes a message, never raised outside
    """A cell that cannot be used."""

    def __init__(self, column: str, value: str, why: str) -> None:
        super().__init__(column, value, why)
        self.column, self.value, self.why = column, value, why


def read_roster(content: bytes, domain: str = "") -> Roster:
    """Return the people of a roster; `domain` makes an address of a login. Raises RosterError."""
    table = read_table(content, lambda header: len(_places(header)) if _says_who(header) else 0)
    places = _places(table.header)
    found: list[tuple[int, RosterEntry]] = []
    problems: list[UnusableCell] = []
    notices = list(table.notices)
    for line in table.lines:
        try:
            if _is_nobody(_Cells(line, places, table.header)):
                continue
            entry = _entry(_Cells(line, places, table.header), domain)
            notices.extend(_merge(found, entry, line.number))
        except _BadCell as bad:
            problems.append(UnusableCell(line.number, bad.column, bad.value, bad.why))
    return Roster([entry for _, entry in found], problems, notices)


class _Cells:
    """The cells of a line by the kind of their column."""

    def __init__(self, line: TableLine, places: Mapping[str, Sequence[int]], header: Sequence[str]) -> None:
        self._line = line
        self._places = places
        self._header = header
        more = [cell for cell in line.cells[len(header) :] if cell]
        if more:
            raise _BadCell(str(len(header) + 1), more[0], "is in no column of the header")

    def value(self, need: str) -> str:
        """Return the first cell with content in a column of that kind. Raises _BadCell."""
        value = self._line.cells[place] if (place := self._place(need)) is not None else ""
        if not value.isprintable():
            raise self.bad(need, value, "holds characters that cannot be printed: leave them out")
        return value

    def bad(self, need: str, value: str, why: str) -> _BadCell:
        """Return the error about a cell."""
        place = self._place(need)
        return _BadCell(self._header[place] if place is not None else need, value, why)

    def _place(self, need: str) -> int | None:
        places = self._places.get(need, ())
        full = (place for place in places if place < len(self._line.cells) and self._line.cells[place])
        return next(full, None)


def _places(header: Sequence[str]) -> dict[str, list[int]]:
    """Return the columns of each kind, the best first."""
    written = {name.strip().lower(): place for place, name in reversed(list(enumerate(header)))}
    places = {need: [written[name] for name in names if name in written] for need, names in COLUMNS.items()}
    return {need: found for need, found in places.items() if found}


def _says_who(header: Sequence[str]) -> bool:
    return any(need in IDENTITIES for need in _places(header))


def _is_nobody(cells: _Cells) -> bool:
    return cells.value("name").lower().startswith(NOBODY)


def _entry(cells: _Cells, domain: str) -> RosterEntry:
    """Return the person of a line. Raises _BadCell."""
    email, login = _address_and_login(cells, domain)
    sis_id = cells.value("sis_id")
    if not (email or login or sis_id) and cells.value("id"):
        sis_id = PREFIX + cells.value("id")
    if not (email or login or sis_id):
        raise _BadCell("Email", "", "and login and id are empty: one of them must say who it is")
    role = ROLES.get(cells.value("role").lower().replace(" ", ""))
    if role is None:
        raise cells.bad("role", cells.value("role"), f"is no role: use one of {', '.join(Role)}")
    parts = [cells.value(part) for part in ("first", "last")]
    name = " ".join(filter(None, parts)) or cells.value("name")
    return RosterEntry(email, name, role, cells.value("section"), login, sis_id)


def _address_and_login(cells: _Cells, domain: str) -> tuple[str, str]:
    """Return address and login: a login may be an address, and an address column may hold logins."""
    addresses: list[str] = []
    logins: list[str] = []
    for need in ("email", "login"):
        value = cells.value(need)
        (addresses if "@" in value else logins).append(value)
        if "@" in value and not _is_address(value):
            raise cells.bad(need, value, "is no e-mail address")
        if "@" not in value and " " in value:
            raise cells.bad(need, value, "is neither an e-mail address nor a login")
    email = next((parseaddr(each)[1].lower() for each in addresses), "")
    login = next((each.lower() for each in logins if each), "")
    if login and domain and not email:
        email = f"{login}@{domain.lstrip('@').lower()}"
    return email, login


def _is_address(text: str) -> bool:
    address = parseaddr(text)[1]
    name, at, host = address.rpartition("@")
    return bool(name and at and host) and address.isprintable() and not set(" ,;") & set(address)


def _merge(found: list[tuple[int, RosterEntry]], entry: RosterEntry, line: int) -> Iterator[str]:
    """Add a person to those before, or merge two rows of one person and say so. Raises _BadCell."""
    same = [place for place, (_, each) in enumerate(found) if each.keys & entry.keys]
    if not same:
        found.append((line, entry))
        return
    first, other = found[same[0]]
    if len(same) > 1 or _contradict(other, entry):
        raise _BadCell(
            "Email", entry.handle, f"contradicts line {first}: two people, or one with two addresses"
        )
    sections = dict.fromkeys(filter(None, (*other.section.split(", "), entry.section)))
    filled = {kind: getattr(other, kind) or getattr(entry, kind) for kind in (*KEYS, "name")}
    merged = replace(
        other,
        **filled,
        role=max(other.role, entry.role, key=RANKS.index),
        section=", ".join(sections),
    )
    found[same[0]] = (first, merged)
    yield f"Line {line} and line {first} are one person, {merged.handle}: merged."


def _contradict(one: RosterEntry, other: RosterEntry) -> bool:
    pairs = ((getattr(one, kind), getattr(other, kind)) for kind in KEYS)
    return any(here and there and here != there for here, there in pairs)
