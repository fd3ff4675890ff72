"""The docker runner against a real engine."""
