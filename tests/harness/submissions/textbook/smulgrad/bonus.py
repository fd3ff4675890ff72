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
    padded = np.pad(x.data, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    kh, kw = weight.data.shape[2:]
    rows = (padded.shape[2] - kh) // stride + 1
    cols = (padded.shape[3] - kw) // stride + 1
    data = np.zeros((len(padded), len(weight.data), rows, cols))
    for i in range(rows):
        for j in range(cols):
            patch = padded[:, :, i * stride : i * stride + kh, j * stride : j * stride + kw]
            data[:, :, i, j] = np.einsum("bchw,ochw->bo", patch, weight.data) + bias.data
    out = Tensor(data, (x, weight, bias), "conv2d")

    def _backward():
        grad = np.zeros_like(padded)
        for i in range(rows):
            for j in range(cols):
                place = np.s_[:, :, i * stride : i * stride + kh, j * stride : j * stride + kw]
                g = out.grad[:, :, i, j]
                grad[place] += np.einsum("bo,ochw->bchw", g, weight.data)
                weight.grad += np.einsum("bo,bchw->ochw", g, padded[place])
                bias.grad += g.sum(axis=0)
        height, width = x.data.shape[2:]
        x.grad += grad[:, :, padding : padding + height, padding : padding + width]

    out._backward = _backward
    return out


def draw_graph(root):
    lines = ["digraph {", "rankdir=LR;"]
    seen = set()

    def build(v):
        if v not in seen:
            seen.add(v)
            if isinstance(v, Tensor):
                text = f"shape {v.data.shape}"
            else:
                text = f"data {v.data:.4f} | grad {v.grad:.4f}"
            lines.append(f'"{id(v)}" [label="{v._op} | {text}", shape=record];')
            for child in v._prev:
                lines.append(f'"{id(child)}" -> "{id(v)}";')
                build(child)

    build(root)
    return "\n".join([*lines, "}"])
