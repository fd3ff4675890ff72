"""The migrations of the store: its tables, step by step."""
