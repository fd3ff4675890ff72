"""What the two demos share: the command line, the learner, and the stage on which it is shown."""
