"""A rubric of three problems, in YAML."""

SMALL = """\
title: Knots
suite: tests/cases
total: 5
parts:
  - id: basics
    title: The basics
    problems:
      - id: bowline
        title: A bowline
        points: 2
        tests: TestBowline
        section: 2.10
        hint: Which end moves?
      - {id: hitch, title: A hitch, points: 3, tests: TestHitch, policy: all_or_nothing}
bonus:
  - id: extras
    title: Extras
    problems:
      - {id: splice, title: A splice, points: 4, tests: TestSplice}
"""
