"""A decode step's operations in a row, whose products may start before their predecessors end: the same
bits enqueued at once and recorded as with a wait behind every one."""

import ctypes
from functools import partial

import torch

from paged import SLOTS

STEPS, PAGES = 24, 5  # two splits of keys and values, so that they are merged
LAYERS, HEADS, KV_HEADS, DIM, FEATURES, VOCABULARY = 3, 8, 2, 128, 3072, 4096
HIDDEN, BF16, F32 = HEADS * DIM, torch.bfloat16, torch.float32


class Decode:
    """Sequences that generate their next tokens on the device, by one list of calls a step."""

    def __init__(self, fovea, seed, count):
        self.fovea, self.count = fovea, count
        random = torch.Generator(device=fovea.device)
        random.manual_seed(seed)
        self.normal = lambda *size: torch.randn(size, generator=random, device=fovea.device)
        weight = lambda m, k: (self.normal(m, k) * k ** -0.5).to(BF16)
        self.table = self.normal(VOCABULARY, HIDDEN).to(BF16)
        self.layers = [dict(qkv=weight((HEADS + 2 * KV_HEADS) * DIM, HIDDEN), o=weight(HIDDEN, HIDDEN),
                            up=weight(2 * FEATURES, HIDDEN), down=weight(HIDDEN, FEATURES),
                            gammas=[self.normal(HIDDEN).to(BF16) for _ in range(2)])
                       for _ in range(LAYERS)]
        self.head, self.rotary = weight(VOCABULARY, HIDDEN), self.normal(PAGES * SLOTS, DIM)
        self.pools = [[self.normal(count * PAGES, KV_HEADS, SLOTS, DIM).to(BF16) for _ in range(2)]
                      for _ in range(LAYERS)]
        self.pages = torch.randperm(count * PAGES, generator=random, device=fovea.device).int()
        self.rows = torch.arange(count, device=fovea.device).flip(0).int()
        self.starts = torch.arange(count + 1, device=fovea.device).int()
        self.tokens, self.positions, self.lengths = (torch.zeros_like(self.rows) for _ in range(3))
        self.slots = torch.zeros(count, dtype=torch.int64, device=fovea.device)
        self.logits = self.poisoned(F32, count, VOCABULARY)
        self.keep, self.calls = [], []
        self.make_calls()

    def poisoned(self, dtype, *size):
        return torch.full(size, torch.nan, dtype=dtype, device=self.fovea.device)

    def call(self, function, struct, **fields):
        self.keep.append(fields)
        self.calls.append((function, self.fovea.params(struct, **fields)))

    def linear(self, x, weight, out):
        self.call("linear", "FoveaLinear", x=x, weight=weight, out=out, numTokens=self.count,
                  inputs=weight.shape[1], outputs=weight.shape[0], outStride=weight.shape[0], type=BF16,
                  outType=out.dtype)

    def norm(self, residual, delta, gamma, out):
        self.call("rmsNorm", "FoveaNorm", residual=residual, delta=delta, gamma=gamma, out=out,
                  numTokens=self.count, hidden=HIDDEN, epsilon=1e-5, weightType=BF16, outType=BF16)

    def make_calls(self):
        new = lambda columns, dtype=F32: self.poisoned(dtype, self.count, columns)
        residual, delta, normed = new(HIDDEN), new(HIDDEN), new(HIDDEN, BF16)
        up, activated = new(2 * FEATURES, BF16), new(FEATURES, BF16)
        self.call("embed", "FoveaEmbed", tokens=self.tokens, table=self.table, out=residual,
                  numTokens=self.count, hidden=HIDDEN, vocabulary=VOCABULARY, tableType=BF16)
        for i, layer in enumerate(self.layers):
            self.norm(residual, delta if i > 0 else None, layer["gammas"][0], normed)
            self.attention(layer, self.pools[i], normed, delta)
            self.norm(residual, delta, layer["gammas"][1], normed)
            self.linear(normed, layer["up"], up)
            self.call("activation", "FoveaActivation", x=up, out=activated, numTokens=self.count,
                      features=FEATURES, gated=1, xType=BF16, outType=BF16)
            self.linear(activated, layer["down"], delta)
        for x, out in ((residual, new(HIDDEN)), (delta, new(HIDDEN))):
            self.call("gatherRows", "FoveaGatherRows", x=x, rows=self.rows, out=out, numTokens=self.count,
                      numRows=self.count, columns=HIDDEN, type=F32)
        gathered = [fields["out"] for fields in self.keep[-2:]]
        self.norm(*gathered, self.layers[0]["gammas"][0], normed)
        self.linear(normed, self.head, self.logits)
        self.draw()

    def attention(self, layer, pools, normed, out):
        n = self.count
        qkv = self.poisoned(F32, n, (HEADS + 2 * KV_HEADS) * DIM)
        q, attended = (self.poisoned(BF16, n, HIDDEN) for _ in range(2))
        self.linear(normed, layer["qkv"], qkv)
        self.call("ropeAppend", "FoveaRopeAppend", qkv=qkv, rotary=self.rotary, positions=self.positions,
                  slots=self.slots, q=q, kPages=pools[0], vPages=pools[1], numTokens=n, queryHeads=HEADS,
                  kvHeads=KV_HEADS, headDim=DIM, rotaryDim=DIM, numPages=n * PAGES,
                  maxPositions=PAGES * SLOTS, type=BF16)
        stride = KV_HEADS * SLOTS * DIM
        self.call("attention", "FoveaAttention", q=q, out=attended, k=pools[0], v=pools[1],
                  queryStart=self.starts, contextLength=self.lengths, tableRow=self.starts,
                  pageTable=self.pages, kPageStride=stride, vPageStride=stride, kHeadStride=SLOTS * DIM,
                  vHeadStride=SLOTS * DIM, kSlotStride=DIM, vSlotStride=DIM, numTokens=n, numSequences=n,
                  queryHeads=HEADS, kvHeads=KV_HEADS, headDim=DIM, numPages=n * PAGES, maxPages=PAGES,
                  numTableRows=n, scale=DIM ** -0.5, type=BF16, kvType=BF16, numGenerated=n)
        params = self.calls[-1][1]
        workspace = torch.empty(max(self.fovea.workspace_bytes(params), 16), dtype=torch.uint8,
                                device=self.fovea.device)
        self.keep.append(workspace)
        params.workspace, params.workspaceBytes = workspace.data_ptr(), workspace.numel()
        self.linear(attended, layer["o"], out)

    def draw(self):
        """Greedy: a wrong logit that matters shows in every later token."""
        full = lambda value, dtype=F32: torch.full((self.count + 1,), value, dtype=dtype,
                                                   device=self.fovea.device)
        ids, drawn = partial(full, 0, torch.int32), torch.zeros_like(self.tokens)
        self.call("sample", "FoveaSample", logits=self.logits, tokens=drawn, temperature=full(0), topP=full(1),
                  minP=full(0), topK=ids(), repetition=full(1), presence=full(0), frequency=full(0),
                  seed=full(1, torch.int64), outputPosition=full(1, torch.int64), choice=ids(),
                  banStart=ids(), penaltyStart=ids(), numRows=self.count, vocabulary=VOCABULARY)
        self.call("putIds", "FoveaPutIds", ids=drawn, places=self.rows, out=self.tokens, numIds=self.count,
                  count=self.count, size=self.count)

    def run(self, step):
        """Tokens and logits of all steps."""
        self.tokens.copy_(100 * torch.arange(self.count, device=self.fovea.device))
        last_pages = self.pages[PAGES - 1::PAGES].long()
        for pool in sum(self.pools, []):  # what the run before wrote
            pool[last_pages, :, -STEPS:] = torch.nan
        results = []
        for slot in range(SLOTS - STEPS, SLOTS):
            position = (PAGES - 1) * SLOTS + slot
            self.lengths.fill_(position + 1)
            self.positions.fill_(position)
            self.slots.copy_(last_pages * SLOTS + slot)
            step()
            results.append(torch.cat((self.logits, self.tokens[:, None].float()), 1))
        self.fovea.synchronize()
        return torch.stack(results)

    def one_by_one(self):
        for function, params in self.calls:
            self.fovea.call(function, params)
            self.fovea.synchronize()

    def at_once(self):
        for function, params in self.calls:
            self.fovea.call(function, params)

    def recorded(self):
        self.fovea.status("foveaBeginGraph", self.fovea.stream)
        self.at_once()
        graph = ctypes.c_uint64()
        self.fovea.status("foveaEndGraph", self.fovea.stream, ctypes.byref(graph))
        return partial(self.fovea.status, "foveaLaunchGraph", self.fovea.stream, graph)


def chain(report, fovea, options):
    for count in (1, 5, 16):
        decode = Decode(fovea, options.seed, count)
        expected = decode.run(decode.one_by_one)
        report.check(f"chain N={count}", bool(torch.isfinite(expected).all()), "not finite")
        report.equal(f"chain N={count} at once", decode.run(decode.at_once), expected)
        if fovea.is_cuda:
            replay = decode.recorded()
            for _ in range(5):
                report.equal(f"chain N={count} recorded", decode.run(replay), expected)


SECTIONS = {"chain": chain}
