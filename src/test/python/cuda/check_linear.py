"""linear for few tokens: the contract over shapes, one reduction order for every N, planted faults."""

import itertools

import torch

from binding import FoveaError

TYPES = (torch.bfloat16, torch.float16)
# K and M: tails of every unit, then a projection.
SIZES = [(8, 5), (96, 16), (104, 37), (1000, 300), (4096, 1030)]
MOST_TOKENS = 16


class Product:
    """x [N, K] and weight [M, K] with everything that one call needs."""

    def __init__(self, fovea, seed, dtype, sizes, bias_type=None, out_type=torch.float32):
        self.fovea, self.dtype, self.out_type = fovea, dtype, out_type
        self.inputs, self.outputs = sizes
        random = torch.Generator(device=fovea.device)
        random.manual_seed(seed)
        normal = lambda *size: torch.randn(size, generator=random, device=fovea.device)
        self.x = normal(MOST_TOKENS, self.inputs).to(dtype)
        self.weight = (normal(self.outputs, self.inputs) * self.inputs ** -0.5).to(dtype)
        self.bias = None if bias_type is None else normal(self.outputs).to(bias_type)

    def run(self, first=0, count=MOST_TOKENS):
        """Rows first .. first + count alone, into columns 3 .. of rows 5 longer than M."""
        x = self.x[first:first + count].contiguous()
        out = torch.full((count, self.outputs + 5), torch.nan, dtype=self.out_type,
                         device=self.fovea.device)
        self.fovea.run("linear", "FoveaLinear", x=x, weight=self.weight, bias=self.bias, out=out,
                       numTokens=count, inputs=self.inputs, outputs=self.outputs,
                       outStride=self.outputs + 5, outColumn=3, type=self.dtype,
                       biasType=torch.float32 if self.bias is None else self.bias.dtype,
                       outType=self.out_type)
        self.fovea.synchronize()
        return out

    def reference(self, compute):
        y = self.x.to(compute) @ self.weight.to(compute).T
        y = y.to(self.out_type) if compute == self.dtype else y
        return y if self.bias is None else y + self.bias.to(y.dtype)


def written(product, out):
    return out[:, 3:3 + product.outputs]


def contract(report, fovea, options):
    biases = (None, torch.float32, "own")
    for seed, (dtype, sizes, bias, wide) in enumerate(
            itertools.product(TYPES, SIZES, biases, (True, False))):
        bias_type = dtype if bias == "own" else bias
        product = Product(fovea, options.seed + seed, dtype, sizes, bias_type,
                          torch.float32 if wide else dtype)
        name = f"linear {dtype} {sizes} bias {bias_type} -> {product.out_type}"
        out = product.run()
        report.close(name, written(product, out), product.reference(torch.float64),
                     product.reference(dtype).to(product.out_type))
        others = torch.cat((out[:, :3], out[:, 3 + product.outputs:]), 1)
        report.check(f"{name}: other columns", bool(torch.isnan(others).all()), "were written")


def invariance(report, fovea, options):
    """A token has the same bits alone, in every smaller batch and in every place of it."""
    for dtype, sizes in itertools.product(TYPES, SIZES):
        product = Product(fovea, options.seed, dtype, sizes)
        every = written(product, product.run())
        for count in range(1, MOST_TOKENS):
            first = MOST_TOKENS - count
            report.equal(f"linear {dtype} {sizes} N={count}",
                         written(product, product.run(first, count)).contiguous(),
                         every[first:].contiguous())
        product.x[4] = torch.nan
        rest = [n for n in range(MOST_TOKENS) if n != 4]
        report.equal(f"linear {dtype} {sizes} beside NaN",
                     written(product, product.run())[rest].contiguous(), every[rest].contiguous())


def faults(report, fovea, options):
    """The rule sees a lost last column and a lost row's tail; what cannot be computed is refused."""
    product = Product(fovea, options.seed, torch.bfloat16, (1000, 300))
    exact, naive = (product.reference(t) for t in (torch.float64, torch.bfloat16))
    bound = 2 * (naive.double() - exact).abs().max().item()
    product.x[:, -8:] = 0
    error = (written(product, product.run()).double() - exact).abs().max().item()
    report.check("planted: the last 8 columns", error > 2 * bound, f"{error:.3g} of {bound:.3g}")
    if not fovea.is_cuda:
        return
    for what, sizes, count in (("K % 8", (1001, 300), 16), ("17 tokens", (1000, 300), 17)):
        refused = Product(fovea, options.seed, torch.bfloat16, sizes)
        refused.x = refused.x.repeat(2, 1)
        try:
            refused.run(0, count)
            report.check(f"refuses {what}", False, "was computed")
        except FoveaError as error:
            report.check(f"refuses {what}", error.status == 1, str(error))


def linear(report, fovea, options):
    contract(report, fovea, options)
    invariance(report, fovea, options)
    faults(report, fovea, options)


SECTIONS = {"linear": linear}
