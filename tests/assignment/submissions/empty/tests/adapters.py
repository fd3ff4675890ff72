"""My adapters. I did not get to them yet."""
