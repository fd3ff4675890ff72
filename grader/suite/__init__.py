"""The trusted process: runs the assignment's cases with pytest and judges what comes back."""
