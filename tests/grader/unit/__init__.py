"""Tests of pure values, without network, clock or sleep."""
