"""Values: a network on two moons beside micrograd, graphs of a million nodes, memory and garbage."""

import gc
import itertools
import random
import sys
import time
import tracemalloc

import numpy as np
from measure import ratios
from smulgrad.engine import Value

SIZES = 2, 16, 16, 1
POINTS = 100
ROUNDS = 7
DEEP = 1_000_000  # micrograd recurses as deep as its graph


def speedup_over_micrograd(*, collector):
    """Return how many times faster than micrograd a Value builds the moons graph and goes backward."""
    from micrograd.engine import Value as Micrograd

    sys.setrecursionlimit(DEEP)
    (gc.enable if collector else gc.disable)()
    try:
        ways = {"ours": learning(Value), "micrograd": learning(Micrograd)}
        return 1 / ratios(ways, ROUNDS, between=gc.collect)["micrograd"]  # nobody sweeps up after another
    finally:
        gc.enable()


def learning(number):
    """Return the function that computes loss and gradients of the moons network on `number` Values."""
    points, sides = moons()
    weights = random.Random(0)  # noqa: S311 - weights, no secrets
    layers = [
        [[number(weights.uniform(-1, 1)) for _ in range(inputs + 1)] for _ in range(outputs)]
        for inputs, outputs in itertools.pairwise(SIZES)
    ]

    def learn():
        scores = [score(layers, [number(x) for x in point]) for point in points]
        losses = [(1 + -side * s).relu() for side, s in zip(sides, scores, strict=True)]
        norm = sum(w * w for layer in layers for neuron in layer for w in neuron)
        (sum(losses) * (1 / POINTS) + 1e-4 * norm).backward()

    return learn


def score(layers, x):
    """Return the output of the network for a point; a neuron is its weights and, last, its bias."""
    for layer in layers[:-1]:
        x = [neuron_sum(neuron, x).relu() for neuron in layer]
    return neuron_sum(layers[-1][0], x)


def neuron_sum(neuron, x):
    """Return bias + w1 x1 + w2 x2 + ..."""
    return sum((w * xi for w, xi in zip(neuron, x, strict=False)), neuron[-1])


def moons():
    """Return points on two half circles, and on which of them each lies: 1.0 or -1.0."""
    rng = np.random.default_rng(0)
    angles = rng.uniform(0, np.pi, POINTS // 2)
    upper = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    points = np.concatenate([upper, [1.0, 0.5] - upper]) + rng.normal(0, 0.1, (POINTS, 2))
    return points.tolist(), [1.0] * (POINTS // 2) + [-1.0] * (POINTS // 2)


def chain(nodes):
    """Return a Value at the end of a chain of `nodes` operations."""
    y = Value(1.0)
    for _ in range(nodes):
        y = y * 1.000001
    return y


def wide(nodes):
    """Return a sum in which one Value is used `nodes` // 2 times."""
    x, y = Value(1.0), Value(0.0)
    for _ in range(nodes // 2):
        y = y + x * 0.5
    return y


def microseconds_per_node(make, nodes):
    """Return the processor time of building and backward by the node, at the default recursion limit."""
    sys.setrecursionlimit(1000)
    started = time.process_time()
    make(nodes).backward()
    return (time.process_time() - started) / nodes * 1e6


def bytes_per_node(nodes=100_000):
    """Return the memory that a chain takes, by the node."""
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        y = chain(nodes)
        after, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    del y
    return (after - before) / nodes


def cyclic_garbage():
    """Return the number of objects of a used graph that only the collector can free."""
    gc.collect()
    gc.disable()
    try:
        learning(Value)()
        return gc.collect()
    finally:
        gc.enable()
