"""Adapters whose objects are the nodes of a graph, and the interface that tests have to them."""

from grader.boundary.interface import Interface

SECONDS = 60.0
INTERFACE = Interface(
    adapters=frozenset(["create", "add", "fail", "fill"]),
    methods=frozenset(["double"]),
    attributes=frozenset(["first"]),
)
NODES = """
import gc

class Node:
    def __init__(self, data, prev=()):
        self.data = data
        self.operands = list(prev)

    def double(self):
        return Node(self.data * 2, [self])

    def __add__(self, other):
        return Node(self.data + getattr(other, "data", other), [self, other])

    __radd__ = __add__

    @property
    def first(self):
        return self.operands[0]

def create(data):
    return Node(data)

def add(a, b):
    return a + b

def data_of(node):
    return node.data

def alive():
    gc.collect()
    return sum(type(thing) is Node for thing in gc.get_objects())
"""
