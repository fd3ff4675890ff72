"""Tests of the reference engine, beyond the cases that every submission must pass."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "reference"))
