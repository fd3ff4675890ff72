"""The cost of a backward pass. A reverse sweep visits each node once and costs a few forward passes.

An estimate by differences takes a forward pass, or two, for each number that gets a gradient. The tests use
some thousand numbers. Graded, right engines cost 0.4 to 2 forward passes and numeric differentiation 140 to
1,900. LIMIT lies between. Both times are processor time of one process, so the load of the machine does not
matter.
"""

from tests.cases.checks import Mismatch, assert_close
from tests.cases.reading import tensor_data, tensor_grad

LIMIT = 20  # forward passes
ATTEMPTS = 4  # the first passes of a process pay for its imports and its memory
CLEAR = 4 * LIMIT  # a cost that no second attempt can bring below the limit, if
CERTAIN = 0.1  # seconds were measured at least: a clock that is some milliseconds late changes little then
SHORTEST = 1e-6  # seconds: the least that a clock tells apart
QUICK = 0.1  # seconds: a forward pass of which LIMIT take about as long as a test may


class BackwardCost:
    """Measures, by the submission's own processor time, how many forward passes a backward pass costs."""

    def __init__(self, processor_seconds, properties):
        """Read the clock `processor_seconds`, and append the findings to the list `properties`."""
        self._clock = processor_seconds
        self._properties = properties

    def measure(self, forward, backward):
        """Return the value of `backward`. Fail if it costs more than LIMIT forward passes in all ATTEMPTS.

        `forward()` builds a fresh graph, reads its result and returns the graph. `backward(graph)` goes back
        through it, then reads and returns all gradients, so an engine that puts its work off is measured too.
        """
        cost, seconds, gradients = self._measured(forward, backward)
        for _ in range(ATTEMPTS - 1):
            if cost <= LIMIT or (cost >= CLEAR and seconds >= CERTAIN):
                break
            again, seconds, _ = self._measured(forward, backward)
            cost = min(cost, again)
        if cost > LIMIT:
            self._fail(f"a backward pass costs as much as {cost:.0f} forward passes", cost)
        return gradients

    def check_tensors(self, adapters, arrays, function, weights, expected):
        """Check the cost and the gradients of `function(*tensors)`, weighed by the array `weights`.

        `arrays` become the tensors; `expected` holds, for each of them, the gradient of the weighted sum.
        """

        def forward():
            tensors = [adapters.create_tensor(array.copy()) for array in arrays]
            output = adapters.run_tensor_mul(function(*tensors), adapters.create_tensor(weights.copy()))
            tensor_data(output)
            return tensors, output

        def backward(graph):
            tensors, output = graph
            adapters.run_tensor_backward(output)
            return tensor_grad.of_all(tensors)

        for actual, gradient in zip(self.measure(forward, backward), expected, strict=True):
            assert_close(actual, gradient)

    def _measured(self, forward, backward):
        """Return the cost of a backward pass in forward passes, its seconds, and its value.

        The system may count the last few milliseconds of a forward pass late, as part of the backward pass.
        """
        started = self._clock()
        graph = forward()
        turned = self._clock()
        try:
            gradients = backward(graph)
        except Exception as error:
            if getattr(error, "timed_out", False) and turned - started < QUICK:
                self._close_gate("a backward pass does not end within the time of a test")
            raise
        seconds = self._clock() - turned
        return seconds / max(turned - started, SHORTEST), seconds, gradients

    def _fail(self, problem, cost):
        self._properties.append(("backward_cost", round(cost, 1)))  # a time, so only a failure tells it
        self._close_gate(problem)
        raise Mismatch(
            problem,
            expected=f"a few forward passes, at most {LIMIT}",
            actual=f"{cost:.0f} forward passes",
            hint="Visit each node once, consumers first. Differences take a forward pass per number.",
        )

    def _close_gate(self, reason):
        """Record that the problem was solved by numeric differentiation; its points are limited then."""
        self._properties.append(("closes_gate", reason))
