"""Renderers: pure functions from a graded report to text for people and programs."""
