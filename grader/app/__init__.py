"""Puts the service together, in this one place: settings, database, queue, and then the API or a worker."""
