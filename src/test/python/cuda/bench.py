"""Attention's speed beside PyTorch's and beside a plain read of memory, in one run.

FLOPs: 4 x heads x Tq x Tk x D a sequence, halved when causal. Decode bytes: K and V once; the time
includes the merge, and page tables rotate over more memory than the L2 holds.
"""

import ctypes
import subprocess
import time

import torch
from torch.nn.attention import SDPBackend, sdpa_kernel

from paged import SLOTS

PREFILL = [(dim, length, 2048 // dim, 2048 // dim) for dim in (128, 64)
           for length in (512, 1024, 2048, 4096, 8192, 16384)]
PREFILL += [(128, 8192, 32, 8), (128, 8192, 32, 1), (256, 8192, 8, 8), (80, 4096, 16, 16)]
DECODE = [(64, 16384, 32, 8, 128), (64, 4096, 32, 8, 128), (256, 2048, 32, 8, 128),
          (1, 131072, 32, 8, 128), (1, 8192, 32, 8, 128), (1, 1024, 32, 8, 128),
          (64, 16384, 32, 1, 128), (64, 4096, 32, 32, 64), (64, 4096, 16, 2, 256)]


def milliseconds(function, repeats=20):
    """Median of event-timed calls, after three to warm up."""
    for _ in range(3):
        function(0)
    times = []
    for i in range(repeats):
        begin, end = (torch.cuda.Event(enable_timing=True) for _ in range(2))
        begin.record()
        function(i)
        end.record()
        times.append((begin, end))
    torch.cuda.synchronize()
    return sorted(b.elapsed_time(e) for b, e in times)[repeats // 2]


def captured(function, count):
    """Calls 0 .. count - 1 as one graph: launches then cost what they cost in a decode step."""
    function(0)
    torch.cuda.synchronize()
    graph = torch.cuda.CUDAGraph()
    graph.capture_begin()
    for i in range(count):
        function(i)
    graph.capture_end()
    return lambda _: graph.replay()


def make_params(fovea, sequences, generated, shape, pages, keep):
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
    stride = kv_heads * SLOTS * dim
    params = fovea.params(
        "FoveaAttention", **tensors, kPageStride=stride, vPageStride=stride,
        kHeadStride=SLOTS * dim, vHeadStride=SLOTS * dim, kSlotStride=dim, vSlotStride=dim,
        numTokens=total, numSequences=len(sequences), queryHeads=heads, kvHeads=kv_heads,
        headDim=dim, numPages=pages["k"].shape[0], maxPages=pages["pageTable"].shape[1],
        numTableRows=len(sequences), scale=dim ** -0.5, type=dtype, kvType=dtype, numGenerated=generated)
    size = fovea.workspace_bytes(params)
    workspace = torch.empty(size, dtype=torch.uint8, device=fovea.device)
    params.workspace, params.workspaceBytes = workspace.data_ptr(), size
    keep.append((tensors, workspace))
    return params


def make_pools(fovea, pages, kv_heads, dim):
    size = (pages, kv_heads, SLOTS, dim)
    return {name: torch.randn(size, dtype=torch.bfloat16, device=fovea.device) for name in "kv"}


def prefill(fovea, dim, length, heads, kv_heads):
    batch, keep = max(16384 // length, 1), []
    pages = length // SLOTS
    pools = make_pools(fovea, batch * pages, kv_heads, dim)
    order = torch.randperm(batch * pages, device=fovea.device).int().view(batch, pages)
    params = make_params(fovea, [(length, length)] * batch, 0, (heads, kv_heads, dim),
                         dict(pools, pageTable=order), keep)
    flops = 4 * batch * heads * length * length * dim / 2
    row = {"D": dim, "T": length, "B": batch, "Hq": heads, "Hkv": kv_heads}
    rate = lambda ms: round(flops / ms / 1e9, 1)
    row["ours"] = rate(milliseconds(lambda _: fovea.call("attention", params)))
    q, k, v = (torch.randn(batch, h, length, dim, dtype=torch.bfloat16, device=fovea.device)
               for h in (heads, kv_heads, kv_heads))
    for name, backend in (("flash", SDPBackend.FLASH_ATTENTION),
                          ("cudnn", SDPBackend.CUDNN_ATTENTION)):
        try:
            with sdpa_kernel(backend):
                row[name] = rate(milliseconds(
                    lambda _: torch.nn.functional.scaled_dot_product_attention(
                        q, k, v, is_causal=True, enable_gqa=heads != kv_heads)))
        except RuntimeError as error:
            row[name] = str(error).splitlines()[0][:60]
    return row


def decode(fovea, batch, length, heads, kv_heads, dim):
    keep, pages = [], length // SLOTS
    bytes_once = 2 * 2 * batch * length * kv_heads * dim
    tables = max(-(-400_000_000 // bytes_once), 1)
    pools = make_pools(fovea, tables * batch * pages, kv_heads, dim)
    order = torch.randperm(tables * batch * pages, device=fovea.device).int()
    order = order.view(tables, batch, pages)
    params = [make_params(fovea, [(1, length)] * batch, batch, (heads, kv_heads, dim),
                          dict(pools, pageTable=order[i].contiguous()), keep)
              for i in range(tables)]
    run = captured(lambda i: fovea.call("attention", params[i % tables]), max(tables, 4))
    ms = milliseconds(run) / max(tables, 4)
    row = {"B": batch, "T": length, "Hq": heads, "Hkv": kv_heads, "D": dim,
           "us": round(1e3 * ms, 1), "GB/s": round(bytes_once / ms / 1e6)}
    if batch * length <= 64 * 4096:
        k, v = (pools[name].view(-1, kv_heads, length, dim)[:batch] for name in "kv")
        q = torch.randn(batch, heads, 1, dim, dtype=torch.bfloat16, device=fovea.device)
        try:
            with sdpa_kernel(SDPBackend.FLASH_ATTENTION):
                peer = milliseconds(lambda _: torch.nn.functional.scaled_dot_product_attention(
                    q, k, v, enable_gqa=heads != kv_heads))
            row["flash GB/s"] = round(bytes_once / peer / 1e6)
        except RuntimeError as error:
            row["flash GB/s"] = str(error).splitlines()[0][:60]
    return row


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
                x=make(n, 2 * features), out=make(n, features, dtype=bf16), numTokens=n,
                features=features, gated=1, outType=bf16)),
            "ropeAppend": ("FoveaRopeAppend", dict(
                qkv=make(n, heads + 2 * kv_heads, dim), rotary=rotary, positions=ids,
                slots=torch.arange(n, device=fovea.device), q=make(n, heads, dim, dtype=bf16),
                kPages=pages, vPages=pages.clone(), numTokens=n, queryHeads=heads,
                kvHeads=kv_heads, headDim=dim, numPages=pages.shape[0], maxPositions=8192,
                type=bf16)),
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


def clocks():
    query = "--query-gpu=name,clocks.sm,clocks.mem,temperature.gpu,power.draw"
    return subprocess.run(["nvidia-smi", query, "--format=csv,noheader"], capture_output=True,
                          text=True).stdout.strip()


def ceilings(fovea):
    big = torch.randn(1 << 30, device=fovea.device)
    read = big.numel() * 4 / milliseconds(lambda _: torch.sum(big)) / 1e6
    del big
    a, b = (torch.randn(8192, 8192, dtype=torch.bfloat16, device=fovea.device) for _ in range(2))
    product = 2 * 8192**3 / milliseconds(lambda _: a @ b) / 1e9
    return {"read GB/s": round(read), "matmul TFLOP/s": round(product)}


def run(fovea, options):
    result = {"clocks before": clocks(), "ceilings": ceilings(fovea), "prefill": [], "decode": []}
    print("ceilings", result["ceilings"], result["clocks before"], flush=True)
    for name, function, shapes in (("prefill", prefill, PREFILL), ("decode", decode, DECODE)):
        for shape in shapes:
            try:
                row = function(fovea, *shape)
            except Exception as error:  # one shape out of memory, say, must not cost the others
                row = {"shape": shape, "error": str(error)[:200]}
            result[name].append(row)
            print(name, row, flush=True)
            torch.cuda.empty_cache()
    result["sample us"] = sampling(fovea)
    result["operations us"] = operations(fovea)
    result["upload GB/s by threads"] = upload(fovea)
    result["clocks after"] = clocks()
    for name in ("sample us", "operations us", "upload GB/s by threads", "clocks after"):
        print(name, result[name], flush=True)
    return result
