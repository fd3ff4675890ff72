"""The code of the recorder's submissions: it looks answers up in a book and computes none.

The recorder runs `things` on the recorded requests, and the submission runs it on the present ones.
"""
