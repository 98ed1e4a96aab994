"""What transformers makes of tokenizer.json and tokenizer_config.json together, for the Java side.

Run: python3 make_configurations.py (needs transformers), once with version 4 and once with 5. Each
run writes its answers into ../../resources/text/configurations.json beside the other's; a case
that both answer alike is what the Java side has to answer.
"""

import json
import pathlib
import tempfile

import transformers

TARGET = pathlib.Path(__file__).parent / "../../resources/text/configurations.json"
TEXTS = ["t5 <tool> t6", "t5<tool>t6 </s>", "a", " <pad>b", "<s>t5 <x>"]


def token(content, special=True, **more):
    flags = {"lstrip": False, "normalized": False, "rstrip": False, "single_word": False}
    return {"content": content, **flags, "special": special, **more}


def words(added=(), bos=None):
    """A word of each id: t0, t1, ...; bos puts a token in front."""
    vocab = {f"t{i}": i for i in range(20)}
    single = [{"Sequence": {"id": "A", "type_id": 0}}]
    post = None
    if bos:
        vocab[bos] = 20
        single.insert(0, {"SpecialToken": {"id": bos, "type_id": 0}})
        post = {
            "type": "TemplateProcessing",
            "single": single,
            "pair": single + [{"Sequence": {"id": "B", "type_id": 1}}],
            "special_tokens": {bos: {"id": bos, "ids": [20], "tokens": [bos]}},
        }
        added = [{"id": 20, **token(bos)}, *added]
    return file(vocab, {"type": "WhitespaceSplit"}, None, post, added, "WordLevel")


def byte_level(prefix, in_sequence=False, added=()):
    kept = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = [b for b in range(256) if b not in kept]
    spelled = {b: chr(b) for b in kept} | {b: chr(256 + i) for i, b in enumerate(others)}
    level = {"type": "ByteLevel", "add_prefix_space": prefix, "trim_offsets": True}
    level["use_regex"] = True
    digits = {"type": "Digits", "individual_digits": True}
    both = {"type": "Sequence", "pretokenizers": [digits, level]}
    vocab = {spelled[b]: b for b in range(256)}
    post = dict(level, trim_offsets=False)
    return file(vocab, both if in_sequence else level, level, post, added, "BPE")


def file(vocab, pre_tokenizer, decoder, post_processor, added, kind):
    model = {"type": kind, "vocab": vocab}
    model |= {"merges": []} if kind == "BPE" else {"unk_token": "t0"}
    return {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": list(added),
        "normalizer": None,
        "pre_tokenizer": pre_tokenizer,
        "post_processor": post_processor,
        "decoder": decoder,
        "model": model,
    }


def cases():
    plain = {"tokenizer_class": "PreTrainedTokenizerFast"}
    for bos in (None, True, False):
        for eos in (None, True, False):
            flags = {"add_bos_token": bos, "add_eos_token": eos}
            flags = {k: v for k, v in flags.items() if v is not None}
            for name in ("PreTrainedTokenizerFast", "GPT2Tokenizer", "LlamaTokenizerFast"):
                for inside in ("<s>", None):
                    config = {"tokenizer_class": name, "bos_token": "<s>", "eos_token": "</s>"}
                    yield words(bos=inside), config | flags
    for name in ("GPT2Tokenizer", "GPT2TokenizerFast", "Qwen2Tokenizer", "CodeGenTokenizer",
                 "GPTNeoXTokenizerFast", "PreTrainedTokenizerFast"):
        for flag in ({}, {"add_prefix_space": True}, {"add_prefix_space": False}):
            for prefix in (True, False):
                for in_sequence in (True, False):
                    yield byte_level(prefix, in_sequence), {"tokenizer_class": name} | flag
    for kind in ({"special": True}, {"special": False}, {"lstrip": True}, {"normalized": True}):
        decoder = {"25": token("<tool>", **kind), "3": token("<x>")}
        yield words(), plain | {"added_tokens_decoder": decoder}
        yield byte_level(False), plain | {"added_tokens_decoder": decoder}
        inside = [{"id": 20, **token("<tool>", special=False)}]
        yield words(added=inside), plain | {"added_tokens_decoder": decoder}
    yield words(), plain | {"additional_special_tokens": ["<tool>", "<x>"]}
    yield words(), plain | {"additional_special_tokens": [token("<tool>", lstrip=True)]}
    yield words(), plain | {"extra_special_tokens": {"tool_token": "<tool>"}}
    yield words(), plain | {"pad_token": "<pad>", "eos_token": "t6", "unk_token": None}
    yield words(), plain | {"pad_token": token("<pad>", lstrip=True) | {"__type": "AddedToken"}}
    inside = [{"id": 20, **token("<tool>", special=False)}]
    yield words(added=inside), plain | {"eos_token": "<tool>"}
    yield words(added=inside), plain | {"additional_special_tokens": ["<tool>"]}
    gap = [{"id": 30, **token("<tool>")}, {"id": 40, **token("<x>")}]
    yield words(added=gap), plain
    yield words(added=gap), plain | {"pad_token": "<pad>"}


def answer(directory):
    tokenizer = transformers.AutoTokenizer.from_pretrained(directory)
    rows = []
    for text in TEXTS:
        ids = tokenizer(text)["input_ids"]
        rows.append({"ids": ids, "visible": tokenizer.decode(ids, skip_special_tokens=True)})
    return rows


def main():
    known = json.loads(TARGET.read_text("utf-8")) if TARGET.exists() else {"cases": []}
    version = "v" + transformers.__version__.split(".")[0]
    files, found = [], []
    for number, (tokenizer, config) in enumerate(cases()):
        if tokenizer not in files:
            files.append(tokenizer)
        case = {"file": files.index(tokenizer), "config": config}
        if number < len(known["cases"]) and known["cases"][number]["config"] == config:
            case = known["cases"][number] | case
        with tempfile.TemporaryDirectory() as name:
            directory = pathlib.Path(name)
            (directory / "tokenizer.json").write_text(json.dumps(tokenizer), "utf-8")
            (directory / "tokenizer_config.json").write_text(json.dumps(config), "utf-8")
            (directory / "config.json").write_text(json.dumps({"model_type": "llama"}), "utf-8")
            try:
                case[version] = answer(directory)
            except (ValueError, ImportError, KeyError, AttributeError, TypeError) as e:
                case[version] = type(e).__name__
        found.append(case)
    golden = {"texts": TEXTS, "files": files, "cases": found}
    TARGET.write_text(json.dumps(golden, ensure_ascii=True) + "\n", "utf-8")
    both = [c for c in found if "v4" in c and "v5" in c]
    alike = [c for c in both if c["v4"] == c["v5"]]
    print(len(found), "cases,", len(alike), "of", len(both), "alike")


if __name__ == "__main__":
    main()
