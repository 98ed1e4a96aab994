"""Muon for matrices (Jordan et al., 2024: momentum, then five Newton-Schulz steps), AdamW for the rest."""

import torch


def _orthogonal(x):
    """Nearly orthogonal matrices in the directions of ``x`` [K, rows, columns]."""
    tall = x.size(1) > x.size(2)
    x = x.bfloat16()
    x = x.mT if tall else x
    x = x / (x.norm(dim=(1, 2), keepdim=True) + 1e-7)
    for _ in range(5):
        gram = x @ x.mT
        x = 3.4445 * x + (-4.7750 * gram + 2.0315 * gram @ gram) @ x
    return x.mT if tall else x


def _muon_update(gradients, momentum, beta):
    gradient = torch.stack(gradients)
    momentum.lerp_(gradient, 1 - beta)
    return _orthogonal(gradient.lerp(momentum, beta)).float()


class Muon:
    """Steps all matrices of one size together."""

    def __init__(self, matrices, rate=0.02, beta=0.95, decay=0.01, compiled=False):
        self._rate, self._beta, self._decay = rate, beta, decay
        self._update = torch.compile(_muon_update) if compiled else _muon_update
        by_size = {}
        for matrix in matrices:
            by_size.setdefault(tuple(matrix.shape), []).append(matrix)
        self._groups = [
            (group, torch.zeros(len(group), *size, device=group[0].device)) for size, group in by_size.items()
        ]

    @torch.no_grad()
    def step(self, scale):
        """One step at ``scale`` times the rate; forgets the gradients."""
        for matrices, momentum in self._groups:
            update = self._update([m.grad for m in matrices], momentum, self._beta)
            rate = self._rate * scale * max(1.0, matrices[0].size(0) / matrices[0].size(1)) ** 0.5
            torch._foreach_mul_(matrices, 1 - self._rate * scale * self._decay)
            torch._foreach_add_(matrices, list(update.unbind()), alpha=-rate)
            for matrix in matrices:
                matrix.grad = None


class Optimizer:
    """Muon on the layers' matrices, AdamW on embeddings and norms."""

    def __init__(self, model, rate=1.0):
        parameters = dict(model.named_parameters())
        matrices = [p for n, p in parameters.items() if p.dim() == 2 and "embed" not in n]
        norms = [p for p in parameters.values() if p.dim() == 1]
        embeddings = [p for n, p in parameters.items() if "embed" in n]
        on_gpu = embeddings[0].is_cuda
        self._muon = Muon(matrices, rate=0.02 * rate, compiled=on_gpu)
        groups = [{"params": embeddings, "base": 0.004 * rate}, {"params": norms, "base": 0.003 * rate}]
        self._adam = torch.optim.AdamW(groups, lr=0.0, betas=(0.9, 0.95), weight_decay=0.0, fused=on_gpu)

    def step(self, scale):
        self._muon.step(scale)
        for group in self._adam.param_groups:
            group["lr"] = group["base"] * scale
        self._adam.step()
        self._adam.zero_grad(set_to_none=True)
