"""A course autograder whose score the submission cannot forge."""
