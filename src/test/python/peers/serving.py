#!/usr/bin/env python3
"""What Hugging Face transformers reaches in serving a Llama-3-8B-shaped model with random bf16
weights (speed does not depend on their values): prefill, generate, and its continuous batching.

    serving.py [--shape tiny] [--parts prefill,generate,continuous] [--requests 256] [--limit 100]
               [--json serving.json]

Continuous batching that is not through within the limit, in seconds, is stopped: its rate is that of
the tokens made so far. Beside it the roofline of a batch of one: every weight but the input embedding read once at the
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
# Continuous batching: its attention by PyTorch's own, named so that none is looked for elsewhere;
# requests that are tried first, that run at once; the blocks of the KV cache.
PAGED = "paged|sdpa"
TRIED, AT_ONCE = 64, 128
BLOCK, BLOCKS_EACH, BATCH_TOKENS = 256, 4, 8192


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


def draw_requests(model, count, seed):
    draw = random.Random(seed)
    return [[draw.randrange(3, model.config.vocab_size) for _ in range(PROMPT)]
            for _ in range(count)]


def batched(model, requests, limit):
    """What requests that come together do, to their end or for `limit` seconds.

    Room for all that run at once is asked for: what it infers from a GPU that other parts have used
    lets sequences in that it must then throw out again. Its `paged|sdpa` attention computes every
    sequence's queries against all sequences' keys and masks them, so many at once do not help."""
    at_once = min(AT_ONCE, len(requests))
    manager = model.init_continuous_batching(
        generation_config=transformers.GenerationConfig(
            max_new_tokens=ANSWER, do_sample=False, eos_token_id=-1, pad_token_id=0),
        continuous_batching_config=transformers.ContinuousBatchingConfig(
            block_size=BLOCK, num_blocks=at_once * BLOCKS_EACH, max_batch_tokens=BATCH_TOKENS,
            max_requests_per_batch=at_once, allow_block_sharing=False))
    manager.warmup()  # makes its cache
    manager.start()
    began = time.monotonic()
    manager.add_requests(inputs=requests, max_new_tokens=ANSWER)
    answers = []
    while (len(answers) < len(requests) and manager.is_running()
           and time.monotonic() < began + limit):
        answer = manager.get_result(timeout=0.1)
        answers += [answer] if answer else []
    taken, complete = time.monotonic() - began, len(answers)
    manager.stop(hard_stop=True, timeout=60)  # hands out what the others have so far
    while answer := manager.get_result(timeout=0):
        answers.append(answer)
    failure = manager.background_thread_status.fatal_error
    manager.destroy()
    if failure:
        raise RuntimeError(f"continuous batching: {failure}")
    tokens = sum(len(answer.generated_tokens) for answer in answers)
    return {"tok/s": round(tokens / taken), "tokens": tokens, "seconds": round(taken, 1),
            "requests": len(requests), "complete": complete, "at once": at_once}


def continuous_batching(model, count, limit):
    """Some requests with and without cuDNN's attention, which may plan anew for every length, then
    all of them with the better one, in `limit` seconds altogether."""
    if model.device.type == "cuda":
        torch.cuda.empty_cache()
    tried, left = [], limit
    for with_cudnn in (False, True):
        torch.backends.cuda.enable_cudnn_sdp(with_cudnn)
        requests = draw_requests(model, min(count, TRIED), seed=with_cudnn)
        began = time.monotonic()
        one = attention.measured(lambda: batched(model, requests, limit / 5))
        if isinstance(one, str):
            one = {"tok/s": 0, "error": one}
        tried.append(one | {"cuDNN": with_cudnn})
        print("tried:", tried[-1], flush=True)
        left -= time.monotonic() - began
    best = max(tried, key=lambda one: one["tok/s"])["cuDNN"]
    torch.backends.cuda.enable_cudnn_sdp(best)
    requests = draw_requests(model, count, seed=2)
    # Starting and stopping the tries may have taken what was left.
    together = attention.measured(lambda: batched(model, requests, max(left, limit / 5)))
    if isinstance(together, str):
        together = {"error": together}
    return together | {"cuDNN": best, "tried": tried}


def weight_bytes(model):
    counted = sum(p.numel() * p.element_size() for p in model.parameters())
    return counted - model.get_input_embeddings().weight.numel() * 2


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shape", choices=SHAPES, default="8b")
    parser.add_argument("--requests", type=int, default=256)
    parser.add_argument("--limit", type=float, default=100)
    parser.add_argument("--parts", default="prefill,generate,continuous")
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
    parts = {"prefill": lambda: prefill(model, lengths),
             "generate": lambda: generate(model, (1, 32, 128) if device == "cuda" else (1,)),
             "continuous": lambda: continuous_batching(model, options.requests, options.limit)}
    with torch.no_grad():
        for name in options.parts.split(","):
            model.set_attn_implementation(PAGED if name == "continuous" else "sdpa")
            result[name + " tok/s"] = attention.measured(parts[name])
            print(name, result[name + " tok/s"], flush=True)
    if options.json:
        with open(options.json, "w") as file:
            json.dump(result, file, indent=1)


if __name__ == "__main__":
    main()
