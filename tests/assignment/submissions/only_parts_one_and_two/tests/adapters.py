from smulgrad.engine import Value


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
    raise NotImplementedError


def run_exp(a):
    raise NotImplementedError


def run_log(a):
    raise NotImplementedError


def run_tanh(a):
    raise NotImplementedError


def run_second_derivative(f, x):
    raise NotImplementedError


def create_tensor(data):
    raise NotImplementedError


def get_tensor_data(t):
    raise NotImplementedError


def get_tensor_grad(t):
    raise NotImplementedError


def run_tensor_add(a, b):
    raise NotImplementedError


def run_tensor_mul(a, b):
    raise NotImplementedError


def run_tensor_backward(t):
    raise NotImplementedError


def run_tensor_sum(a, axis=None, keepdims=False):
    raise NotImplementedError


def run_tensor_mean(a, axis=None, keepdims=False):
    raise NotImplementedError


def run_tensor_max(a, axis=None, keepdims=False):
    raise NotImplementedError


def run_tensor_reshape(a, shape):
    raise NotImplementedError


def run_tensor_transpose(a):
    raise NotImplementedError


def run_matmul(a, b):
    raise NotImplementedError


def run_tensor_relu(a):
    raise NotImplementedError


def run_tensor_exp(a):
    raise NotImplementedError


def run_tensor_log(a):
    raise NotImplementedError


def create_linear_layer(in_features, out_features):
    raise NotImplementedError


def run_linear_layer(layer, x):
    raise NotImplementedError


def get_linear_parameters(layer):
    raise NotImplementedError


def run_softmax(a, axis=-1):
    raise NotImplementedError


def run_cross_entropy(logits, targets):
    raise NotImplementedError


def run_sgd_step(parameters, lr):
    raise NotImplementedError


def zero_grad(parameters):
    raise NotImplementedError


def create_mlp(input_size, hidden_size, output_size):
    raise NotImplementedError


def run_mlp(mlp, x):
    raise NotImplementedError


def get_mlp_parameters(mlp):
    raise NotImplementedError


def run_gradient_check(f, input, eps=1e-5, tol=1e-4):
    raise NotImplementedError


def run_mnist_training(hidden_size=None, learning_rate=None, batch_size=None, epochs=None):
    raise NotImplementedError


def create_adam(parameters, lr=1e-3, betas=(0.9, 0.999), eps=1e-8):
    raise NotImplementedError


def run_adam_step(optimizer):
    raise NotImplementedError


def run_conv2d(x, weight, bias, stride=1, padding=0):
    raise NotImplementedError


def run_draw_graph(node):
    raise NotImplementedError
