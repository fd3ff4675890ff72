"""Strategies for values that a frame carries, and for any JSON."""

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays_of

from grader.boundary.wire import DTYPES

dtypes = st.sampled_from(sorted(DTYPES)).flatmap(
    lambda name: st.sampled_from([np.dtype(name), np.dtype(name).newbyteorder()])
)
arrays = dtypes.flatmap(
    lambda dtype: arrays_of.arrays(
        dtype, arrays_of.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=3)
    )
)
integers = st.integers(-(2**64) + 1, 2**64 - 1)
plain = st.one_of(st.none(), st.booleans(), integers, st.floats(), st.text(st.characters(codec="utf-8")))
values = st.recursive(
    plain | arrays,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.lists(inner, max_size=4).map(tuple),
        st.dictionaries(plain, inner, max_size=4),
    ),
    max_leaves=12,
)
TAGS = ("tuple", "dict", "set", "array", "handle", "function", "list", "type", "__reduce__")
any_json = st.recursive(
    st.one_of(plain, st.integers(), st.sampled_from([*sorted(DTYPES), "object", "O", "S8", "\ud800"])),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(TAGS), inner, max_size=2),
    max_leaves=20,
)
