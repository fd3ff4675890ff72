"""Proof that the suite catches the known mistakes.

A mistake is a small change to the reference. The suite catches it when a problem that is about it loses
points. Named mistakes come from the assignment's catalogue, mechanical ones (mutants) from its syntax tree.
"""
