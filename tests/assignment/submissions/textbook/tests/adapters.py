from smulgrad.bonus import Adam, conv2d, draw_graph
from smulgrad.engine import Tensor, Value
from smulgrad.nn import MLP, SGD, Linear, check_gradients, cross_entropy, softmax


def create_value(data):
    return Value(data)


def get_value_data(v):
    return v.data


def get_value_grad(v):
    return v.grad


def run_add(a, b):
    return a + b


def run_mul(a, b):
    return a * b


def run_neg(a):
    return -a


def run_sub(a, b):
    return a - b


def run_pow(a, n):
    return a**n


def run_div(a, b):
    return a / b


def run_backward(v):
    v.backward()


def run_relu(a):
    return a.relu()


def run_exp(a):
    return a.exp()


def run_log(a):
    return a.log()


def run_tanh(a):
    return a.tanh()


def create_tensor(data):
    return Tensor(data)


def get_tensor_data(t):
    return t.data


def get_tensor_grad(t):
    return t.grad


def run_tensor_add(a, b):
    return a + b


def run_tensor_mul(a, b):
    return a * b


def run_tensor_backward(t):
    t.backward()


def run_tensor_sum(a, axis=None, keepdims=False):
    return a.sum(axis=axis, keepdims=keepdims)


def run_tensor_mean(a, axis=None, keepdims=False):
    return a.mean(axis=axis, keepdims=keepdims)


def run_tensor_max(a, axis=None, keepdims=False):
    return a.max(axis=axis, keepdims=keepdims)


def run_tensor_reshape(a, shape):
    return a.reshape(shape)


def run_tensor_transpose(a):
    return a.T


def run_matmul(a, b):
    return a @ b


def run_tensor_relu(a):
    return a.relu()


def run_tensor_exp(a):
    return a.exp()


def run_tensor_log(a):
    return a.log()


def create_linear_layer(in_features, out_features):
    return Linear(in_features, out_features)


def run_linear_layer(layer, x):
    return layer(x)


def get_linear_parameters(layer):
    return layer.parameters()


def run_softmax(a, axis=-1):
    return softmax(a, axis=axis)


def run_cross_entropy(logits, targets):
    return cross_entropy(logits, targets)


def run_sgd_step(parameters, lr):
    SGD(parameters, lr).step()


def zero_grad(parameters):
    SGD(parameters).zero_grad()


def create_mlp(input_size, hidden_size, output_size):
    return MLP(input_size, hidden_size, output_size)


def run_mlp(mlp, x):
    return mlp(x)


def get_mlp_parameters(mlp):
    return mlp.parameters()


def run_gradient_check(f, input, eps=1e-5, tol=1e-4):
    return check_gradients(f, input, eps, tol)


def create_adam(parameters, lr=1e-3, betas=(0.9, 0.999), eps=1e-8):
    return Adam(parameters, lr, betas, eps)


def run_adam_step(optimizer):
    optimizer.step()


def run_conv2d(x, weight, bias, stride=1, padding=0):
    return conv2d(x, weight, bias, stride, padding)


def run_draw_graph(node):
    return draw_graph(node)
