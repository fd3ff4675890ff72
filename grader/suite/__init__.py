"""The trusted process: runs the assignment's cases with pytest and judges the answers."""
