"""Whether tests run at night's scale: with many more seeds, repeats, runners and made-up inputs."""

import os

NIGHTLY = os.environ.get("GRADER_NIGHTLY") == "1"
