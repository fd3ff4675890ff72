"""The adapters: the only functions through which the tests reach an implementation.

Fill in each one by calling your own code; import it here first, as in `from smulgrad.engine import Value`.
Names and signatures are fixed; how your modules are named and arranged is up to you, as long as these
functions lead there.
"""

# Parts 1 to 3: scalars


def create_value(data):
    """Return a Value that holds the number `data`."""
    raise NotImplementedError("create_value: return a Value that holds the number `data`")


def get_value_data(v):
    """Return the number that the Value `v` holds."""
    raise NotImplementedError("get_value_data: return the number that the Value `v` holds")


def get_value_grad(v):
    """Return the gradient of the Value `v`, 0.0 before any backward."""
    raise NotImplementedError("get_value_grad: return the gradient of the Value `v`, 0.0 before any backward")


def run_add(a, b):
    """Return a + b as a Value; one of them may be a plain number."""
    raise NotImplementedError("run_add: return a + b as a Value; one of them may be a plain number")


def run_mul(a, b):
    """Return a * b as a Value; one of them may be a plain number."""
    raise NotImplementedError("run_mul: return a * b as a Value; one of them may be a plain number")


def run_neg(a):
    """Return -a as a Value."""
    raise NotImplementedError("run_neg: return -a as a Value")


def run_sub(a, b):
    """Return a - b as a Value; one of them may be a plain number."""
    raise NotImplementedError("run_sub: return a - b as a Value; one of them may be a plain number")


def run_pow(a, n):
    """Return a ** n as a Value; `n` is an int or a float."""
    raise NotImplementedError("run_pow: return a ** n as a Value; `n` is an int or a float")


def run_div(a, b):
    """Return a / b as a Value; one of them may be a plain number."""
    raise NotImplementedError("run_div: return a / b as a Value; one of them may be a plain number")


def run_backward(v):
    """Compute the gradients of the Value `v` in all Values below it; return nothing."""
    raise NotImplementedError(
        "run_backward: compute the gradients of the Value `v` in all Values below it; return nothing"
    )


def run_relu(a):
    """Return relu(a) as a Value."""
    raise NotImplementedError("run_relu: return relu(a) as a Value")


def run_exp(a):
    """Return exp(a) as a Value."""
    raise NotImplementedError("run_exp: return exp(a) as a Value")


def run_log(a):
    """Return the natural logarithm of `a` as a Value."""
    raise NotImplementedError("run_log: return the natural logarithm of `a` as a Value")


def run_tanh(a):
    """Return tanh(a) as a Value."""
    raise NotImplementedError("run_tanh: return tanh(a) as a Value")


def run_second_derivative(f, x):
    """Return the second derivative of `f` (a function from Value to Value) at the number `x`, as a float."""
    raise NotImplementedError(
        "run_second_derivative: return the second derivative of `f` (a function from Value to Value) at the "
        "number `x`, as a float"
    )


# Parts 4 and 5: tensors


def create_tensor(data):
    """Return a Tensor that holds the array `data`."""
    raise NotImplementedError("create_tensor: return a Tensor that holds the array `data`")


def get_tensor_data(t):
    """Return the array that the Tensor `t` holds."""
    raise NotImplementedError("get_tensor_data: return the array that the Tensor `t` holds")


def get_tensor_grad(t):
    """Return the gradient of the Tensor `t`: an array of its shape, zeros before any backward."""
    raise NotImplementedError(
        "get_tensor_grad: return the gradient of the Tensor `t`: an array of its shape, zeros before any "
        "backward"
    )


def run_tensor_add(a, b):
    """Return a + b as a Tensor, with broadcasting."""
    raise NotImplementedError("run_tensor_add: return a + b as a Tensor, with broadcasting")


def run_tensor_mul(a, b):
    """Return a * b element by element as a Tensor, with broadcasting."""
    raise NotImplementedError(
        "run_tensor_mul: return a * b element by element as a Tensor, with broadcasting"
    )


def run_tensor_backward(t):
    """Compute the gradients of the Tensor `t` in all Tensors below it, starting from ones; return nothing."""
    raise NotImplementedError(
        "run_tensor_backward: compute the gradients of the Tensor `t` in all Tensors below it, starting from "
        "ones; return nothing"
    )


def run_tensor_sum(a, axis=None, keepdims=False):
    """Return the sum of `a` over `axis` (an int, a tuple or None) as a Tensor."""
    raise NotImplementedError(
        "run_tensor_sum: return the sum of `a` over `axis` (an int, a tuple or None) as a Tensor"
    )


def run_tensor_mean(a, axis=None, keepdims=False):
    """Return the mean of `a` over `axis` (an int, a tuple or None) as a Tensor."""
    raise NotImplementedError(
        "run_tensor_mean: return the mean of `a` over `axis` (an int, a tuple or None) as a Tensor"
    )


def run_tensor_max(a, axis=None, keepdims=False):
    """Return the maximum of `a` over `axis` (an int, a tuple or None) as a Tensor."""
    raise NotImplementedError(
        "run_tensor_max: return the maximum of `a` over `axis` (an int, a tuple or None) as a Tensor"
    )


def run_tensor_reshape(a, shape):
    """Return `a` in another shape as a Tensor."""
    raise NotImplementedError("run_tensor_reshape: return `a` in another shape as a Tensor")


def run_tensor_transpose(a):
    """Return the transpose of `a` as a Tensor."""
    raise NotImplementedError("run_tensor_transpose: return the transpose of `a` as a Tensor")


def run_matmul(a, b):
    """Return the matrix product a @ b as a Tensor: matrices, batches of them, vectors."""
    raise NotImplementedError(
        "run_matmul: return the matrix product a @ b as a Tensor: matrices, batches of them, vectors"
    )


def run_tensor_relu(a):
    """Return relu(a) element by element as a Tensor."""
    raise NotImplementedError("run_tensor_relu: return relu(a) element by element as a Tensor")


def run_tensor_exp(a):
    """Return exp(a) element by element as a Tensor."""
    raise NotImplementedError("run_tensor_exp: return exp(a) element by element as a Tensor")


def run_tensor_log(a):
    """Return the natural logarithm of `a` element by element as a Tensor."""
    raise NotImplementedError(
        "run_tensor_log: return the natural logarithm of `a` element by element as a Tensor"
    )


# Part 6: networks


def create_linear_layer(in_features, out_features):
    """Return a linear layer with small random weights and zero bias."""
    raise NotImplementedError(
        "create_linear_layer: return a linear layer with small random weights and zero bias"
    )


def run_linear_layer(layer, x):
    """Return layer(x), a Tensor of shape (batch, out_features)."""
    raise NotImplementedError("run_linear_layer: return layer(x), a Tensor of shape (batch, out_features)")


def get_linear_parameters(layer):
    """Return [weight (in, out), bias (out,)] as Tensors."""
    raise NotImplementedError("get_linear_parameters: return [weight (in, out), bias (out,)] as Tensors")


def run_softmax(a, axis=-1):
    """Return the softmax of the Tensor `a` along `axis`."""
    raise NotImplementedError("run_softmax: return the softmax of the Tensor `a` along `axis`")


def run_cross_entropy(logits, targets):
    """Return the mean cross-entropy of `logits` and one-hot `targets`, both Tensors, as a scalar Tensor."""
    raise NotImplementedError(
        "run_cross_entropy: return the mean cross-entropy of `logits` and one-hot `targets`, both Tensors, "
        "as a scalar Tensor"
    )


def run_sgd_step(parameters, lr):
    """Take one step of gradient descent on the `data` of each parameter; return nothing."""
    raise NotImplementedError(
        "run_sgd_step: take one step of gradient descent on the `data` of each parameter; return nothing"
    )


def zero_grad(parameters):
    """Set the gradient of each parameter to zero; return nothing."""
    raise NotImplementedError("zero_grad: set the gradient of each parameter to zero; return nothing")


def create_mlp(input_size, hidden_size, output_size):
    """Return a network with one hidden layer and relu."""
    raise NotImplementedError("create_mlp: return a network with one hidden layer and relu")


def run_mlp(mlp, x):
    """Return mlp(x), the logits, as a Tensor."""
    raise NotImplementedError("run_mlp: return mlp(x), the logits, as a Tensor")


def get_mlp_parameters(mlp):
    """Return the list of all parameter Tensors of the network."""
    raise NotImplementedError("get_mlp_parameters: return the list of all parameter Tensors of the network")


def run_gradient_check(f, input, eps=1e-5, tol=1e-4):  # noqa: A002 - the name is fixed
    """Return whether the gradient of `f` (Tensor to scalar Tensor) at `input` agrees with differences."""
    raise NotImplementedError(
        "run_gradient_check: return whether the gradient of `f` (Tensor to scalar Tensor) at `input` agrees "
        "with differences"
    )


# The bonuses: MNIST, Adam, convolution, drawing


def run_mnist_training(hidden_size=None, learning_rate=None, batch_size=None, epochs=None):
    """Train on MNIST and return (network, test accuracy as a float in 0..1).

    None means: the value of your own choice, such that the accuracy passes 95 %.
    """
    raise NotImplementedError(
        "run_mnist_training: train on MNIST and return (network, test accuracy as a float in 0..1)"
    )


def create_adam(parameters, lr=1e-3, betas=(0.9, 0.999), eps=1e-8):
    """Return an Adam optimizer of the Tensors `parameters`, with both running means at zero."""
    raise NotImplementedError(
        "create_adam: return an Adam optimizer of the Tensors `parameters`, with both running means at zero"
    )


def run_adam_step(optimizer):
    """Take one step of Adam on the `data` of each parameter of the optimizer; return nothing."""
    raise NotImplementedError(
        "run_adam_step: take one step of Adam on the `data` of each parameter of the optimizer; return "
        "nothing"
    )


def run_conv2d(x, weight, bias, stride=1, padding=0):
    """Return the convolution of `x` (batch, in, h, w) with `weight` (out, in, kh, kw), plus `bias` (out,).

    The result is a Tensor (batch, out, h', w'). The kernel is not flipped; `padding` is the number of zeros
    on each side of an image.
    """
    raise NotImplementedError(
        "run_conv2d: return the convolution of `x` (batch, in, h, w) with `weight` (out, in, kh, kw), plus "
        "`bias` (out,)"
    )


def run_draw_graph(node):
    """Return the graph of a Value or Tensor as text in DOT, Graphviz's language: a `digraph`.

    It has one DOT node for `node` and for each one below it, and an edge from each operand to the result. In
    the label stand the operation (`_op`), the data and the gradient; of a large array its shape will do.
    """
    raise NotImplementedError(
        "run_draw_graph: return the graph of a Value or Tensor as text in DOT, Graphviz's language: a "
        "`digraph`"
    )
