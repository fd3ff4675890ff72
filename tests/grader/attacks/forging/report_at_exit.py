"""Rewrites the report at exit, after the tests have written it.

teeth: true
"""

import atexit

from forgery import write_report
from honest import *

atexit.register(write_report)
