"""Runners: the ways to run a submission's process, behind one interface."""
