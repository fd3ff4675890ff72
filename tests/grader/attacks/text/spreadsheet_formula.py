"""Fails with a text that a spreadsheet takes for a formula, as the reason of the whole failure."""

raise SystemError("\n".join(["=HYPERLINK(\"http://127.0.0.1/\")", "+1+1", "-1", "@SUM(1)", "\t=1"]))
