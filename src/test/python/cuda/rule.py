"""What is asked of a result: the largest error is at most twice that of the same maths done naively
in the same type, plus a floor of two roundings of that type (FlashAttention's own rule)."""

import torch


class Report:
    def __init__(self):
        self.section, self.results = "", {}

    def start(self, section):
        self.section = section
        self.results[section] = {"checks": 0, "failures": [], "worst": 0.0}

    def check(self, name, passed, detail=""):
        result = self.results[self.section]
        result["checks"] += 1
        if not passed:
            result["failures"].append(f"{name}: {detail}")
            if len(result["failures"]) <= 20:
                print(f"FAIL {self.section}: {name}: {detail}", flush=True)

    def equal(self, name, ours, expected):
        same = torch.equal(ours.view(torch.uint8), expected.view(torch.uint8))
        self.check(name, same, "expected the same bits, got others")

    def close(self, name, ours, exact, naive):
        """ours and naive in the type under test, exact in fp64."""
        if ours.numel() == 0:
            return
        if not torch.isfinite(ours).all():
            return self.check(name, False, f"{int((~torch.isfinite(ours)).sum())} not finite")
        error = (ours.double() - exact).abs().max().item()
        naive_error = (naive.double() - exact).abs().max().item()
        rounded = exact.to(ours.dtype)
        floor = 2 * ((rounded + 0.3 - 0.3) - rounded).abs().max().item() + 1e-6
        bound = 2 * naive_error + floor
        worst = self.results[self.section]
        worst["worst"] = max(worst["worst"], error / bound)
        self.check(name, error <= bound, f"error {error:.3g}, bound {bound:.3g}, "
                                         f"naive {naive_error:.3g}")
