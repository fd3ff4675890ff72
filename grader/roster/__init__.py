"""Rosters: the files in which learning management systems and spreadsheets list a course's people."""

from grader.roster.persons import Roster, RosterEntry, UnusableCell, read_roster
from grader.roster.table import RosterError

__all__ = ["Roster", "RosterEntry", "RosterError", "UnusableCell", "read_roster"]
