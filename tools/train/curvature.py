"""Hessian quantities of a classifier's mean cross-entropy in float64, by PyTorch's double backward.

The parameter vector concatenates the trainable tensors in `named_parameters()` order, each in row-major order.
"""

from dataclasses import dataclass

import numpy as np
import torch
from torch.nn import functional as F

CHUNK = 32  # samples in one retained graph, about 50 MB each (ResNet-20, float64); batch statistics cannot be chunked


class MeanLoss:
    """L(theta) = (1/N) sum_n cross-entropy_n at the model's weights, without weight decay.

    model   float64, or float32 for quick products of 1e-6 relative accuracy; vectors are float64 all the same.
            BatchNorm uses running statistics, or with `batch_statistics` those of the whole batch, which then also
            enter the running ones: such a model must not be used for anything else afterwards.
    x, y    what the model takes, N samples along the first axis, and int64 (N,)
    """

    def __init__(self, model, x, y, batch_statistics=False):
        model.train(batch_statistics)
        self.model, self.x, self.y = model, x, y
        self.names, self.parameters = map(list, zip(*model.named_parameters()))
        self.sizes = [p.numel() for p in self.parameters]
        self.n = sum(self.sizes)
        self._gradients, self.loss = [], 0.0
        chunk = len(y) if batch_statistics else CHUNK
        for xs, ys in zip(x.split(chunk), y.split(chunk)):
            part = F.cross_entropy(model(xs), ys, reduction="sum") / len(y)
            self._gradients.append(torch.autograd.grad(part, self.parameters, create_graph=True))
            self.loss += part.item()

    def gradient(self):
        """dL/dtheta, float64 (n,)."""
        return sum(self._flat(g) for g in self._gradients)

    def hvp(self, v):
        """H v, float64 (n,); the gradient's graph is built once and kept."""
        tangents = [
            torch.from_numpy(part).to(p.dtype).view_as(p)
            for part, p in zip(np.split(v, np.cumsum(self.sizes)[:-1]), self.parameters)
        ]
        total = np.zeros(self.n)
        for gradients in self._gradients:
            products = torch.autograd.grad(gradients, self.parameters, tangents, retain_graph=True)
            total += self._flat(products)
        return total

    def per_tensor(self, values):
        """Sums a vector (n,) over each tensor: float64 (number of tensors,)."""
        return np.add.reduceat(values, np.cumsum([0] + self.sizes[:-1]))

    @staticmethod
    def _flat(tensors):
        return torch.cat([t.detach().reshape(-1) for t in tensors]).double().numpy()


@dataclass
class Ritz:
    values: np.ndarray  # theta, ascending: first the bottom, then the top
    residuals: np.ndarray  # ||H y - theta y|| with ||y|| = 1
    vectors: np.ndarray  # y, (count, n)
    steps: int


def lanczos(hvp, n, top, bottom, tolerance, seed=0, most_steps=160):
    """The `top` largest and `bottom` smallest eigenpairs by Lanczos with full reorthogonalisation (two passes).

    Stops when every wanted residual |beta_m s_mi| is below tolerance * |theta_i|.
    Raises ArithmeticError after `most_steps`.
    """
    basis = np.zeros((most_steps + 1, n))
    basis[0] = np.random.Generator(np.random.PCG64(seed)).standard_normal(n)
    basis[0] /= np.linalg.norm(basis[0])
    alpha, beta = [], []
    for j in range(most_steps):
        w = hvp(basis[j])
        alpha.append(basis[j] @ w)
        for _ in range(2):
            w -= basis[: j + 1].T @ (basis[: j + 1] @ w)
        beta.append(np.linalg.norm(w))
        basis[j + 1] = w / beta[-1]
        if j + 1 < top + bottom:
            continue
        values, vectors = np.linalg.eigh(np.diag(alpha) + np.diag(beta[:-1], 1) + np.diag(beta[:-1], -1))
        wanted = np.r_[0:bottom, j + 1 - top : j + 1]
        values, vectors = values[wanted], vectors[:, wanted]
        residuals = np.abs(beta[-1] * vectors[-1])
        if np.all(residuals < tolerance * np.abs(values)):
            return Ritz(values, residuals, vectors.T @ basis[: j + 1], j + 1)
    raise ArithmeticError(f"Lanczos: residuals {residuals} after {most_steps} steps; allow more steps")


def refine(hvp, ritz):
    """Rayleigh-Ritz in the span of given Ritz vectors with a more accurate product; residuals are measured.

    The error of each value is at most residual^2 / (distance to the rest of the spectrum): products that were 1e-6
    off when the vectors were made leave values that are right to about 1e-11.
    """
    basis, _ = np.linalg.qr(ritz.vectors.T)
    images = np.stack([hvp(np.ascontiguousarray(column)) for column in basis.T], axis=1)
    projected = basis.T @ images
    values, rotation = np.linalg.eigh((projected + projected.T) / 2)
    vectors = basis @ rotation
    residuals = np.linalg.norm(images @ rotation - vectors * values, axis=0)
    return Ritz(values, residuals, vectors.T, ritz.steps)


def exact_trace(loss):
    """The trace of H per tensor, float64 (number of tensors,), for BatchNorm in eval mode or none.

    ReLU logits are piecewise linear in each single parameter, so that diag(H) = diag(J' A J) with A = diag(p) - p p'.
    Hence Tr H = (1/N) sum_n [ sum_c p_nc |g_nc|^2 - |sum_c p_nc g_nc|^2 ], where g_nc = d z_nc / d theta.
    """
    total = np.zeros(len(loss.sizes))
    for x in loss.x.split(1):
        logits = loss.model(x)[0]
        p = torch.softmax(logits.detach(), 0).numpy()
        squares, mean = np.zeros(loss.n), np.zeros(loss.n)
        for c, logit in enumerate(logits):
            g = loss._flat(torch.autograd.grad(logit, loss.parameters, retain_graph=True))
            squares += p[c] * g * g
            mean += p[c] * g
        total += loss.per_tensor(squares - mean * mean)
    return total / len(loss.x)


def hutchinson(loss, probes, seed=0):
    """Samples of v_l' (H v)_l with Rademacher probes v: float64 (probes, number of tensors)."""
    rng = np.random.Generator(np.random.PCG64(seed))
    samples = []
    for _ in range(probes):
        v = 2.0 * rng.integers(0, 2, loss.n) - 1
        samples.append(loss.per_tensor(v * loss.hvp(v)))
    return np.array(samples)
