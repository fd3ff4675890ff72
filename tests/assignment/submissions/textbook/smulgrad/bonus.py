import numpy as np

from smulgrad.engine import Tensor


class Adam:
    def __init__(self, parameters, lr=1e-3, betas=(0.9, 0.999), eps=1e-8):
        self.parameters, self.lr, self.betas, self.eps, self.t = parameters, lr, betas, eps, 0
        self.m = [np.zeros_like(p.data) for p in parameters]
        self.v = [np.zeros_like(p.data) for p in parameters]

    def step(self):
        self.t += 1
        b1, b2 = self.betas
        for i, p in enumerate(self.parameters):
            self.m[i] = b1 * self.m[i] + (1 - b1) * p.grad
            self.v[i] = b2 * self.v[i] + (1 - b2) * p.grad**2
            m = self.m[i] / (1 - b1**self.t)
            v = self.v[i] / (1 - b2**self.t)
            p.data = p.data - self.lr * m / (np.sqrt(v) + self.eps)


def conv2d(x, weight, bias, stride=1, padding=0):
    """Pick the pixels under the kernel by a matrix of zeros and ones, then multiply by the weights."""
    n, c, h, w = x.data.shape
    o, _, kh, kw = weight.data.shape
    pixels = np.arange(c * h * w).reshape(c, h, w)
    pixels = np.pad(pixels, ((0, 0), (padding, padding), (padding, padding)), constant_values=-1)
    rows = (h + 2 * padding - kh) // stride + 1
    cols = (w + 2 * padding - kw) // stride + 1
    picked = [
        pixels[:, i * stride : i * stride + kh, j * stride : j * stride + kw].ravel()
        for i in range(rows)
        for j in range(cols)
    ]
    pick = (np.arange(c * h * w)[:, None] == np.array(picked).T.ravel()).astype(float)
    patches = (x.reshape((n, c * h * w)) @ Tensor(pick)).reshape((n, c * kh * kw, rows * cols))
    out = weight.reshape((o, c * kh * kw)) @ patches + bias.reshape((o, 1))
    return out.reshape((n, o, rows, cols))


def draw_graph(root):
    lines = ["digraph {", "rankdir=LR;"]
    seen = set()

    def build(v):
        if v not in seen:
            seen.add(v)
            if isinstance(v.data, float):
                text = f"data {v.data:.4f} | grad {v.grad:.4f}"
            else:
                text = f"shape {v.data.shape}"
            lines.append(f'"{id(v)}" [label="{v._op} | {text}", shape=record];')
            for child in v._prev:
                lines.append(f'"{id(child)}" -> "{id(v)}";')
                build(child)

    build(root)
    return "\n".join([*lines, "}"])
