"""Ships a pytest.py that is run in pytest's place.

file: pytest.py
teeth: true
"""

import sys

from forgery import write_report

write_report()
sys.exit(0)
