"""An operator's mistakes: each is one sentence of cause, place and next step, and exit status 2."""
