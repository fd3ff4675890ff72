"""The recorder: an attack that holds the answers of a right solution and computes nothing.

`conversation` records the requests of the tests to the reference, `recording` makes a book of it, `upload`
hands in the book with one of the players of `player`, which are files of the submission.
"""
