"""What a score is: rubric, outcomes, arithmetic. Pure values: nothing here reads a file or runs anything."""
