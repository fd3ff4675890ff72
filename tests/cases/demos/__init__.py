"""The parts of both demos: the command line, the learner, and the stage that shows it."""
