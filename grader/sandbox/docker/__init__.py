"""The `docker` runner: each submission in a container of its own, used once, taken from a warm pool.

kind            the kind of runner: its isolation and guarantees; a machine without Docker imports no more
options         image, runtime and size of the pool
docker_runner   DockerRunner: the pool and its containers
container       one container, from its creation to its end
specification   the arguments for the engine: limits, and everything that a container may not do
attachment      a container's standard streams, as a socket and the first bytes of its output
data            folders that a submission may read, as a layer on the sandbox's image
engine          the connection to the engine, its errors, and the leftovers of a crash
pool            things kept ready in the background
"""
