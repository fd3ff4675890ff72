"""Holds runners to what they promise, by a small submission of our own that tries to do what it must not."""

from grader.probe.findings import Finding, NoRunner, find_out, start_strongest

__all__ = ["Finding", "NoRunner", "find_out", "start_strongest"]
