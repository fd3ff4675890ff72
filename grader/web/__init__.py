"""What the service shows over HTTP: the API; pages stand beside it."""
