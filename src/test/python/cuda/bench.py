"""The kernels' speed beside their peers' and beside a plain read of memory, in one run.

FLOPs: 4 x heads x Tq x Tk x D a sequence, halved where causal. Decode bytes: K and V once; the time
includes the merge, and page tables rotate over more memory than the L2 holds, as weights do.
Contiguous: the same prompts from K and V [B x T, Hkv, D] as others keep them, beside scattered pages.
"""

import ctypes
import os
import sys
import time

import torch

from binding import CAUSAL, FULL
from paged import SLOTS

sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "peers"))
import attention as peers
from attention import captured, milliseconds


def page_strides(kv_heads, dim):
    return kv_heads * SLOTS * dim, SLOTS * dim, dim


def contiguous_strides(kv_heads, dim):
    """Of [tokens, Hkv, D], of which each 64 tokens are a page."""
    return SLOTS * kv_heads * dim, dim, kv_heads * dim


def make_params(fovea, sequences, generated, shape, pages, keep, mask=CAUSAL, strides=page_strides):
    heads, kv_heads, dim = shape
    dtype = torch.bfloat16
    rows = [r for r, _ in sequences]
    total = sum(rows)
    q = torch.randn(total, heads, dim, device=fovea.device).to(dtype)
    starts = torch.tensor([0] + rows, device=fovea.device).cumsum(0).int()
    contexts = torch.tensor([c for _, c in sequences], dtype=torch.int32, device=fovea.device)
    table_rows = torch.arange(len(sequences), dtype=torch.int32, device=fovea.device)
    tensors = dict(q=q, out=torch.empty_like(q), queryStart=starts, contextLength=contexts,
                   tableRow=table_rows, **pages)
    page, head, slot = strides(kv_heads, dim)
    params = fovea.params(
        "FoveaAttention", **tensors, kPageStride=page, vPageStride=page, kHeadStride=head,
        vHeadStride=head, kSlotStride=slot, vSlotStride=slot,
        numTokens=total, numSequences=len(sequences), queryHeads=heads, kvHeads=kv_heads,
        headDim=dim, numPages=pages["k"].shape[0], maxPages=pages["pageTable"].shape[1],
        numTableRows=len(sequences), scale=dim ** -0.5, mask=mask, type=dtype,
        kvType=dtype, numGenerated=generated)
    size = fovea.workspace_bytes(params)
    workspace = torch.empty(size, dtype=torch.uint8, device=fovea.device)
    params.workspace, params.workspaceBytes = workspace.data_ptr(), size
    keep.append((tensors, workspace))
    return params


def make_pools(fovea, pages, kv_heads, dim):
    size = (pages, kv_heads, SLOTS, dim)
    return {name: torch.randn(size, dtype=torch.bfloat16, device=fovea.device) for name in "kv"}


def median(values):
    if isinstance(values[0], dict):
        return {key: median([value[key] for value in values]) for key in values[0]}
    failed = [value for value in values if not isinstance(value, (int, float))]
    return failed[0] if failed else sorted(values)[len(values) // 2]


def alternating(*measures, rounds=3):
    """Medians of measurements in turn: what runs later runs on a hotter chip."""
    return map(median, zip(*([measure() for measure in measures] for _ in range(rounds))))


def prefill(fovea, *shape):
    rate, others = alternating(lambda: prefill_rate(fovea, *shape, CAUSAL),
                               lambda: peers.prefill(*shape))
    return peers.prefill_row(shape) | {"ours": rate, "peers": others}


def full_prefill(fovea, *shape):
    rate, others = alternating(lambda: prefill_rate(fovea, *shape, FULL),
                               lambda: peers.full_prefill(*shape))
    return peers.full_prefill_row(shape) | {"ours": rate, "peers": others}


def contiguous(fovea, *shape):
    paged, contiguous_rate = alternating(
        lambda: prefill_rate(fovea, *shape, CAUSAL),
        lambda: prefill_rate(fovea, *shape, CAUSAL, contiguous_strides))
    return peers.prefill_row(shape) | {
        "kind": "prefill by layout", "paged": paged, "contiguous": contiguous_rate}


def prefill_rate(fovea, dim, length, heads, kv_heads, mask, strides=page_strides):
    """TFLOP/s."""
    keep, batch = [], max(16384 // length, 1)
    params = make_prompts(fovea, batch, length, (heads, kv_heads, dim), keep, mask, strides)
    ms = milliseconds(lambda _: fovea.call("attention", params))
    return round(peers.prefill_flops(dim, length, heads, mask == CAUSAL) / ms / 1e9, 1)


def make_prompts(fovea, batch, length, shape, keep, mask=CAUSAL, strides=page_strides):
    pages = -(-length // SLOTS)
    pools = make_pools(fovea, batch * pages, *shape[1:])
    order = (torch.randperm if strides == page_strides else torch.arange)(batch * pages)
    table = order.to(fovea.device).int().view(batch, pages)
    return make_params(fovea, [(length, length)] * batch, 0, shape, dict(pools, pageTable=table),
                       keep, mask, strides)


def memory(fovea, length, heads, kv_heads, dim):
    """Bytes a token of a prompt alone: all tensors that the operation is given, what the device's
    free memory lost to the call itself, and what unfused maths needs for its scores in bf16."""
    keep, shape = [], (heads, kv_heads, dim)
    fovea.call("attention", make_prompts(fovea, 1, SLOTS, shape, keep))  # which loads the kernel
    params = make_prompts(fovea, 1, length, shape, keep)
    torch.cuda.synchronize()
    free = torch.cuda.mem_get_info()[0]
    fovea.call("attention", params)
    torch.cuda.synchronize()
    taken = free - torch.cuda.mem_get_info()[0]
    tensors, workspace = keep[-1]
    sizes = {name: tensor.nbytes for name, tensor in tensors.items()}
    sizes["workspace"] = workspace.nbytes
    sizes["sum"] = sum(sizes.values())
    sizes |= {"taken by the call": taken, "unfused scores": 2 * heads * length * length}
    return {"kind": "memory", "T": length, "Hq": heads, "Hkv": kv_heads, "D": dim,
            "unit": "bytes a token"} | {name: round(size / length, 2) for name, size in sizes.items()}


def decode_rate(fovea, lengths, heads, kv_heads, dim):
    """Microseconds of a call and GB/s."""
    keep, counts = [], [-(-length // SLOTS) for length in lengths]
    bytes_once = peers.decode_bytes(lengths, kv_heads, dim)
    tables = max(-(-peers.ROTATED_BYTES // bytes_once), 1)
    pools = make_pools(fovea, tables * sum(counts), kv_heads, dim)
    order = torch.randperm(tables * sum(counts), device=fovea.device).int().split(counts * tables)
    params = []
    for i in range(tables):
        table = torch.zeros(len(lengths), max(counts), dtype=torch.int32, device=fovea.device)
        for row, ids in zip(table, order[i * len(lengths):]):
            row[:len(ids)] = ids
        params.append(make_params(fovea, [(1, length) for length in lengths], len(lengths),
                                  (heads, kv_heads, dim), dict(pools, pageTable=table), keep))
    run = captured(lambda i: fovea.call("attention", params[i % tables]), max(tables, 4))
    ms = milliseconds(run) / max(tables, 4)
    return {"us": round(1e3 * ms, 1), "ours": round(bytes_once / ms / 1e6)}


def decode(fovea, batch, length, heads, kv_heads, dim):
    shape = (batch, length, heads, kv_heads, dim)
    row = peers.decode_row(shape) | decode_rate(fovea, [length] * batch, heads, kv_heads, dim)
    return row | {"peers": peers.decode(*shape)}


def ragged(fovea, batch, shortest, longest, heads, kv_heads, dim):
    """Lengths spread evenly over the logarithm, in random order."""
    random = torch.Generator().manual_seed(1)
    steps = torch.rand(batch, generator=random).tolist()
    lengths = [round(shortest * (longest / shortest) ** step) for step in steps]
    row = peers.decode_row((batch, sum(lengths), heads, kv_heads, dim))
    row |= {"kind": f"ragged decode, {min(lengths)} to {max(lengths)}"}
    return row | decode_rate(fovea, lengths, heads, kv_heads, dim)


def product(fovea, outputs, inputs):
    """Weight bytes a second by N, ours and cuBLASLt's on the same weights."""
    weights, rows = peers.copies_of(outputs, inputs), {}
    count = max(len(weights), 10)
    for tokens in peers.TOKENS:
        x, out = peers.normal(tokens, inputs), peers.normal(tokens, outputs)
        params = [fovea.params("FoveaLinear", x=x, weight=weight, out=out, numTokens=tokens,
                               inputs=inputs, outputs=outputs, outStride=outputs,
                               type=torch.bfloat16, outType=torch.bfloat16) for weight in weights]
        run = captured(lambda i: fovea.call("linear", params[i % len(params)]), count)
        microseconds = {"ours": 1e3 * milliseconds(run) / count,
                        "cuBLASLt": peers.product(weights, tokens)}
        rows[tokens] = {name: round(2e-3 * outputs * inputs / us)
                        for name, us in microseconds.items()} | {"us": round(microseconds["ours"], 1)}
    return {"kind": "linear", "M": outputs, "K": inputs, "unit": "GB/s", "by N": rows}


def sampling(fovea):
    """Microseconds of a call of 1 and 64 rows of 128,256 logits."""
    rows = {}
    for count in (1, 64):
        logits = 4 * torch.randn(count, 128256, device=fovea.device)
        for name, temperature, share, k in (("greedy", 0, 1, 0), ("plain", 1, 1, 0),
                                          ("top-p", 0.8, 0.9, 0), ("top-k, top-p", 0.8, 0.9, 50)):
            full = lambda value, dtype=torch.float32: torch.full((count + 1,), value, dtype=dtype,
                                                                 device=fovea.device)
            arrays = dict(
                logits=logits, tokens=full(0, torch.int32), temperature=full(temperature),
                topP=full(share), minP=full(0), topK=full(k, torch.int32), repetition=full(1),
                presence=full(0), frequency=full(0), seed=full(1, torch.int64),
                outputPosition=full(1, torch.int64), choice=full(0, torch.int32),
                banStart=full(0, torch.int32), penaltyStart=full(0, torch.int32))
            params = fovea.params("FoveaSample", **arrays, numRows=count, vocabulary=128256)
            ms = milliseconds(lambda _: fovea.call("sample", params))
            rows[f"{count} {name}"] = round(1e3 * ms, 1)
    return rows


def operations(fovea):
    """Microseconds of an operation in a graph, by N, at the sizes of an 8B Llama."""
    bf16, f32 = torch.bfloat16, torch.float32
    hidden, features, heads, kv_heads, dim = 4096, 14336, 32, 8, 128
    make = lambda *size, dtype=f32: torch.randn(size, device=fovea.device).to(dtype)
    gamma, table = make(hidden, dtype=bf16), make(128256, hidden, dtype=bf16)
    rotary = make(8192, dim)
    rows = {}
    for n in (1, 64, 4096):
        ids = torch.randint(0, 8192, (n,), dtype=torch.int32, device=fovea.device)
        pages = make(n // SLOTS + 1, kv_heads, SLOTS, dim, dtype=bf16)
        calls = {
            "rmsNorm": ("FoveaNorm", dict(
                residual=make(n, hidden), delta=make(n, hidden), gamma=gamma,
                out=make(n, hidden, dtype=bf16), numTokens=n, hidden=hidden, epsilon=1e-5,
                weightType=bf16, outType=bf16)),
            "activation": ("FoveaActivation", dict(
                x=make(n, 2 * features, dtype=bf16), out=make(n, features, dtype=bf16), numTokens=n,
                features=features, gated=1, xType=bf16, outType=bf16)),
            "ropeAppend": ("FoveaRopeAppend", dict(
                qkv=make(n, heads + 2 * kv_heads, dim), rotary=rotary, positions=ids,
                slots=torch.arange(n, device=fovea.device), q=make(n, heads, dim, dtype=bf16),
                kPages=pages, vPages=pages.clone(), numTokens=n, queryHeads=heads,
                kvHeads=kv_heads, headDim=dim, rotaryDim=dim, numPages=pages.shape[0],
                maxPositions=8192, type=bf16)),
            "embed": ("FoveaEmbed", dict(
                tokens=ids, table=table, out=make(n, hidden), numTokens=n, hidden=hidden,
                vocabulary=128256, tableType=bf16)),
        }
        for name, (struct, fields) in calls.items():
            params = fovea.params(struct, **fields)
            run = captured(lambda _: fovea.call(name, params), 20)
            rows[f"{name} {n}"] = round(1e3 * milliseconds(run) / 20, 1)
    return rows


def upload(fovea, size=4 << 30):
    """GB/s from pageable memory, by threads; the first call page-locks the pieces."""
    host = torch.randint(0, 255, (size,), dtype=torch.uint8)
    to = torch.empty(size, dtype=torch.uint8, device=fovea.device)
    rates = {}
    for threads in (8, 1, 4, 8):
        began = time.monotonic()
        fovea.status("foveaUpload", fovea.stream, ctypes.c_uint64(to.data_ptr()),
                     ctypes.c_uint64(host.data_ptr()), ctypes.c_int64(size), threads)
        rates[threads] = round(size / (time.monotonic() - began) / 1e9, 1)
    return rates


TABLES = {"prefill": (prefill, peers.PREFILL), "full": (full_prefill, peers.FULL),
          "contiguous": (contiguous, [(128, 8192, 16, 16), (64, 8192, 32, 32)]),
          "memory": (memory, [(length << 10, 32, 8, 128) for length in (2, 4, 8, 16, 32, 64, 128)]),
          "decode": (decode, peers.DECODE), "ragged": (ragged, [(64, 100, 32768, 32, 8, 128)]),
          "linear": (product, peers.PRODUCTS)}


def run(fovea, options):
    result = {"clocks before": peers.clocks(), "ceilings": peers.ceilings(), "rows": []}
    print(result, flush=True)
    for measure, shapes in (TABLES[name] for name in options.tables.split(",")):
        for shape in shapes:
            try:
                row = measure(fovea, *shape)
            except Exception as error:  # one shape out of memory, say, must not cost the others
                row = {"shape": shape, "error": str(error)[:200]}
            result["rows"].append(row)
            print(row, flush=True)
            torch.cuda.empty_cache()
    if options.tables == ",".join(TABLES):
        result["sample us"] = sampling(fovea)
        result["operations us"] = operations(fovea)
        result["upload GB/s by threads"] = upload(fovea)
    result["ceilings after"], result["clocks after"] = peers.ceilings(), peers.clocks()
    for name in list(result)[3:]:
        print(name, result[name], flush=True)
    return result
