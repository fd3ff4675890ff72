"""Downloads: folders of submissions from learning management systems, and the student of each."""

from grader.downloads.find import Download, Found, find_downloads
from grader.downloads.names import is_archive
from grader.downloads.unpack import is_of_all, unpack

__all__ = ["Download", "Found", "find_downloads", "is_archive", "is_of_all", "unpack"]
