"""Each problem can be passed with its own adapter and those before it, in the order of the handout."""

import ast
from contextlib import closing

import pytest

from grader.core.rubric import parse_rubric
from grader.core.scoring import score
from grader.sandbox.forking import JAIL
from grader.suite.cache import SuiteCache
from grader.suite.messages import SuiteJob
from tests.assignment.samples import FOLDER, ROOT, load_sample

ADAPTERS = "tests/adapters.py"
RUBRIC = parse_rubric((ROOT / "rubric.yaml").read_text(encoding="utf-8"))
REQUIRED = [problem for part in RUBRIC.parts for problem in part.problems]
RIGHT = load_sample(FOLDER / "closures")
OWN = {  # what the handout's text asks for in each problem; where it names no adapter, what the interface has
    "value_creation": ["create_value"],
    "value_add": ["run_add"],
    "value_mul": ["run_mul"],
    "value_neg_sub": ["run_neg", "run_sub"],
    "value_pow": ["run_pow"],
    "value_div": ["run_div"],
    "backward_add": [],
    "backward_mul": [],
    "backward_ops": [],
    "backward_full": ["run_backward"],
    "grad_accumulation": [],
    "grad_of_grad": ["run_second_derivative"],
    "relu": ["run_relu"],
    "exp": ["run_exp"],
    "log": ["run_log"],
    "tanh": ["run_tanh"],
    "complex_expr": [],
    "tensor_creation": ["create_tensor"],
    "tensor_elementwise": ["run_tensor_add", "run_tensor_mul"],
    "tensor_backward": ["run_tensor_backward"],
    "tensor_broadcast": [],
    "tensor_sum": ["run_tensor_sum"],
    "tensor_mean": ["run_tensor_mean"],
    "tensor_max": ["run_tensor_max"],
    "tensor_reshape": ["run_tensor_reshape"],
    "tensor_transpose": ["run_tensor_transpose"],
    "matmul": ["run_matmul"],
    "batched_matmul": [],
    "matvec": [],
    "tensor_activations": ["run_tensor_relu", "run_tensor_exp", "run_tensor_log"],
    "matrix_chain": [],
    "linear_layer": ["create_linear_layer", "run_linear_layer", "get_linear_parameters"],
    "softmax": ["run_softmax"],
    "cross_entropy": ["run_cross_entropy"],
    "sgd": ["run_sgd_step", "zero_grad"],
    "mlp_training": ["create_mlp", "run_mlp", "get_mlp_parameters"],
    "gradient_check": ["run_gradient_check"],
}


class Unwritten(ast.NodeTransformer):
    """Makes stubs, as in the template, of all functions but some."""

    def __init__(self, written):
        """Leave the functions named in `written` as they are."""
        self._written = written

    def visit_FunctionDef(self, node):
        """Return `node`, or a stub of that name."""
        if node.name not in self._written:
            node.body = ast.parse("raise NotImplementedError").body
        return node


def files_up_to(problem):
    """Return a right submission with the adapters that a student has written when `problem` is done."""
    names = list(OWN)
    written = {adapter for name in names[: names.index(problem.id) + 1] for adapter in OWN[name]}
    tree = Unwritten(written).visit(ast.parse(RIGHT.files[ADAPTERS]))
    return {**RIGHT.files, ADAPTERS: ast.unparse(tree).encode()}


@pytest.fixture(scope="module")
def suite_cache():
    """Return the assignment with everything prepared, submissions running in the jail."""
    with closing(SuiteCache(ROOT, [JAIL])) as suite_cache:
        yield suite_cache


def test_the_table_names_every_problem_in_order():
    """The table has the problems of the rubric, and each adapter that the submission has for them once."""
    adapters = [adapter for own in OWN.values() for adapter in own]

    assert list(OWN) == [problem.id for problem in REQUIRED]
    assert len(set(adapters)) == len(adapters)
    assert all(f"def {adapter}(".encode() in RIGHT.files[ADAPTERS] for adapter in adapters)


@pytest.mark.parametrize("problem", REQUIRED, ids=lambda problem: problem.id)
def test_a_problem_needs_no_later_adapter(suite_cache, problem):
    """A right engine with stubs of all later adapters, and of those that only read, gets all points."""
    others = [each.tests for each in RUBRIC.problems if each.id != problem.id]
    job = SuiteJob(files_up_to(problem), seed=1, left_out=others)

    with suite_cache.use() as prepared:
        outcome = prepared.suite.run(job, prepared.runner)

    problems = score(RUBRIC, outcome.expected, outcome.results).problems
    [scored] = [each for each in problems if each.problem.id == problem.id]
    assert [(lost.name, lost.message) for lost in scored.losses] == []
    assert scored.score == problem.points
