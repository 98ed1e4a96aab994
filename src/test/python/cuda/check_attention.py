"""Attention: the contract over shapes, batch and repeat invariance, long contexts, graphs."""

import itertools

import torch

from binding import CAUSAL, FULL
from paged import SLOTS, Batch, Shape

HEADS = [(4, 4), (8, 2), (16, 2), (16, 1), (24, 1), (40, 1)]
DIMS = [64, 80, 96, 128, 256]
MASKS = [dict(), dict(window=100), dict(mask=FULL)]
# (rows, context): generated tokens, then prompts, chunks, and rows that see nothing.
GENERATED = [(1, n) for n in (1, 17, 64, 65, 1000, 4097, 0)]
SPLIT_CONTEXT = 2048  # prompts that see so much may have other bits in another batch
PROMPTS = [(n, n) for n in (1, 17, 64, 65, 1000)] + [(100, 4097), (64, 128), (5, 2), (0, 40)]


def check_batch(report, batch, name):
    out = batch.run()
    for i in range(len(batch.sequences)):
        ours = out[batch.starts[i]:batch.starts[i + 1]]
        report.close(f"{name} sequence {i} {batch.sequences[i]}", ours,
                     batch.reference(i, torch.float64), batch.reference(i, batch.shape.dtype))
    return out


def smoke(report, fovea, options):
    """Every kernel once on small shapes: what compute-sanitizer is run on."""
    for dtype in (torch.bfloat16, torch.float32):
        for dim in (64, 80, 256):
            sequences = [(1, 700), (1, 20), (1, 0), (130, 130), (3, 70)]
            for mask in (dict(window=0 if dim == 64 else 90), dict(mask=FULL)):
                shape = Shape(6, 2, dim, dtype, **mask)
                check_batch(report, Batch(fovea, shape, sequences, 3, options.seed), f"{shape}")


def contract(report, fovea, options):
    """Head dims x ratios x masks x types, every length in one ragged batch."""
    types = [torch.bfloat16, torch.float16]
    cases = list(itertools.product(types, DIMS, HEADS, MASKS))
    cases += [(torch.float32, *case)
              for case in itertools.product((64, 80), ((8, 2), (4, 4)), MASKS)]
    cases += [(dtype, 64, (8, 2), dict(window=2 ** 31 - 1)) for dtype in types]
    if options.small:
        cases = cases[::7]
    for seed, (dtype, dim, heads, mask) in enumerate(cases):
        shape = Shape(*heads, dim, dtype, **mask)
        batch = Batch(fovea, shape, GENERATED + PROMPTS, len(GENERATED), options.seed + seed)
        check_batch(report, batch, f"{shape}")


def planted_faults(report, fovea, options):
    """The rule must see a wrong mask, an off-by-one page and a slot past the end."""
    faults = {
        "window": lambda p, t: setattr(p, "window", 100),
        "page": lambda p, t: t["pageTable"][:, 1].copy_(t["pageTable"][:, 2]),
        "length": lambda p, t: t["contextLength"].sub_(1),
    }
    plant_each(report, fovea, Batch(fovea, Shape(8, 2, 64, torch.bfloat16), [(1, 140), (60, 140)], 1,
                                    options.seed), faults)
    for mask, other in ((CAUSAL, FULL), (FULL, CAUSAL)):  # a prompt alone: a last row sees all
        shape = Shape(8, 2, 64, torch.bfloat16, mask=mask)
        plant_each(report, fovea, Batch(fovea, shape, [(60, 140)], 0, options.seed),
                   {f"mask {other}": lambda p, t: setattr(p, "mask", other)})


def plant_each(report, fovea, batch, faults):
    for fault, plant in faults.items():
        params, tensors = batch.params()
        plant(params, tensors)
        fovea.call("attention", params)
        fovea.synchronize()
        for i in range(len(batch.sequences)):
            exact = batch.reference(i, torch.float64)
            naive = batch.reference(i, batch.shape.dtype)
            ours = tensors["out"][batch.starts[i]:batch.starts[i + 1]]
            error = (ours.double() - exact).abs().max().item()
            bound = 2 * (naive.double() - exact).abs().max().item()
            report.check(f"planted {fault} in sequence {i}", not error <= 2 * bound,  # NaN is seen, too
                         f"error {error:.3g} hides under twice the bound {bound:.3g}")


def invariance(report, fovea, options):
    """A sequence alone has the bits that it has in a batch, and so has every repeat."""
    prompts = [(rows, context) for rows, context in PROMPTS if context < SPLIT_CONTEXT]
    for seed, dim in enumerate(DIMS):
        for mask in MASKS:
            shape = Shape(16, 2, dim, torch.bfloat16, **mask)
            batch = Batch(fovea, shape, GENERATED + prompts, len(GENERATED), options.seed + seed)
            out = batch.run()
            for i in range(len(batch.sequences)):
                report.equal(f"{shape} sequence {i} alone", batch.run(only=i),
                             out[batch.starts[i]:batch.starts[i + 1]])
    shape = Shape(8, 2, 128, torch.bfloat16)
    contexts = torch.randint(1, 3000, (40,), generator=torch.Generator().manual_seed(options.seed))
    sequences = [(1, int(n)) for n in contexts] + [(int(n) % 300 + 1, int(n) + 300)
                                                  for n in contexts[:20]]
    batch = Batch(fovea, shape, sequences, 40, options.seed)
    params, tensors = batch.params()
    first = None
    for _ in range(10 if options.small else 250):
        tensors["out"].fill_(torch.nan)
        fovea.call("attention", params)
        fovea.synchronize()
        first = tensors["out"].clone() if first is None else first
        report.equal("repeat", tensors["out"], first)


def long_context(report, fovea, options):
    """64 rows of a prompt of 131,072 tokens under either mask, and a token after it."""
    length = 4096 if options.small else 131072
    for mask in (CAUSAL, FULL):
        shape = Shape(8, 2, 128, torch.bfloat16, mask=mask)
        batch = Batch(fovea, shape, [(1, length), (length, length)], 1, options.seed, spread=1)
        out = batch.run()
        report.close(f"generated, mask {mask}", out[:1], batch.reference(0, torch.float64),
                     batch.reference(0, shape.dtype))
        chosen = torch.randint(0, length, (64,), device=fovea.device)
        for rows in chosen.split(8):
            report.close(f"prompt, mask {mask}", out[1:][rows],
                         batch.reference(1, torch.float64, rows),
                         batch.reference(1, shape.dtype, rows))


def split_walks(report, fovea, options):
    """Few prompt rows behind long contexts, alone, side by side and beside one that is short."""
    length = 5000 if options.small else 100_000
    alone = [[(rows, length)] for rows in (1, 64, 200, 600)]
    mixed = [[(64, length), (30, length // 3), (10, 10)], [(1, length), (70, length), (70, 3000)]]
    for dim, window, mask in ((128, 0, CAUSAL), (64, 0, FULL), (80, 0, CAUSAL), (256, 0, CAUSAL),
                              (128, 4000, CAUSAL)):
        for sequences in alone + mixed:
            shape = Shape(8, 2, dim, torch.bfloat16, window=window, mask=mask)
            batch = Batch(fovea, shape, sequences, 0, options.seed, spread=1)
            out = batch.run()
            report.check("all rows are there", not out.isnan().any().item(), "some are NaN")
            for i, (rows, _) in enumerate(sequences):
                chosen = torch.randint(0, rows, (min(rows, 16),), device=fovea.device)
                report.close(f"{shape} sequence {i} of {sequences}", out[batch.starts[i]:][chosen],
                             batch.reference(i, torch.float64, chosen),
                             batch.reference(i, shape.dtype, chosen))
            report.equal(f"{shape} {sequences} again", batch.run(), out)


def large_grids(report, fovea, options):
    """More tiles of rows than a grid's second dimension has places, 65,535; and more keys and values
    than the cache holds, of heads that their sections do not divide."""
    check_grid(report, fovea, options, Shape(64, 1, 8, torch.bfloat16, window=100), 131200)
    for mask in (CAUSAL, FULL):
        check_grid(report, fovea, options, Shape(21, 7, 128, torch.bfloat16, mask=mask), 24000)


def check_grid(report, fovea, options, shape, length):
    length = 2048 if options.small else length
    batch = Batch(fovea, shape, [(length, length)], 0, options.seed, spread=1)
    out = batch.run()
    report.check("all rows are there", not out.isnan().any().item(), "some are NaN")
    chosen = torch.randint(0, length, (60,), device=fovea.device)
    ends = torch.tensor([0, 1, length - 2, length - 1], device=fovea.device)
    for rows in torch.cat([ends, chosen]).split(8):
        report.close(f"rows {rows.tolist()}", out[rows], batch.reference(0, torch.float64, rows),
                     batch.reference(0, shape.dtype, rows))


def large_offsets(report, fovea, options):
    """Pages on both sides of element 2^31 of the pool."""
    shape = Shape(16, 8, 128, torch.bfloat16)
    page = shape.kv_heads * SLOTS * shape.head_dim
    border = 2**31 // page
    batch = Batch(fovea, shape, [(1, 700), (500, 600)], 1, options.seed)
    size = (border + 40, shape.kv_heads, SLOTS, shape.head_dim)
    expected = batch.run()
    pools = [torch.full(size, torch.nan, dtype=shape.dtype, device=fovea.device) for _ in range(2)]
    used = batch.table < 1 << 30
    ids = batch.table[used].long()
    places = border - 5 + torch.arange(ids.numel(), device=fovea.device)
    pools[0][places], pools[1][places] = batch.k[ids], batch.v[ids]
    batch.table[used] = places.int()
    batch.k, batch.v = pools
    report.equal("pages about 2^31", batch.run(), expected)


def graph(report, fovea, options):
    """A captured step replayed with other lengths."""
    if not fovea.is_cuda:
        return
    shape = Shape(32, 8, 128, torch.bfloat16)
    sequences = [(1, n) for n in (4000, 1, 300, 2000, 0)]
    batch = Batch(fovea, shape, sequences, 5, options.seed)
    params, tensors = batch.params()
    lengths = [tensors["contextLength"].clone(), batch.tensor([1, 1, 300, 1500, 0])]
    captured = torch.cuda.CUDAGraph()
    torch.cuda.synchronize()
    captured.capture_begin()
    fovea.call("attention", params)
    captured.capture_end()
    for i, length in enumerate(lengths):
        tensors["contextLength"].copy_(length)
        tensors["out"].fill_(torch.nan)
        captured.replay()
        replayed = tensors["out"].clone()
        tensors["out"].fill_(torch.nan)
        fovea.call("attention", params)
        fovea.synchronize()
        report.equal(f"replay {i}", replayed, tensors["out"])


SECTIONS = {"smoke": smoke, "contract": contract, "planted": planted_faults, "invariance": invariance,
            "long": long_context, "splits": split_walks, "grids": large_grids, "offsets": large_offsets, "graph": graph}
