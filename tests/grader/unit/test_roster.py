"""Rosters as Canvas, Gradescope and spreadsheets write them."""

import codecs

import pytest

from grader.core.role import Role
from grader.roster import RosterEntry, RosterError, read_roster

CANVAS_GRADEBOOK = """\
Student,ID,SIS User ID,SIS Login ID,Section,Homework 1 (77)
    Points Possible,,,,,10
"Ng, Anna",12,u12,anna@example.edu,Section A,8
"Student, Test",99,,f00d,Section A,
"""
CANVAS_PEOPLE = """\
Name,Login ID,Section,Role
Anna Ng,Anna@Example.edu,A,StudentEnrollment
Tom Ay,tom@example.edu,A,TaEnrollment
Ida Lee,ida@example.edu,,TeacherEnrollment
"""
GRADESCOPE = """\
First Name,Last Name,SID,Email,Sections,Role
Anna,Ng,12,anna@example.edu,A,Student
Tom,Ay,,tom@example.edu,,TA
Ida,Lee,,ida@example.edu,,Instructor
"""
PEOPLE = "Name;Email;Section\nJörg Müß;joerg@example.edu;A\nAnna Ng;anna@example.edu;B\n"


def read(roster, domain=""):
    """Return a roster that is given as text."""
    return read_roster(roster.encode(), domain)


def test_the_gradebook_of_canvas():
    """Rows that are no people are passed over; a login that is an address is the address."""
    expected = RosterEntry("anna@example.edu", "Ng, Anna", Role.STUDENT, "Section A", sis_id="u12")

    assert read(CANVAS_GRADEBOOK).entries == [expected]


@pytest.mark.parametrize("roster", [CANVAS_PEOPLE, GRADESCOPE])
def test_roles_of_both(roster):
    """Students, assistants and instructors are known in the words of each."""
    people = read(roster).entries

    assert [(each.email, each.role) for each in people] == [
        ("anna@example.edu", Role.STUDENT),
        ("tom@example.edu", Role.GRADER),
        ("ida@example.edu", Role.INSTRUCTOR),
    ]
    assert people[0].name == "Anna Ng"
    assert people[0].section == "A"


@pytest.mark.parametrize(
    ("content", "notices"),
    [
        (PEOPLE.encode(), ["semicolons"]),
        (codecs.BOM_UTF8 + PEOPLE.encode(), ["semicolons"]),
        (PEOPLE.encode("cp1252"), ["Windows-1252", "semicolons"]),
        (PEOPLE.replace(";", "\t").encode("utf-16"), ["UTF-16", "tabs"]),
        (PEOPLE.replace(";", "\t").encode("utf-16-le"), ["UTF-16", "tabs"]),
        (PEOPLE.replace(";", "\t").encode("utf-16-be"), ["UTF-16", "tabs"]),
        (PEOPLE.replace(";", ",").encode(), []),
        (PEOPLE.replace("\n", "\r\n").replace(";", "\t").encode("cp1252"), ["Windows-1252", "tabs"]),
        (PEOPLE.replace("\n", "\r").encode(), ["semicolons"]),
        (("sep=;\n" + PEOPLE).encode(), ["semicolons"]),
        (("Course: Autumn, 2026\n\n" + PEOPLE).encode(), ["semicolons", "line 3"]),
        (PEOPLE.replace(";", "|").encode(), ["bars"]),
    ],
)
def test_encoding_and_separator_are_recognised(content, notices):
    """Files of spreadsheets are read, with a notice for unusual ones."""
    roster = read_roster(content)

    assert [(each.name, each.email, each.section) for each in roster.entries] == [
        ("Jörg Müß", "joerg@example.edu", "A"),
        ("Anna Ng", "anna@example.edu", "B"),
    ]
    assert len(roster.notices) == len(notices)
    assert all(word in notice for word, notice in zip(notices, roster.notices, strict=True))


@pytest.mark.parametrize(
    ("roster", "domain", "identity"),
    [
        ("Student,SIS Login ID\nAnna,ang\n", "", ("", "ang", "")),
        ("Student,SIS Login ID\nAnna,ANG\n", "example.edu", ("ang@example.edu", "ang", "")),
        ("Student,SIS Login ID\nAnna,ang\n", "@Example.EDU", ("ang@example.edu", "ang", "")),
        ("Student,SIS User ID,SIS Login ID\nAnna,U12,\n", "", ("", "", "U12")),
        ("Student,ID,SIS User ID,SIS Login ID\nAnna,77,,\n", "", ("", "", "id-77")),
        ("Name,Email\nAnna,ang\n", "", ("", "ang", "")),
        ("Name,Email,Login\nAnna,a@b.c,ang\n", "example.edu", ("a@b.c", "ang", "")),
        ("Name,E-Mail\nAnna,Anna Ng <A@b.c>\n", "", ("a@b.c", "", "")),
    ],
)
def test_a_person_needs_one_identity(roster, domain, identity):
    """An address, a login or an id will do; a domain makes an address of a login."""
    [anna] = read(roster, domain).entries

    assert (anna.email, anna.login, anna.sis_id) == identity


@pytest.mark.parametrize(
    "row",
    [
        "a@b.c,ang,2,Anna,TA",
        ",ang,2,,TA",
        "A@B.C,,2,Anna Ng,ta",
    ],
)
def test_a_second_row_of_a_person_is_merged_and_said(row):
    """Sections add up, the higher role holds, and a row fills the gaps of the other."""
    roster = read(f"Email,Login,Section,Name,Role\na@b.c,ang,1,,Student\n{row}\n")

    [anna] = roster.entries
    assert (anna.email, anna.login, anna.section, anna.role) == ("a@b.c", "ang", "1, 2", Role.GRADER)
    assert roster.notices == ["Line 3 and line 2 are one person, a@b.c: merged."]


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ("Ben,b@b.c,,Dean", "line 3, column Role: 'Dean' is no role"),
        ("Ben,b b@b.c,,", "line 3, column Email: 'b b@b.c' is no e-mail address"),
        ("Ben,Ben Lee,,", "line 3, column Email: 'Ben Lee' is neither an e-mail address nor a login"),
        ("Ben,@b.c,,", "line 3, column Email: '@b.c' is no e-mail address"),
        ("Ben,,,", "line 3, column Email: '' and login and id are empty"),
        ("B\x1ben,b@b.c,,", "line 3, column Name: 'B\\x1ben' holds characters that cannot be printed"),
        ("Ben,b@b.c,,,more", "line 3, column 5: 'more' is in no column of the header"),
        ("Ben,x@b.c,ang,", "contradicts line 2"),
    ],
)
def test_a_bad_cell_is_told_and_good_rows_stay(row, problem):
    """Line, column and value are named; the other rows are there."""
    roster = read(f"Name,Email,Login,Role\nAnna,a@b.c,ang,\n{row}\nTom,t@b.c,,TA\n")

    assert [each.email for each in roster.entries] == ["a@b.c", "t@b.c"]
    [told] = map(str, roster.problems)
    assert problem in told


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"Name,Section\nAnna,A\n", "no line names a column that identifies a person"),
        (b"", "no line names a column"),
        (b"PK\x03\x04\x00", "an Excel or LibreOffice workbook: save it as CSV"),
        (codecs.BOM_UTF16_LE + b"a", "the file is damaged"),
    ],
)
def test_what_is_no_roster_is_refused(content, message):
    """A file that cannot be read says why."""
    with pytest.raises(RosterError, match=message):
        read_roster(content)


def test_lines_are_counted_as_an_editor_does():
    """A cell with line breaks in it counts all its lines."""
    roster = read('Name,Email,Role\n"Anna\u2028Ng",a@b.c,\n\n"x",b@b.c,Dean\n')

    assert [each.line for each in roster.problems] == [2, 4]
