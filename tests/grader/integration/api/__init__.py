"""The API of the service, as its clients use it."""
