"""The use cases: the actions of people on the service, apart from HTTP.

`hand_in`, `acceptance`: an upload becomes a queued submission. `regrade`: cancel or grade again. `show`,
`follow_progress`: read a submission, its report, its progress. `access`, `sign_in`: permissions. `throttle`,
`costs`, `streams`: limits. `pace`, `readiness`, `metrics`: the state of the service. `use_case_error`: the
tree of errors.
"""
