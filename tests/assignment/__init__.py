"""Tests of the assignment: the reference, the suite, the handout, the sample submissions."""
