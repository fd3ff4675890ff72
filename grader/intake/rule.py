"""The rules of intake, in one table, each with advice for an upload that breaks it."""

from enum import StrEnum
from typing import Self


class Rule(StrEnum):
    """One rule each: its value is a stable id, `sentence` states it, `advice` helps who breaks it."""

    sentence: str
    advice: str

    def __new__(cls, rule: str, sentence: str, advice: str) -> Self:
        """Make a member that is its id and carries its two sentences."""
        member = str.__new__(cls, rule)
        member._value_ = rule
        member.sentence = sentence
        member.advice = advice
        return member

    UPLOAD_SIZE = (
        "upload-size",
        "The upload is not larger than the limit.",
        "Leave data sets, .venv and .git out and zip the project folder again.",
    )
    NOT_A_ZIP = (
        "not-a-zip",
        "The upload is a zip or a tar archive.",
        "Hand in the project folder as a .zip file.",
    )
    DAMAGED = (
        "damaged",
        "The archive is whole: its records fit together and each file has its declared size and checksum.",
        "Zip the project folder again and upload the new file.",
    )
    NO_GARBAGE = (
        "no-garbage",
        "Entries fill the archive from its first byte to its directory; only a comment may follow the end.",
        "Hand in the .zip file as your zip program wrote it, or zip the project folder again.",
    )
    ONE_PIECE = (
        "one-piece",
        "The archive is one file, not a part of a split archive.",
        "Zip the project folder again without splitting it.",
    )
    NO_ZIP64 = (
        "no-zip64",
        "The directory needs no zip64 records, which are for more than 65,534 entries or 4 GiB.",
        "Leave data sets, .venv and .git out and zip the project folder with an ordinary zip program.",
    )
    ENTRY_COUNT = (
        "entry-count",
        "The upload's list of entries, junk included, is not longer than the limit.",
        "Leave .venv, .git and node_modules out and zip the project folder again.",
    )
    NO_ENCRYPTION = (
        "no-encryption",
        "No entry is encrypted.",
        "Zip the project folder without a password.",
    )
    METHOD = (
        "method",
        "Every entry is stored or deflated, the two methods that all zip programs share.",
        "Zip the project folder with the default compression.",
    )
    HEADERS_AGREE = (
        "headers-agree",
        "Each entry's own header, its descriptor and its Unicode name say the same as the directory.",
        "Zip the project folder again with an ordinary zip program.",
    )
    NO_OVERLAP = (
        "no-overlap",
        "No two entries share bytes of the archive.",
        "Zip the project folder again with an ordinary zip program.",
    )
    NO_CONTROL = (
        "no-control-characters",
        "Names have no NUL, no control characters and no marks that change the direction of writing.",
        "Rename the file with visible characters only and zip again.",
    )
    NO_ESCAPE = (
        "no-escape",
        "Names are relative and do not climb with '..', with slashes or with backslashes.",
        "Zip the project folder itself, without '..' and absolute paths in names.",
    )
    PLAIN_PATH = (
        "plain-path",
        "Each file has a name of its own.",
        "Zip the project folder itself, for example with: zip -r hand-in.zip my-project",
    )
    UTF8_NAMES = (
        "utf8-names",
        "Names that the archive marks as UTF-8 are UTF-8.",
        "Rename it with plain letters a-z, digits, '-' and '_', and zip again.",
    )
    PLAIN_FILES = (
        "plain-files",
        "Entries are files and folders, not links, pipes or devices.",
        "Replace it by an ordinary file, or leave it out.",
    )
    PORTABLE_NAMES = (
        "portable-names",
        "No name is a Windows device (con, nul, com1, ...) or ends in a dot or a space.",
        "Rename it and zip again.",
    )
    PATH_LENGTH = (
        "path-length",
        "Paths are not longer and not deeper than the limits.",
        "Zip the project folder itself, not the folders around it.",
    )
    NO_CLASH = (
        "no-clash",
        "No two names are the same, also when case and Unicode form are ignored or one of them is a folder.",
        "Keep one of the two and zip again.",
    )
    FILE_COUNT = (
        "file-count",
        "The project does not have more files than the limit, junk aside.",
        "Keep the source files and leave data and results out.",
    )
    FILE_SIZE = (
        "file-size",
        "No module of the project is larger than the limit; larger files of other kinds are left out.",
        "Leave it out, or keep its data in a smaller file.",
    )
    TOTAL_SIZE = (
        "total-size",
        "The project's modules together are not larger than the limit, nor is an archive that is unpacked.",
        "Keep the source files and leave data and results out.",
    )
    RATIO = (
        "ratio",
        "No module grows beyond the limit of growth when it is unpacked.",
        "Leave it out: no source file packs that tightly.",
    )
    NO_ADAPTERS = (
        "no-adapters",
        "The upload holds tests/adapters.py, at its root or below one folder.",
        "Zip the project folder, the one that holds tests/ with adapters.py in it.",
    )
    ONE_PROJECT = (
        "one-project",
        "The upload holds one tests/adapters.py only.",
        "Hand in one project: leave the other folder out and zip again.",
    )
    UNREADABLE = (
        "unreadable",
        "Everything in the folder can be read.",
        "Make it readable, or leave it out.",
    )
