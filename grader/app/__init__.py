"""Puts the service together: settings, database, queue, and then the web or a worker."""
