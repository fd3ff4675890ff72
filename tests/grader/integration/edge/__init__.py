"""The edge of a running service: hosts, proxies, slow clients, streams and logs."""
