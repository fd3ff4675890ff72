"""Tests that use the pages as people do: a real browser, a real service, and for verdicts a real sandbox."""
