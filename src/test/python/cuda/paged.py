"""Random ragged batches over a paged cache whose unused slots hold NaN, and two references."""

from dataclasses import dataclass

import torch

from binding import CAUSAL

SLOTS = 64


@dataclass(frozen=True)
class Shape:
    query_heads: int
    kv_heads: int
    head_dim: int
    dtype: torch.dtype
    window: int = 0
    mask: int = CAUSAL

    @property
    def group(self):
        return self.query_heads // self.kv_heads


class Batch:
    """Sequences as (rows, context), the first `generated` of one row each."""

    def __init__(self, fovea, shape, sequences, generated, seed, spread=3):
        self.fovea, self.shape, self.sequences, self.generated = fovea, shape, sequences, generated
        device, random = fovea.device, torch.Generator(device=fovea.device)
        random.manual_seed(seed)
        counts = [(context + SLOTS - 1) // SLOTS for _, context in sequences]
        pages = spread * max(sum(counts), 1)
        order = torch.randperm(pages, generator=random, device=device)
        size = (pages, shape.kv_heads, SLOTS, shape.head_dim)
        self.k = torch.full(size, torch.nan, dtype=shape.dtype, device=device)
        self.v = torch.full(size, torch.nan, dtype=shape.dtype, device=device)
        # Entries past a sequence's pages are wild: nobody may follow them.
        self.table = torch.full((len(sequences), max(counts + [1])), 1 << 30, dtype=torch.int32,
                                device=device)
        self.keys, self.values, taken = [], [], 0
        for i, ((_, context), count) in enumerate(zip(sequences, counts)):
            ids = order[taken:taken + count]
            taken += count
            self.table[i, :count] = ids.int()
            dense = []
            for pool in (self.k, self.v):
                x = torch.randn(context, shape.kv_heads, shape.head_dim, generator=random,
                                device=device).to(shape.dtype)
                dense.append(x)
                slots = torch.arange(context, device=device)
                pool[ids[slots // SLOTS], :, slots % SLOTS] = x
            self.keys.append(dense[0])
            self.values.append(dense[1])
        rows = [rows for rows, _ in sequences]
        self.starts = [sum(rows[:i]) for i in range(len(rows) + 1)]
        self.q = torch.randn(sum(rows), shape.query_heads, shape.head_dim, generator=random,
                             device=device).to(shape.dtype)

    def tensor(self, values):
        return torch.tensor(values, dtype=torch.int32, device=self.fovea.device)

    def params(self, only=None):
        """FoveaAttention of the whole batch or of one sequence alone, with its tensors."""
        shape, chosen = self.shape, range(len(self.sequences)) if only is None else [only]
        begin, end = self.starts[chosen[0]], self.starts[chosen[-1] + 1]
        q = self.q[begin:end].contiguous()
        tensors = dict(
            q=q, out=torch.full_like(q, torch.nan), k=self.k, v=self.v,
            queryStart=self.tensor([self.starts[i] - begin for i in chosen] + [end - begin]),
            contextLength=self.tensor([self.sequences[i][1] for i in chosen]),
            tableRow=self.tensor(list(chosen)), pageTable=self.table.clone())
        stride = shape.kv_heads * SLOTS * shape.head_dim
        params = self.fovea.params(
            "FoveaAttention", **tensors, kPageStride=stride, vPageStride=stride,
            kHeadStride=SLOTS * shape.head_dim, vHeadStride=SLOTS * shape.head_dim,
            kSlotStride=shape.head_dim, vSlotStride=shape.head_dim, numTokens=end - begin,
            numSequences=len(chosen), queryHeads=shape.query_heads, kvHeads=shape.kv_heads,
            headDim=shape.head_dim, numPages=self.k.shape[0], maxPages=self.table.shape[1],
            numTableRows=self.table.shape[0], scale=shape.head_dim ** -0.5, mask=shape.mask,
            window=shape.window, type=shape.dtype, kvType=shape.dtype, numGenerated=sum(i < self.generated for i in chosen))
        size = self.fovea.workspace_bytes(params)
        # Poisoned, and exactly as large as promised.
        tensors["workspace"] = torch.full((size,), 255, dtype=torch.uint8,
                                          device=self.fovea.device)
        params.workspace, params.workspaceBytes = tensors["workspace"].data_ptr(), size
        return params, tensors

    def run(self, only=None):
        params, tensors = self.params(only)
        self.fovea.call("attention", params)
        self.fovea.synchronize()
        return tensors["out"]

    def reference(self, i, dtype, rows=None):
        """softmax(scale q k^T + mask) v of sequence i in `dtype`, all rows or those given."""
        shape, (count, context) = self.shape, self.sequences[i]
        rows = torch.arange(count, device=self.fovea.device) if rows is None else rows
        q = self.q[self.starts[i]:self.starts[i + 1]][rows].to(dtype).transpose(0, 1)
        k = self.keys[i].to(dtype).transpose(0, 1).repeat_interleave(shape.group, 0)
        v = self.values[i].to(dtype).transpose(0, 1).repeat_interleave(shape.group, 0)
        position = (context - count + rows)[:, None]
        slot = torch.arange(context, device=self.fovea.device)[None]
        hidden = (slot > position) & (shape.mask == CAUSAL)
        if shape.window > 0:
            hidden |= slot <= position - shape.window
        scores = (q * shape.head_dim ** -0.5) @ k.transpose(1, 2)
        weights = torch.softmax(scores.masked_fill(hidden, -torch.inf), -1)
        weights = weights.masked_fill(hidden.all(-1, keepdim=True), 0)
        return (weights @ v).transpose(0, 1)
