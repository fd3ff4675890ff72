"""The use cases: what people do with the service, apart from HTTP.

`hand_in`, `acceptance`: an upload becomes a queued submission. `regrade`: cancel or grade again. `show`,
`follow`: read a submission, its report and its progress. `access`, `sign_in`: who may do what. `throttle`,
`costs`, `streams`: limits. `pace`, `readiness`, `metrics`: how the service does. `errors`: the one tree.
"""
