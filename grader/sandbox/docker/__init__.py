"""The `docker` runner: each submission in a container of its own, used once, taken from a warm pool.

kind            the runner's options and promises; all that a machine without Docker imports
runner          DockerRunner: the pool and what it is filled with
container       one container, from its creation to its end
specification   what the engine is asked for: the limits and everything that is taken away
attachment      a container's standard streams, as a socket and the first bytes of its output
data            folders that a submission may read, as a layer on the sandbox's image
engine          the connection to the engine, its errors, and what a crash left there
pool            things kept ready in the background
"""
