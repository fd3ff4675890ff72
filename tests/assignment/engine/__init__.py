"""Tests of the reference engine, beyond what the cases ask of every submission."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "reference"))
