"""Makes the parity fixtures: tiny random checkpoints and what transformers computes with them.

    python3 make_fixtures.py --out src/test/resources/parity

Needs torch and transformers 5 (the manifest names the versions used); takes no network. Weights are
drawn so that logits are far from flat, rounded to bf16 and stored as bf16, so that the same file
serves an fp32 run (its values are exact there) and a bf16 run. For each checkpoint the script keeps
config.json as transformers 5 writes it or, where STYLE says 4, as transformers 4 did.

Two Llamas are computed by others. The class of transformers turns whole heads whatever the config
says, so the one with a partial rotation is a Glm4Moe whose layers are all dense: the same block. And
its dynamic rotation depends on the calls before, so the one beyond its trained context has, in the
class, the base that transformers takes for the whole context.
"""

import argparse
import hashlib
import json
import pathlib
import shutil

import numpy as np
import torch
import transformers
from safetensors.torch import load_file, save_file
from transformers.modeling_rope_utils import ROPE_INIT_FUNCTIONS

VOCABULARY = 64
POSITIONS = 320
PROMPT_LENGTHS = (5, 70, 200)
KEPT_ROWS = 64  # of the longest prompt, the last
GREEDY_FROM = 1  # the prompt that is continued
GREEDY_TOKENS = 64

LLAMA = dict(
    vocab_size=VOCABULARY, hidden_size=64, intermediate_size=64, num_hidden_layers=2,
    max_position_embeddings=POSITIONS, bos_token_id=1, eos_token_id=2, pad_token_id=None,
)
GPT = dict(
    vocab_size=VOCABULARY, n_embd=128, n_inner=64, n_layer=2, n_head=2, n_positions=POSITIONS,
    bos_token_id=1, eos_token_id=2, pad_token_id=None,
)


def heads(query, kv, dim):
    return dict(num_attention_heads=query, num_key_value_heads=kv, head_dim=dim)


def rope(kind, theta, **more):
    return dict(rope_parameters=dict(rope_type=kind, rope_theta=theta, **more))


def stretched(theta, factor, trained, dim):
    """The base of a dynamic rotation over all positions, as transformers' own function has it."""
    config = transformers.LlamaConfig(
        head_dim=dim, max_position_embeddings=trained, **rope("dynamic", theta, factor=factor))
    frequencies, _ = ROPE_INIT_FUNCTIONS["dynamic"](config, None, seq_len=POSITIONS)
    return float(frequencies[-1]) ** (-dim / (dim - 2))


# name: (family, style of config.json, settings)
FIXTURES = {
    "llama-mha": ("Llama", 4, {**LLAMA, **heads(4, 4, 64), **rope("default", 10000.0)}),
    "llama-llama3": ("Llama", 5, {
        **LLAMA, **heads(8, 2, 64), "tie_word_embeddings": True, "eos_token_id": [2, 3],
        **rope("llama3", 500000.0, factor=8.0, low_freq_factor=1.0, high_freq_factor=4.0,
               original_max_position_embeddings=64)}),
    "llama-linear": ("Llama", 4, {
        **LLAMA, **heads(4, 1, 80), "attention_bias": True, "mlp_bias": True,
        **rope("linear", 10000.0, factor=4.0)}),
    "llama-yarn": ("Llama", 5, {
        **LLAMA, "hidden_size": 48, **heads(8, 1, 96),
        **rope("yarn", 10000.0, factor=5.0, original_max_position_embeddings=64)}),
    "llama-yarn-mscale": ("Llama", 4, {
        **LLAMA, "hidden_size": 48, **heads(2, 1, 64),
        **rope("yarn", 50000.0, factor=5.0, original_max_position_embeddings=64, beta_fast=16.0,
               beta_slow=2.0, mscale=0.8, mscale_all_dim=0.5, truncate=False)}),
    "mistral-window": ("Mistral", 4, {
        **LLAMA, **heads(4, 1, 128), "sliding_window": 48, **rope("default", 10000.0)}),
    "qwen2-window": ("Qwen2", 5, {
        **LLAMA, "hidden_size": 128, "num_attention_heads": 2, "num_key_value_heads": 1,
        "use_sliding_window": True, "sliding_window": 40, "max_window_layers": 1,
        "tie_word_embeddings": True, **rope("default", 1000000.0)}),
    "qwen2-gqa": ("Qwen2", 4, {
        **LLAMA, "hidden_size": 256, "intermediate_size": 32, "num_hidden_layers": 1,
        "num_attention_heads": 4, "num_key_value_heads": 1, **rope("default", 10000.0)}),
    "qwen3-sharded": ("Qwen3", 5, {
        **LLAMA, **heads(2, 1, 256), "tie_word_embeddings": True, **rope("default", 1000000.0)}),
    "gpt2": ("GPT2", 5, {**GPT}),
    "gpt2-bare": ("GPT2", 4, {**GPT, "scale_attn_by_inverse_layer_idx": True}),
    "bigcode-mqa": ("GPTBigCode", 4, {**GPT}),
    "bigcode-mha": ("GPTBigCode", 5, {**GPT, "multi_query": False}),
    "llama-partial": ("Glm4Moe", 4, {
        **LLAMA, **heads(4, 2, 40), "first_k_dense_replace": 2, "rms_norm_eps": 1e-6,
        **rope("default", 10000.0, partial_rotary_factor=0.3)}),
    "llama-dynamic": ("Llama", 5, {
        **LLAMA, **heads(4, 1, 64), **rope("dynamic", 10000.0, factor=2.0)}),
    "llama-dynamic-long": ("Llama", 4, {
        **LLAMA, **heads(4, 1, 64), **rope("default", stretched(10000.0, 2.5, 128, 64))}),
    "llama-head-20": ("Llama", 5, {
        **LLAMA, **heads(4, 2, 20), "attention_bias": True, **rope("default", 10000.0)}),
    "qwen3-head-12": ("Qwen3", 4, {
        **LLAMA, **heads(4, 2, 12), "tie_word_embeddings": True, **rope("default", 10000.0)}),
    "gpt2-head-18": ("GPT2", 5, {**GPT, "n_embd": 36}),
    "bigcode-mha-head-20": ("GPTBigCode", 4, {**GPT, "n_embd": 40, "multi_query": False}),
}

# What config.json says where that is not what computed the fixture.
PUBLISHED = {
    "llama-partial": {
        **LLAMA, **heads(4, 2, 40), **rope("default", 10000.0, partial_rotary_factor=0.3)},
    "llama-dynamic-long": {
        **LLAMA, **heads(4, 1, 64), "max_position_embeddings": 128,
        **rope("dynamic", 10000.0, factor=2.5)},
}


def classes(family):
    model = family + ("LMHeadModel" if family == "GPT2" else "ForCausalLM")
    return getattr(transformers, family + "Config"), getattr(transformers, model)


def draw_weights(model, generator):
    """Sharp attention (scores of deviation about 2), logits of deviation about 0.8."""
    tied = model.config.tie_word_embeddings
    for name, weight in model.named_parameters():
        noise = torch.randn(weight.shape, generator=generator)
        if weight.dim() == 1:
            is_gain = name.endswith("weight")
            value = 1 + 0.2 * noise if is_gain else 0.2 * noise
        elif "embed" in name or "wte" in name or "wpe" in name:
            value = noise * (0.8 * weight.shape[1] ** -0.5 if tied else 0.5)
        elif "lm_head" in name:
            value = noise * 0.8 * weight.shape[1] ** -0.5
        else:
            turned = type(model).__name__ == "GPT2LMHeadModel"
            inputs = weight.shape[0] if turned else weight.shape[1]
            gain = 1.4 if any(part in name for part in ("q_proj", "k_proj", "c_attn")) else 1.0
            value = noise * gain * inputs**-0.5
        with torch.no_grad():
            weight.copy_(value.bfloat16().float())


def logits_of(model, tokens):
    with torch.no_grad():
        return model(input_ids=torch.tensor([tokens]), use_cache=False).logits[0].float()


def greedy(model, prompt):
    tokens, margins = list(prompt), []
    for _ in range(GREEDY_TOKENS):
        best = torch.topk(logits_of(model, tokens)[-1], 2)
        tokens.append(int(best.indices[0]))
        margins.append(float(best.values[0] - best.values[1]))
    return tokens[len(prompt):], margins


def kept(logits, prompt):
    return logits[-KEPT_ROWS:] if len(prompt) == max(PROMPT_LENGTHS) else logits


def write_expected(folder, prompts):
    _, model_class = classes(FIXTURES[folder.name][0])
    exact = model_class.from_pretrained(folder, dtype=torch.float32, attn_implementation="eager")
    rounded = model_class.from_pretrained(folder, dtype=torch.bfloat16, attn_implementation="eager")
    fp32 = torch.cat([kept(logits_of(exact, p), p) for p in prompts])
    bf16 = torch.cat([kept(logits_of(rounded, p), p) for p in prompts])
    tokens, margins = greedy(exact, prompts[GREEDY_FROM])
    fp32.numpy().astype("<f4").tofile(folder / "logits-fp32.bin")
    bits = bf16.bfloat16().view(torch.int16).numpy()
    bits.astype("<i2").tofile(folder / "logits-bf16.bin")
    expected = dict(
        prompts=prompts, keptRows=[len(kept(torch.tensor(p), p)) for p in prompts],
        greedyFrom=GREEDY_FROM, greedyTokens=tokens, greedyMargins=[round(m, 6) for m in margins],
    )
    (folder / "expected.json").write_text(json.dumps(expected) + "\n")
    error = ((bf16 - fp32).abs().amax(1) / fp32.abs().amax(1)).max()
    print(f"{folder.name:18} |logit| {fp32.abs().amax():.2f} bf16 error {error:.4f} "
          f"distinct greedy {len(set(tokens))} least margin {min(margins):.4f}")


def as_transformers_4(config):
    """The fields that transformers 4 named differently."""
    config = dict(config)
    config["torch_dtype"] = config.pop("dtype")
    config["transformers_version"] = "4.57.1"
    parameters = config.pop("rope_parameters", None)
    config.pop("layer_types", None)
    if parameters is not None:
        if "partial_rotary_factor" in parameters:
            config["partial_rotary_factor"] = parameters.pop("partial_rotary_factor")
        config["rope_theta"] = parameters.pop("rope_theta")
        kind = parameters.pop("rope_type")
        # Before rope_type the field was called type; old checkpoints still have it.
        scaling = {"type" if kind in ("linear", "dynamic") else "rope_type": kind, **parameters}
        config["rope_scaling"] = None if kind == "default" else scaling
    return config


def as_on_the_hub(folder):
    """GPT-2's own file: names without the prefix, and the masks that nothing reads."""
    path = folder / "model.safetensors"
    tensors = {k.removeprefix("transformer."): v for k, v in load_file(path).items()}
    for layer in range(GPT["n_layer"]):
        tensors[f"h.{layer}.attn.bias"] = torch.ones(1, 1, 16, 16).tril()
        tensors[f"h.{layer}.attn.masked_bias"] = torch.tensor(-1e4)
    save_file(tensors, path, metadata={"format": "pt"})


def make(folder, family, style, settings, seed):
    shutil.rmtree(folder, ignore_errors=True)
    config_class, model_class = classes(family)
    generator = torch.Generator().manual_seed(seed)
    model = model_class(config_class(**settings))
    draw_weights(model, generator)
    shard = "100KB" if "sharded" in folder.name else "5GB"
    model.to(torch.bfloat16).save_pretrained(folder, max_shard_size=shard)
    prompts = [
        torch.randint(0, VOCABULARY, (n,), generator=generator).tolist() for n in PROMPT_LENGTHS
    ]
    write_expected(folder, prompts)
    if folder.name in PUBLISHED:
        config_class, model_class = classes("Llama")
        config_class(**PUBLISHED[folder.name], architectures=[model_class.__name__],
                     dtype="bfloat16").save_pretrained(folder)
    config_file = folder / "config.json"
    if style == 4:
        config = as_transformers_4(json.loads(config_file.read_text()))
        config_file.write_text(json.dumps(config, indent=2) + "\n")
    if "bare" in folder.name:
        as_on_the_hub(folder)


def manifest(out):
    files = sorted(p for p in out.rglob("*") if p.is_file() and p.name != "manifest.json")
    return dict(
        made_with=dict(torch=torch.__version__, transformers=transformers.__version__,
                       numpy=np.__version__),
        bytes=sum(p.stat().st_size for p in files),
        sha256={str(p.relative_to(out)): hashlib.sha256(p.read_bytes()).hexdigest() for p in files},
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=pathlib.Path, required=True)
    parser.add_argument("--only", help="make this fixture alone")
    parser.add_argument("--seed", type=int, default=1, help="of the first fixture")
    args = parser.parse_args()
    torch.set_num_threads(1)  # one order of summation
    for seed, (name, (family, style, settings)) in enumerate(FIXTURES.items(), args.seed):
        if args.only in (None, name):
            make(args.out / name, family, style, settings, seed)
    text = json.dumps(manifest(args.out), indent=1)
    (args.out / "manifest.json").write_text(text + "\n")


if __name__ == "__main__":
    main()
