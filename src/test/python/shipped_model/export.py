"""Writes a trained model as a Hugging Face directory in bf16, beside the tokenizer that is already there.

python export.py --weights run/master.safetensors --output ../../../main/models/fovea-mini
"""

import argparse
import json
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file

from documents import BOS, END, EOS, PAD, SPECIALS
from model import Shape

CHAT_TEMPLATE = (
    "{{ bos_token }}"
    "{% for message in messages %}"
    "{% if message['role'] == 'system' %}{{ '<|system|>' + message['content'] + '<|end|>' }}"
    "{% elif message['role'] == 'user' %}{{ '<|user|>' + message['content'] + '<|end|>' }}"
    "{% elif message['role'] == 'assistant' %}{{ '<|assistant|>' + message['content'] + '<|end|>' }}"
    "{% else %}{{ raise_exception('expected role system, user or assistant, got ' + message['role']) }}"
    "{% endif %}"
    "{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|assistant|>' }}{% endif %}"
)


def tokenizer_config(shape):
    return {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "model_max_length": shape.positions,
        "bos_token": SPECIALS[BOS],
        "eos_token": SPECIALS[EOS],
        "pad_token": SPECIALS[PAD],
        "additional_special_tokens": [s for i, s in enumerate(SPECIALS) if i not in (PAD, BOS, EOS)],
        "clean_up_tokenization_spaces": False,
        "chat_template": CHAT_TEMPLATE,
    }


def generation_config():
    return {
        "bos_token_id": BOS,
        "eos_token_id": [EOS, END],
        "pad_token_id": PAD,
        "do_sample": False,
        "max_new_tokens": 300,
    }


def _write_json(path, value):
    path.write_text(json.dumps(value, indent=2) + "\n", encoding="utf-8")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--weights", required=True)
    parser.add_argument("--output", type=Path, required=True)
    arguments = parser.parse_args()
    shape = Shape()
    weights = {name: tensor.to(torch.bfloat16) for name, tensor in load_file(arguments.weights).items()}
    arguments.output.mkdir(parents=True, exist_ok=True)
    save_file(weights, arguments.output / "model.safetensors", metadata={"format": "pt"})
    _write_json(arguments.output / "config.json", shape.config())
    _write_json(arguments.output / "generation_config.json", generation_config())
    _write_json(arguments.output / "tokenizer_config.json", tokenizer_config(shape))


if __name__ == "__main__":
    main()
