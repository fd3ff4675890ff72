"""Runs of a small suite against submissions that crash, hang, flood and fork."""
