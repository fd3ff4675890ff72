"""The store: everything that the service keeps, in SQLite or PostgreSQL, behind functions on a session.

A caller opens one transaction with `Database.write()` (or `read()`) and hands its session to the functions of
the modules here, so that what belongs together is kept together or not at all.
"""

from grader.store.database import Database, open_database, open_existing

__all__ = ["Database", "open_database", "open_existing"]
