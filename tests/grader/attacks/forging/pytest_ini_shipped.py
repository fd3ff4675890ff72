r"""Ships a pytest.ini that has pytest load a plugin which lets every test pass.

file: generous.py
ships:
  pytest.ini: "[pytest]\naddopts = -p generous\n"
teeth: true
"""


def pytest_pyfunc_call(pyfuncitem):
    """Say that the test was run."""
    return True
