"""The service over HTTP: the API and the pages."""
