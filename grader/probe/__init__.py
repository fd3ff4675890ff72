"""Checks the guarantees of runners: a small submission of the grader's own tries to break each one."""

from grader.probe.findings import NoRunner, RunnerCheck, check_runner, start_strongest

__all__ = ["NoRunner", "RunnerCheck", "check_runner", "start_strongest"]
