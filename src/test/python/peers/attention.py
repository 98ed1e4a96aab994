#!/usr/bin/env python3
"""What others reach on the same GPU in the same minutes: PyTorch's attention (its FlashAttention-2,
cuDNN, and plain unfused maths), cuBLASLt's products, and the device's own reads and products.

    attention.py [--json peers.json]

A peer gets its best layout, contiguous keys and values; ours are paged. Medians of event-timed
calls. FLOPs: 4 x B x Hq x T x T x D, halved where causal. Decode: bytes of K and V once.
"""

import argparse
import json
import subprocess

import torch
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.nn.functional import scaled_dot_product_attention

BACKENDS = {"flash": SDPBackend.FLASH_ATTENTION, "cudnn": SDPBackend.CUDNN_ATTENTION,
            "unfused": SDPBackend.MATH}
UNFUSED_TOKENS = 8192  # beyond, its scores do not fit

# (D, T, Hq, Hkv), 16k tokens in all: causal prompts, and those whose tokens see all of theirs.
PREFILL = [(dim, length, 2048 // dim, 2048 // dim) for dim in (128, 64)
           for length in (512, 1024, 2048, 4096, 8192, 16384)]
FULL = [shape for shape in PREFILL if shape[1] >= 2048]
PREFILL += [(128, 8192, 32, 8), (128, 8192, 32, 1), (256, 8192, 8, 8), (80, 4096, 16, 16),
            (96, 4096, 16, 16)]
# (B, T, Hq, Hkv, D).
DECODE = [(64, 16384, 32, 8, 128), (64, 4096, 32, 8, 128), (256, 2048, 32, 8, 128),
          (1, 131072, 32, 8, 128), (1, 8192, 32, 8, 128), (1, 1024, 32, 8, 128),
          (64, 16384, 32, 1, 128), (64, 4096, 32, 32, 64), (64, 4096, 16, 2, 256)]
# (M, K) of an 8B Llama, and the numbers of tokens that are memory's to bound.
PRODUCTS = [(4096, 4096), (6144, 4096), (28672, 4096), (4096, 14336), (128256, 4096)]
TOKENS = (1, 2, 4, 8, 16)
ROTATED_BYTES = 400_000_000  # far above every L2


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


def normal(*size):
    return torch.randn(size, dtype=torch.bfloat16, device="cuda")


def prefill_flops(dim, length, heads, is_causal):
    return (2 if is_causal else 4) * max(16384 // length, 1) * heads * length * length * dim


def decode_bytes(lengths, kv_heads, dim):
    return 2 * 2 * sum(lengths) * kv_heads * dim


def measured(measure):
    """Its number, or the first line of the reason why there is none."""
    try:
        return measure()
    except (RuntimeError, torch.cuda.OutOfMemoryError) as error:
        return str(error).splitlines()[0][:60]


def attend(backend, q, k, v, is_causal):
    def measure():
        with sdpa_kernel(backend):
            return milliseconds(lambda _: scaled_dot_product_attention(
                q, k, v, is_causal=is_causal, enable_gqa=q.shape[1] != k.shape[1]))
    return measure


def prefill(dim, length, heads, kv_heads, is_causal=True):
    """TFLOP/s by peer."""
    batch = max(16384 // length, 1)
    q, k, v = (normal(batch, h, length, dim) for h in (heads, kv_heads, kv_heads))
    rates = {}
    for name, backend in BACKENDS.items():
        if name != "unfused" or length <= UNFUSED_TOKENS and dim == 128:
            ms = measured(attend(backend, q, k, v, is_causal))
            rates[name] = ms if isinstance(ms, str) else round(
                prefill_flops(dim, length, heads, is_causal) / ms / 1e9, 1)
    return rates


def full_prefill(*shape):
    return prefill(*shape, is_causal=False)


def decode(batch, length, heads, kv_heads, dim):
    """GB/s by peer; buffers that the L2 would hold flatter it, and are left out."""
    bytes_once = decode_bytes([length] * batch, kv_heads, dim)
    if bytes_once < ROTATED_BYTES:
        return {}
    q, k, v = (normal(batch, h, t, dim)
               for h, t in ((heads, 1), (kv_heads, length), (kv_heads, length)))
    rates = {}
    for name in ("flash", "cudnn"):
        ms = measured(attend(BACKENDS[name], q, k, v, False))
        rates[name] = ms if isinstance(ms, str) else round(bytes_once / ms / 1e6)
    return rates


def copies_of(outputs, inputs):
    """As many weights as no cache holds, to be used in turn."""
    count = max(ROTATED_BYTES // (2 * outputs * inputs), 2)
    return [normal(outputs, inputs) for _ in range(count)]


def product(weights, tokens):
    """cuBLASLt's microseconds for x [N, K] times a weight [M, K]."""
    torch.backends.cuda.preferred_blas_library("cublaslt")
    outputs, inputs = weights[0].shape
    x, out = normal(tokens, inputs), normal(tokens, outputs)
    count = max(len(weights), 10)
    run = captured(lambda i: torch.mm(x, weights[i % len(weights)].T, out=out), count)
    return 1e3 * milliseconds(run) / count


def ceilings():
    big = torch.randn(1 << 30, device="cuda")
    read = 4 * big.numel() / milliseconds(lambda _: torch.sum(big)) / 1e6
    copy = torch.empty_like(big)
    moved = 8 * big.numel() / milliseconds(lambda _: copy.copy_(big)) / 1e6
    del big, copy
    a, b = normal(8192, 8192), normal(8192, 8192)
    flops = 2 * 8192**3 / milliseconds(lambda _: a @ b) / 1e9
    return {"read GB/s": round(read), "copy GB/s": round(moved), "matmul TFLOP/s": round(flops)}


def clocks():
    query = "--query-gpu=name,driver_version,clocks.sm,clocks.mem,temperature.gpu,power.draw"
    return subprocess.run(["nvidia-smi", query, "--format=csv,noheader"], capture_output=True,
                          text=True).stdout.strip()


def prefill_row(shape):
    dim, length, heads, kv_heads = shape
    return {"kind": "prefill", "B": max(16384 // length, 1), "T": length, "Hq": heads,
            "Hkv": kv_heads, "D": dim, "unit": "TFLOP/s"}


def full_prefill_row(shape):
    return prefill_row(shape) | {"kind": "full prefill"}


def decode_row(shape):
    batch, length, heads, kv_heads, dim = shape
    return {"kind": "decode", "B": batch, "T": length, "Hq": heads, "Hkv": kv_heads, "D": dim,
            "unit": "GB/s"}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json")
    options = parser.parse_args()
    result = {"torch": torch.__version__, "clocks before": clocks(), "ceilings": ceilings()}
    print(result, flush=True)
    result["rows"] = []
    for describe, measure, shapes in ((prefill_row, prefill, PREFILL),
                                      (full_prefill_row, full_prefill, FULL),
                                      (decode_row, decode, DECODE)):
        for shape in shapes:
            result["rows"].append(describe(shape) | {"peers": measure(*shape)})
            print(result["rows"][-1], flush=True)
            torch.cuda.empty_cache()
    result["clocks after"] = clocks()
    if options.json:
        with open(options.json, "w") as file:
            json.dump(result, file, indent=1)


if __name__ == "__main__":
    main()
