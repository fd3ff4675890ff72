"""Has pytest end the whole run with exit status 0.

teeth: true
"""

from honest import *


def get_value_data(v):
    """End the run."""
    import pytest

    pytest.exit("done", returncode=0)


get_tensor_data = get_tensor_grad = get_value_grad = get_value_data
