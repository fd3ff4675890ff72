"""Renderers: pure functions from a graded report to what people and programs read."""
