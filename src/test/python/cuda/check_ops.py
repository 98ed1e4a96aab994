"""The other operations against fp64, sampling against a plain restatement of its order of steps."""

import ctypes
import math
import os
import subprocess
import sys

import numpy
import torch

TYPES = [torch.float32, torch.bfloat16, torch.float16]


def normal(fovea, random, *size):
    return torch.randn(size, generator=random, device=fovea.device)


def poisoned(fovea, dtype, *size):
    return torch.full(size, torch.nan, dtype=dtype, device=fovea.device)


def generator(fovea, options):
    random = torch.Generator(device=fovea.device)
    random.manual_seed(options.seed)
    return random


def integers(fovea, random, high, *size, dtype=torch.int32):
    return torch.randint(0, high, size, generator=random, device=fovea.device).to(dtype)


def embed_and_gather(report, fovea, options):
    random = generator(fovea, options)
    for dtype in TYPES:
        for n, hidden in ((1, 64), (7, 100), (300, 4096)):
            table = normal(fovea, random, 999, hidden).to(dtype)
            places = normal(fovea, random, 50, hidden).to(dtype)
            tokens, positions = integers(fovea, random, 999, n), integers(fovea, random, 50, n)
            for position_table in (None, places):
                out = poisoned(fovea, torch.float32, n, hidden)
                fovea.run("embed", "FoveaEmbed", tokens=tokens, positions=positions, table=table,
                          positionTable=position_table, out=out, numTokens=n, hidden=hidden,
                          vocabulary=999, maxPositions=50, tableType=dtype)
                fovea.synchronize()
                expected = table[tokens.long()].float()
                if position_table is not None:
                    expected = expected + places[positions.long()].float()
                report.equal(f"embed {dtype} {hidden}", out, expected)
            out = poisoned(fovea, dtype, n, hidden)
            fovea.run("gatherRows", "FoveaGatherRows", x=table, rows=tokens, out=out,
                      numTokens=999, numRows=n, columns=hidden, type=dtype)
            fovea.synchronize()
            report.equal(f"gatherRows {dtype} {hidden}", out, table[tokens.long()])


def put_ids(report, fovea, options):
    random = generator(fovea, options)
    for count in (1, 300, 5000):
        ids = integers(fovea, random, 1000, count) - 200
        sources = integers(fovea, random, count, count)
        places = torch.randperm(2 * count, generator=random, device=fovea.device)[:count].int()
        for chosen in (None, sources):
            out = torch.full((2 * count,), -7, dtype=torch.int32, device=fovea.device)
            fovea.run("putIds", "FoveaPutIds", ids=ids, sources=chosen, places=places, out=out,
                      numIds=count, count=count, size=2 * count)
            fovea.synchronize()
            expected = torch.full_like(out, -7)
            expected[places.long()] = (ids if chosen is None else ids[chosen.long()]).clamp(min=0)
            report.equal(f"putIds {count} {chosen is None}", out, expected)


def normalised(x, gamma, beta, epsilon, function):
    if function == "rmsNorm":
        y = x * torch.rsqrt((x * x).mean(-1, keepdim=True) + epsilon) * gamma
    else:
        y = (x - x.mean(-1, keepdim=True)) * torch.rsqrt(
            x.var(-1, unbiased=False, keepdim=True) + epsilon) * gamma
    return y if beta is None else y + beta


def norms(report, fovea, options):
    random = generator(fovea, options)
    for function in ("rmsNorm", "layerNorm"):
        for weight_type in TYPES:
            for out_type in TYPES:
                for n, hidden, has_delta in ((1, 65, True), (33, 768, False), (5, 8192, True)):
                    residual = normal(fovea, random, n, hidden) + 0.5
                    delta = normal(fovea, random, n, hidden) if has_delta else None
                    gamma = normal(fovea, random, hidden).to(weight_type)
                    beta = None
                    if function == "layerNorm":
                        beta = normal(fovea, random, hidden).to(weight_type)
                    total = residual if delta is None else residual + delta
                    out = poisoned(fovea, out_type, n, hidden)
                    fovea.run(function, "FoveaNorm", residual=residual, delta=delta, gamma=gamma,
                              beta=beta, out=out, numTokens=n, hidden=hidden, epsilon=1e-5,
                              weightType=weight_type, outType=out_type)
                    fovea.synchronize()
                    name = f"{function} {weight_type} {out_type} {hidden}"
                    report.equal(f"{name} residual", residual, total)
                    exact, naive = (normalised(total.to(compute), gamma.to(compute),
                                               None if beta is None else beta.to(compute),
                                               1e-5, function)
                                    for compute in (torch.float64, torch.float32))
                    report.close(name, out, exact, naive.to(out_type))


def rotated(x, rotary, positions):
    half = rotary.shape[-1] // 2
    table = rotary[positions][:, None].to(x.dtype)
    cosine, sine = table[..., :half], table[..., half:]
    low, high, rest = x.split((half, half, x.shape[-1] - 2 * half), -1)
    return torch.cat((low * cosine - high * sine, high * cosine + low * sine, rest), -1)


def head_normed(x, gamma, epsilon):
    return x * torch.rsqrt((x * x).mean(-1, keepdim=True) + epsilon) * gamma.to(x.dtype)


def rope_append(report, fovea, options):
    random = generator(fovea, options)
    for dtype in TYPES:
        for dim, turned, query_heads, kv_heads, has_norm in (
                (64, 64, 8, 2, False), (128, 128, 4, 4, True), (80, 80, 6, 1, True),
                (256, 256, 2, 1, False), (24, 20, 4, 2, True), (128, 32, 4, 1, True),
                (80, 2, 2, 1, False), (256, 254, 2, 1, True), (64, 0, 4, 4, True)):
            n, pages = 37, 5
            qkv = normal(fovea, random, n, query_heads + 2 * kv_heads, dim)
            gammas = [normal(fovea, random, dim).to(dtype) if has_norm else None
                      for _ in range(2)]
            rotary = normal(fovea, random, 500, turned)
            positions = integers(fovea, random, 500, n)
            slots = torch.randperm(pages * 64, generator=random, device=fovea.device)[:n]
            q = poisoned(fovea, dtype, n, query_heads, dim)
            k, v = (poisoned(fovea, dtype, pages, kv_heads, 64, dim) for _ in range(2))
            fovea.run("ropeAppend", "FoveaRopeAppend", qkv=qkv, qGamma=gammas[0],
                      kGamma=gammas[1], rotary=rotary if turned else None, positions=positions,
                      slots=slots, q=q, kPages=k, vPages=v, numTokens=n, queryHeads=query_heads,
                      kvHeads=kv_heads, headDim=dim, rotaryDim=turned, numPages=pages,
                      maxPositions=500, epsilon=1e-6, weightType=dtype, type=dtype)
            fovea.synchronize()
            parts = qkv.split((query_heads, kv_heads, kv_heads), 1)
            name = f"ropeAppend {dtype} {turned} of {dim}"
            written = [q] + [pool[slots // 64, :, slots % 64] for pool in (k, v)]
            for i, (x, ours) in enumerate(zip(parts, written)):
                results = []
                for compute in (torch.float64, torch.float32):
                    y = x.to(compute)
                    if i < 2:
                        y = head_normed(y, gammas[i], 1e-6) if has_norm else y
                        y = rotated(y, rotary, positions.long())
                    results.append(y)
                report.close(f"{name} {'qkv'[i]}", ours, results[0], results[1].to(dtype))
            untouched = pages * 64 - n
            for pool in (k, v):
                nans = int(torch.isnan(pool.transpose(1, 2)).all(-1).all(-1).sum())
                report.check(f"{name} other slots", nans == untouched,
                             f"{nans} of {untouched} untouched")


def activations(report, fovea, options):
    random = generator(fovea, options)
    functions = [torch.nn.functional.silu,
                 lambda x: torch.nn.functional.gelu(x, approximate="tanh"),
                 torch.nn.functional.gelu, torch.nn.functional.relu]
    for kind, function in enumerate(functions):
        for gated in (0, 1):
            for x_dtype, dtype in [(torch.float32, t) for t in TYPES] + [(t, t) for t in TYPES[1:]]:
                for n, features in ((3, 37), (40, 4096)):
                    x = (3 * normal(fovea, random, n, (1 + gated) * features)).to(x_dtype)
                    out = poisoned(fovea, dtype, n, features)
                    fovea.run("activation", "FoveaActivation", x=x, out=out, numTokens=n,
                              features=features, kind=kind, gated=gated, xType=x_dtype,
                              outType=dtype)
                    fovea.synchronize()
                    results = []
                    for compute in (torch.float64, torch.float32):
                        gate = function(x[:, :features].to(compute))
                        results.append(gate * x[:, features:].to(compute) if gated else gate)
                    report.close(f"activation {kind} {gated} {x_dtype} {dtype} {features}", out,
                                 results[0], results[1].to(dtype))


def biases(report, fovea, options):
    if not fovea.is_cuda:
        return
    random = generator(fovea, options)
    for dtype in TYPES:
        for bias_type, out_type in ((torch.float32, torch.float32), (dtype, torch.float32),
                                    (torch.float32, dtype), (dtype, dtype)):
            out = normal(fovea, random, 9, 700).to(out_type)
            bias = normal(fovea, random, 300).to(bias_type)
            expected = out.clone()
            expected[:, 100:400] = (out[:, 100:400].float() + bias.float()).to(out_type)
            fovea.run("addBias", "FoveaLinear", bias=bias, out=out, numTokens=9, outputs=300,
                      outStride=700, outColumn=100, type=dtype, biasType=bias_type,
                      outType=out_type)
            fovea.synchronize()
            report.equal(f"addBias {bias_type} {out_type}", out, expected)


def philox_word(key, counter):
    words, low, high = list(counter), key & 0xFFFFFFFF, key >> 32
    for _ in range(10):
        a, b = 0xD2511F53 * words[0], 0xCD9E8D57 * words[2]
        words = [(b >> 32) ^ words[1] ^ low, b & 0xFFFFFFFF,
                 (a >> 32) ^ words[3] ^ high, a & 0xFFFFFFFF]
        low, high = (low + 0x9E3779B9) & 0xFFFFFFFF, (high + 0xBB67AE85) & 0xFFFFFFFF
    return words[0]


def expected_token(logits, row):
    """One row of fp32 logits; row: its settings. Also how near the draw is to another token."""
    x = logits.copy()
    if numpy.isnan(x).any() or not numpy.isfinite(x).any():
        return -1, 1.0
    x[row["bans"]] = -numpy.inf
    for token, count in row["penalties"]:
        repetition = numpy.float32(row["repetition"])
        x[token] = x[token] / repetition if x[token] > 0 else x[token] * repetition
        x[token] -= numpy.float32(row["frequency"]) * numpy.float32(count)
        if count > 0:
            x[token] -= numpy.float32(row["presence"])
    if numpy.isnan(x).any() or x.max() == -numpy.inf:
        return -1, 1.0
    if row["temperature"] == 0:
        return int(x.argmax()), 1.0
    order = numpy.lexsort((numpy.arange(len(x)), -x.astype(numpy.float64)))
    kept = order[:row["topK"]] if 0 < row["topK"] < len(x) else order
    mass = numpy.exp((x.astype(numpy.float64) - x.max()) / numpy.float64(
        numpy.float32(row["temperature"])))
    margin = 1.0
    if row["topP"] < 1:
        share = numpy.float64(numpy.float32(row["topP"]))
        sums = numpy.cumsum(mass[kept])
        size = int((sums < share * sums[-1]).sum()) + 1
        margin = abs(sums[:size] - share * sums[-1]).min() / sums[-1]
        kept = kept[:size]
    ids = numpy.sort(kept)
    ids = ids[(mass[ids] > 0) & (mass[ids] >= numpy.float64(numpy.float32(row["minP"])))]
    sums = numpy.cumsum(mass[ids])
    position = row["outputPosition"]
    word = philox_word(row["seed"] & (2**64 - 1),
                       (position & 0xFFFFFFFF, position >> 32, row["choice"], 0))
    target = (word + 0.5) / 2**32 * sums[-1]
    i = min(int(numpy.searchsorted(sums, target)), len(ids) - 1)
    return int(ids[i]), min(margin, abs(sums - target).min() / sums[-1])


def random_row(choose, vocabulary, i):
    pick = lambda *values: values[choose.integers(len(values))]
    size = min(vocabulary // 2, 50)
    tokens = choose.permutation(vocabulary)[:size] if i % 3 else []
    return {
        "temperature": pick(0.0, 0.3, 0.7, 1.0, 2.5), "topK": int(pick(0, 1, 5, 50, 1000)),
        "topP": pick(1.0, 0.9, 0.5, 0.05), "minP": pick(0.0, 0.0, 0.05, 0.5),
        "repetition": pick(1.0, 1.3, 0.8), "presence": pick(0.0, 0.7), "frequency": pick(0.0, 0.2),
        "seed": int(choose.integers(-2**63, 2**63 - 1)), "outputPosition": int(i * 7919),
        "choice": int(choose.integers(4)), "bans": choose.permutation(vocabulary)[:i % 5],
        "penalties": [(int(t), int(choose.integers(3))) for t in tokens],
    }


def sample_rows(fovea, logits, rows):
    tokens = torch.full((len(rows),), -7, dtype=torch.int32, device=fovea.device)
    put = lambda values, dtype: torch.tensor(values, dtype=dtype, device=fovea.device)
    start = lambda key: put([0] + list(numpy.cumsum([len(row[key]) for row in rows])), torch.int32)
    penalties = [pair for row in rows for pair in row["penalties"]]
    arrays = {key: put([row[key] for row in rows], torch.float32)
              for key in ("temperature", "topP", "minP", "repetition", "presence", "frequency")}
    arrays |= {key: put([row[key] for row in rows], torch.int64)
               for key in ("seed", "outputPosition")}
    arrays |= {key: put([row[key] for row in rows], torch.int32) for key in ("topK", "choice")}
    arrays |= dict(
        banStart=start("bans"), penaltyStart=start("penalties"),
        banned=put([int(b) for row in rows for b in row["bans"]] + [0], torch.int32),
        penaltyToken=put([t for t, _ in penalties] + [0], torch.int32),
        penaltyCount=put([c for _, c in penalties] + [0], torch.int32))
    fovea.run("sample", "FoveaSample", logits=logits, tokens=tokens, numRows=len(rows),
              vocabulary=logits.shape[1], **arrays)
    fovea.synchronize()
    return tokens.cpu().tolist()


def sampling(report, fovea, options):
    choose = numpy.random.default_rng(options.seed)
    sizes = ((1, 4), (5, 16), (1000, 64), (32000, 32), (151936, 24), (262144, 8))
    for vocabulary, count in sizes[:4] if options.small else sizes:
        logits = (4 * choose.standard_normal((count, vocabulary))).astype(numpy.float32)
        logits[1::4] = numpy.round(logits[1::4])  # many ties
        logits[2::8] = 0.25  # nothing but ties
        logits[3::16, 0] = -numpy.inf
        if vocabulary >= 1000:
            logits[5, 17] = numpy.nan
            logits[6] = -numpy.inf
        rows = [random_row(choose, vocabulary, i) for i in range(count)]
        tokens = sample_rows(fovea, torch.from_numpy(logits.copy()).to(fovea.device), rows)
        for i, row in enumerate(rows):
            token, margin = expected_token(logits[i], row)
            # Sums round differently: a draw this near to a border may fall on either side.
            report.check(f"sample V={vocabulary} row {i} {row}" if vocabulary < 10 else
                         f"sample V={vocabulary} row {i}", tokens[i] == token or margin < 1e-9,
                         f"expected {token}, got {tokens[i]}, margin {margin:.3g}")


def uploads(report, fovea, options):
    if not fovea.is_cuda:
        return
    choose = numpy.random.default_rng(options.seed)
    for size in (1, 4 << 20, (9 << 20) + 3, 100_000_007):
        host = choose.integers(0, 256, size, dtype=numpy.uint8)
        to = torch.zeros(size, dtype=torch.uint8, device=fovea.device)
        for threads in (1, 5):
            to.fill_(7)
            fovea.status("foveaUpload", fovea.stream, ctypes.c_uint64(to.data_ptr()),
                         ctypes.c_uint64(host.ctypes.data), ctypes.c_int64(size), threads)
            report.check(f"upload {size} {threads}", numpy.array_equal(to.cpu().numpy(), host),
                         "expected the same bytes, got others")


def borders(report, fovea, options):
    """Bad arguments get a status and a text; a lost device answers DEVICE_ERROR ever after."""
    from binding import FULL, FoveaError
    from paged import Batch, Shape

    def refused(name, status, function):
        try:
            function()
            report.check(name, False, "expected an error, got none")
        except FoveaError as error:
            report.check(name, error.status == status, str(error))

    full = Batch(fovea, Shape(4, 2, 64, torch.bfloat16, mask=FULL), [(5, 70)], 0, options.seed)
    params, _ = full.params()
    params.window = 3
    refused("full window", 1, lambda: fovea.call("attention", params))
    batch = Batch(fovea, Shape(4, 2, 64, torch.bfloat16), [(1, 900), (5, 70)], 1, options.seed)
    for field, value, status in (("headDim", 60, 1), ("type", 3, 1), ("softCap", 1.0, 4),
                                 ("queryHeads", 3, 1), ("kPageStride", -1, 1), ("q", 0, 1),
                                 ("mask", 7, 1)):
        params, _ = batch.params()
        setattr(params, field, value)
        refused(field, status, lambda: fovea.call("attention", params))
    if not fovea.is_cuda:
        return
    for field, value, status in (("workspaceBytes", 16, 1), ("numGenerated", 3, 1),
                                 ("longestPrompt", 1 << 20, 1),
                                 ("scale", -1.0, 4)):
        params, _ = batch.params()
        setattr(params, field, value)
        refused(field, status, lambda: fovea.call("attention", params))
    death = subprocess.run([sys.executable, os.path.abspath(__file__), options.library,
                            options.header], capture_output=True, text=True, timeout=120)
    report.check("death", "deaths 5 5" in death.stdout, death.stdout + death.stderr)


def die(library, header):
    from binding import Fovea
    fovea = Fovea(library, header)
    fovea.library.foveaFailDevice(fovea.stream)
    first = fovea.library.foveaSynchronize(fovea.stream)
    print(fovea.library.foveaLastError().decode())
    print("deaths", first, fovea.library.foveaSynchronize(fovea.stream))
    sys.stdout.flush()
    os._exit(0)  # torch would abort on its way out


SECTIONS = {"embed": embed_and_gather, "put_ids": put_ids, "norms": norms, "rope": rope_append,
            "activation": activations, "bias": biases, "sample": sampling, "upload": uploads,
            "borders": borders}

if __name__ == "__main__":
    die(*sys.argv[1:3])
