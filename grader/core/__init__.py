"""Scores: rubric, outcomes, arithmetic. Pure values: this package reads no file and runs nothing."""
