#!/usr/bin/env python3
"""What Hugging Face transformers reaches in serving a Llama-3-8B-shaped model with random bf16
weights (speed does not depend on their values): prefill, generate, and its continuous batching.

    serving.py [--shape tiny] [--requests 256] [--json serving.json]

Beside it the roofline of a batch of one: every weight but the input embedding read once at the
bandwidth of a plain read, taken in the same run.
"""

import argparse
import json
import random
import statistics
import time

import torch
import transformers

import attention

SHAPES = {
    "8b": dict(vocab_size=128256, hidden_size=4096, intermediate_size=14336, num_hidden_layers=32,
               num_attention_heads=32, num_key_value_heads=8),
    "tiny": dict(vocab_size=512, hidden_size=256, intermediate_size=512, num_hidden_layers=2,
                 num_attention_heads=4, num_key_value_heads=2),
}
PROMPT, ANSWER = 512, 128


def make_model(shape, device):
    config = transformers.LlamaConfig(
        **SHAPES[shape], max_position_embeddings=131072, rope_theta=500000.0,
        tie_word_embeddings=False, bos_token_id=1, eos_token_id=None, pad_token_id=0)
    torch.set_default_dtype(torch.bfloat16)
    with torch.device(device):
        model = transformers.LlamaForCausalLM(config)
        for parameter in model.parameters():
            parameter.data.normal_(0, 0.02)
    model.eval()
    model.set_attn_implementation("sdpa")
    return model


def synchronize(device):
    if device == "cuda":
        torch.cuda.synchronize()


def seconds(device, function, repeats=3):
    """Median, after one to warm up."""
    function()
    times = []
    for _ in range(repeats):
        synchronize(device)
        began = time.monotonic()
        function()
        synchronize(device)
        times.append(time.monotonic() - began)
    return statistics.median(times)


def prefill(model, lengths):
    """Tokens a second by prompt length, one row of logits."""
    rates = {}
    for length in lengths:
        ids = torch.randint(3, model.config.vocab_size, (1, length), device=model.device)
        taken = seconds(model.device.type,
                        lambda: model(ids, use_cache=False, logits_to_keep=1))
        rates[length] = round(length / taken)
    return rates


def generate(model, batches):
    """Output tokens a second by batch, 512 tokens in, 64 out, the prefill included."""
    rates = {}
    for batch in batches:
        ids = torch.randint(3, model.config.vocab_size, (batch, PROMPT), device=model.device)
        taken = seconds(model.device.type, lambda: model.generate(
            ids, attention_mask=torch.ones_like(ids), do_sample=False, max_new_tokens=64,
            min_new_tokens=64), repeats=1)
        rates[batch] = round(batch * 64 / taken, 1)
    return rates


def continuous_batching(model, count):
    """Output tokens a second of so many requests of 512 tokens in and 128 out."""
    draw = random.Random(0)
    requests = [[draw.randrange(3, model.config.vocab_size) for _ in range(PROMPT)]
                for _ in range(count)]
    config = transformers.GenerationConfig(max_new_tokens=ANSWER, do_sample=False,
                                           eos_token_id=-1, pad_token_id=0)
    run = lambda some: model.generate_batch(inputs=some, generation_config=config,
                                            progress_bar=False)
    run(requests[:8])
    began = time.monotonic()
    tokens = sum(len(answer.generated_tokens) for answer in run(requests).values())
    return round(tokens / (time.monotonic() - began))


def weight_bytes(model):
    counted = sum(p.numel() * p.element_size() for p in model.parameters())
    return counted - model.get_input_embeddings().weight.numel() * 2


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shape", choices=SHAPES, default="8b")
    parser.add_argument("--requests", type=int, default=256)
    parser.add_argument("--json")
    options = parser.parse_args()
    device = "cuda" if torch.cuda.is_available() else "cpu"
    result = {"torch": torch.__version__, "transformers": transformers.__version__,
              "shape": options.shape}
    if device == "cuda":
        result |= {"clocks before": attention.clocks(), "ceilings": attention.ceilings()}
    print(result, flush=True)
    model = make_model(options.shape, device)
    if device == "cuda":
        result["roofline tok/s"] = round(
            result["ceilings"]["read GB/s"] * 1e9 / weight_bytes(model))
    lengths = (2048, 8192, 32768) if device == "cuda" else (64,)
    parts = {"prefill tok/s": lambda: prefill(model, lengths),
             "generate tok/s": lambda: generate(model, (1, 32, 128) if device == "cuda" else (1,)),
             "continuous batching tok/s": lambda: continuous_batching(model, options.requests)}
    with torch.no_grad():
        for name, part in parts.items():
            result[name] = attention.measured(part)
            print(name, result[name], flush=True)
    if options.json:
        with open(options.json, "w") as file:
            json.dump(result, file, indent=1)


if __name__ == "__main__":
    main()
