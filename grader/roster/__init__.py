"""Rosters: the files in which learning management systems and spreadsheets list a course's people."""

from grader.roster.persons import Entry, Problem, Roster, read_roster
from grader.roster.table import RosterError

__all__ = ["Entry", "Problem", "Roster", "RosterError", "read_roster"]
