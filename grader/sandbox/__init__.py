"""Runners: the places where a submission's process can live, behind one interface."""
