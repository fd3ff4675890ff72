"""Shared parts of the grader's tests: services, stores, pages, uploads and load."""
