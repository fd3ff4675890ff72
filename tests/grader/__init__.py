"""The project's own tests: of the grader, the reference, the suite and the template."""
