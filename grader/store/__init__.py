"""The store: all data of the service, in SQLite or PostgreSQL, behind functions on a session.

A caller opens one transaction with `Database.write()` (or `read()`) and hands its session to the functions of
the modules here. So related changes are committed together or not at all. `queue` brings rows to workers.
"""

from grader.store.database import Database, open_database, open_existing

__all__ = ["Database", "open_database", "open_existing"]
