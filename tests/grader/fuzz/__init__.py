"""The trusted end fed with made-up bytes: 5,000 inputs in every run, 100,000 with GRADER_NIGHTLY=1."""
