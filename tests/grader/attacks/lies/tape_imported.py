"""Imports the engine by which the suite explains failures from the folder that students have.

copies: {tests/cases/diagnosis: tests/cases/diagnosis}
classes: all
teeth: true
"""

from honest import *
from tests.cases.diagnosis.recorder import Recorder

recorder = Recorder()
globals().update({name: getattr(recorder, name) for name in dir(recorder) if not name.startswith("_")})
