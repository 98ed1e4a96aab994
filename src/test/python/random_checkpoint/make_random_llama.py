"""Writes a Llama-shaped checkpoint with random bf16 weights, for speed measurements only.

    python3 make_random_llama.py --out DIR [--shape tiny|1b|8b] [--tokenizer DIR] [--gguf FILE]

Speed does not depend on the values, but zeros flatter hardware, so the weights are normal. The
tokenizer files are copied from another model directory. With --gguf the same tensors are also
written for llama.cpp with a made-up vocabulary. Needs numpy; uses all cores.
"""

import argparse
import concurrent.futures
import json
import pathlib
import shutil
import struct

import numpy as np

SHAPES = {
    "tiny": dict(hidden=256, layers=2, heads=4, kv_heads=2, head_dim=64, ffn=512, vocab=2048, tied=True),
    "1b": dict(hidden=2048, layers=16, heads=32, kv_heads=8, head_dim=64, ffn=8192, vocab=128256, tied=True),
    "8b": dict(hidden=4096, layers=32, heads=32, kv_heads=8, head_dim=128, ffn=14336, vocab=128256, tied=False),
}
CHUNK = 1 << 24


def tensors(shape):
    """(Hugging Face name, GGUF name, shape) in file order."""
    hidden, ffn, dim = shape["hidden"], shape["ffn"], shape["head_dim"]
    query, kv = shape["heads"] * dim, shape["kv_heads"] * dim
    yield "model.embed_tokens.weight", "token_embd.weight", (shape["vocab"], hidden)
    for i in range(shape["layers"]):
        hf, gguf = f"model.layers.{i}.", f"blk.{i}."
        yield hf + "input_layernorm.weight", gguf + "attn_norm.weight", (hidden,)
        yield hf + "self_attn.q_proj.weight", gguf + "attn_q.weight", (query, hidden)
        yield hf + "self_attn.k_proj.weight", gguf + "attn_k.weight", (kv, hidden)
        yield hf + "self_attn.v_proj.weight", gguf + "attn_v.weight", (kv, hidden)
        yield hf + "self_attn.o_proj.weight", gguf + "attn_output.weight", (hidden, query)
        yield hf + "post_attention_layernorm.weight", gguf + "ffn_norm.weight", (hidden,)
        yield hf + "mlp.gate_proj.weight", gguf + "ffn_gate.weight", (ffn, hidden)
        yield hf + "mlp.up_proj.weight", gguf + "ffn_up.weight", (ffn, hidden)
        yield hf + "mlp.down_proj.weight", gguf + "ffn_down.weight", (hidden, ffn)
    yield "model.norm.weight", "output_norm.weight", (hidden,)
    if not shape["tied"]:
        yield "lm_head.weight", "output.weight", (shape["vocab"], hidden)


def tokenizer_size(directory):
    """One more than the highest id of a Hugging Face tokenizer."""
    tokenizer = json.loads((directory / "tokenizer.json").read_text())
    added = [token["id"] for token in tokenizer["added_tokens"]]
    return 1 + max([*tokenizer["model"]["vocab"].values(), *added])


def loud(shape, name, dims):
    """Elements of a tensor before those of tokens that the tokenizer does not have: their rows of
    the output matrix are a tenth as large, so that what is drawn is text."""
    output = "model.embed_tokens.weight" if shape["tied"] else "lm_head.weight"
    return shape["words"] * dims[1] if name == output else int(np.prod(dims))


def chunk(seed, tensor, start, dims, loud):
    """bf16 bit patterns from element `start` on: ones for norms, else normal, scaled by the fan-in."""
    n = min(CHUNK, int(np.prod(dims)) - start)
    if len(dims) == 1:
        numbers = np.ones(n, np.float32)
    else:
        rng = np.random.default_rng((seed, tensor, start))
        numbers = rng.standard_normal(n, np.float32) * np.float32(dims[1] ** -0.5)
        numbers[max(0, loud - start):] *= np.float32(0.1)
    bits = numbers.view(np.uint32)
    return ((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16).astype(np.uint16)


def write_chunk(path, at, *what):
    with open(path, "r+b") as out:
        out.seek(at)
        out.write(chunk(*what).tobytes())


def write_safetensors(path, shape, seed):
    header, offset, chunks = {}, 0, []
    for tensor, (name, _, dims) in enumerate(tensors(shape)):
        count = int(np.prod(dims))
        header[name] = {"dtype": "BF16", "shape": list(dims), "data_offsets": [offset, offset + 2 * count]}
        chunks += [(offset + 2 * start, seed, tensor, start, dims, loud(shape, name, dims))
                   for start in range(0, count, CHUNK)]
        offset += 2 * count
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    begin = 8 + len(text)
    with open(path, "wb") as out:
        out.write(struct.pack("<Q", len(text)) + text)
        out.truncate(begin + offset)
    with concurrent.futures.ProcessPoolExecutor() as pool:
        written = [pool.submit(write_chunk, path, begin + at, *what) for at, *what in chunks]
        for one in written:
            one.result()


def write_config(out, shape):
    config = {
        "architectures": ["LlamaForCausalLM"],
        "model_type": "llama",
        "hidden_size": shape["hidden"],
        "intermediate_size": shape["ffn"],
        "num_hidden_layers": shape["layers"],
        "num_attention_heads": shape["heads"],
        "num_key_value_heads": shape["kv_heads"],
        "head_dim": shape["head_dim"],
        "vocab_size": shape["vocab"],
        "max_position_embeddings": 131072,
        "rms_norm_eps": 1e-5,
        "rope_theta": 500000.0,
        "hidden_act": "silu",
        "tie_word_embeddings": shape["tied"],
        "attention_bias": False,
        "mlp_bias": False,
        "torch_dtype": "bfloat16",
        "bos_token_id": 0,
        "eos_token_id": 1,
    }
    (out / "config.json").write_text(json.dumps(config, indent=2) + "\n")


class Gguf:
    """The few value kinds of GGUF version 3 that a Llama needs."""

    def __init__(self):
        self.fields = []

    @staticmethod
    def text(value):
        raw = value.encode()
        return struct.pack("<Q", len(raw)) + raw

    def string(self, key, value):
        self.fields.append(self.text(key) + struct.pack("<I", 8) + self.text(value))

    def uint32(self, key, value):
        self.fields.append(self.text(key) + struct.pack("<II", 4, value))

    def float32(self, key, value):
        self.fields.append(self.text(key) + struct.pack("<If", 6, value))

    def array(self, key, kind, items):
        """kind 5: i32, 6: f32, 8: text; items are packed already."""
        self.fields.append(
            self.text(key) + struct.pack("<IIQ", 9, kind, len(items)) + b"".join(items)
        )


def add_vocabulary(meta, size):
    """A SentencePiece-style vocabulary of made-up words: llama.cpp does not start without one."""
    words = ["<unk>", "<s>", "</s>"] + [f"<0x{byte:02X}>" for byte in range(256)]
    kinds = [2, 3, 3] + [6] * 256  # unknown, control, byte; the rest is normal (1)
    words += [f"word{i}" for i in range(len(words), size)]
    kinds += [1] * (size - len(kinds))
    meta.string("tokenizer.ggml.model", "llama")
    meta.array("tokenizer.ggml.tokens", 8, [Gguf.text(word) for word in words])
    meta.array("tokenizer.ggml.scores", 6, [struct.pack("<f", -i) for i in range(size)])
    meta.array("tokenizer.ggml.token_type", 5, [struct.pack("<i", kind) for kind in kinds])


def write_gguf(path, shape, seed):
    meta = Gguf()
    meta.string("general.architecture", "llama")
    meta.uint32("general.alignment", 32)
    meta.uint32("llama.context_length", 131072)
    meta.uint32("llama.embedding_length", shape["hidden"])
    meta.uint32("llama.block_count", shape["layers"])
    meta.uint32("llama.feed_forward_length", shape["ffn"])
    meta.uint32("llama.attention.head_count", shape["heads"])
    meta.uint32("llama.attention.head_count_kv", shape["kv_heads"])
    meta.uint32("llama.attention.key_length", shape["head_dim"])
    meta.uint32("llama.attention.value_length", shape["head_dim"])
    meta.uint32("llama.rope.dimension_count", shape["head_dim"])
    meta.float32("llama.rope.freq_base", 500000.0)
    meta.float32("llama.attention.layer_norm_rms_epsilon", 1e-5)
    meta.uint32("llama.vocab_size", shape["vocab"])
    add_vocabulary(meta, shape["vocab"])
    infos, offset, listed = [], 0, list(tensors(shape))
    for _, name, dims in listed:
        kind, width = (0, 4) if len(dims) == 1 else (30, 2)  # norms F32, matrices BF16
        infos.append(
            Gguf.text(name)
            + struct.pack("<I", len(dims))
            + b"".join(struct.pack("<Q", d) for d in reversed(dims))
            + struct.pack("<IQ", kind, offset)
        )
        offset += int(np.prod(dims)) * width
        offset += -offset % 32
    with open(path, "wb") as out:
        out.write(b"GGUF" + struct.pack("<IQQ", 3, len(listed), len(meta.fields)))
        out.write(b"".join(meta.fields) + b"".join(infos))
        out.write(b"\0" * (-out.tell() % 32))
        for tensor, (name, _, dims) in enumerate(listed):
            for start in range(0, int(np.prod(dims)), CHUNK):
                bits = chunk(seed, tensor, start, dims, loud(shape, name, dims))
                wide = (bits.astype(np.uint32) << 16).view(np.float32)
                out.write(wide.tobytes() if len(dims) == 1 else bits.tobytes())
            out.write(b"\0" * (-out.tell() % 32))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--out", type=pathlib.Path, required=True)
    parser.add_argument("--shape", choices=SHAPES, default="1b")
    parser.add_argument("--tokenizer", type=pathlib.Path, help="model directory whose tokenizer is copied")
    parser.add_argument("--gguf", type=pathlib.Path)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    shape = dict(SHAPES[args.shape])
    shape["words"] = tokenizer_size(args.tokenizer) if args.tokenizer else shape["vocab"]
    args.out.mkdir(parents=True, exist_ok=True)
    write_config(args.out, shape)
    write_safetensors(args.out / "model.safetensors", shape, args.seed)
    if args.tokenizer:
        for name in ("tokenizer.json", "tokenizer_config.json"):
            shutil.copy(args.tokenizer / name, args.out / name)
    if args.gguf:
        write_gguf(args.gguf, shape, args.seed)


if __name__ == "__main__":
    main()
