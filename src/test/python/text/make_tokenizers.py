"""Makes three small tokenizers and what they answer, for the tests of the Java side.

Run: python3 make_tokenizers.py (needs tokenizers and transformers). Writes
../../resources/text/tokenizers/<name>/ and ../../resources/text/encodings.json.
"""

import json
import pathlib
import random

import transformers
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers
from tokenizers import pre_tokenizers, processors, trainers

HERE = pathlib.Path(__file__).parent
TARGET = HERE / "../../resources/text"
VOCABULARY = 1000

SUBJECTS = "the lighthouse keeper|a small grey heron|our neighbour|the ferry|she|he|the old map"
VERBS = "watched|followed|carried|remembered|painted|counted|isn't sure about|couldn't find"
OBJECTS = "the harbour|three boats|a letter|the storm|forty-two stones|every window|bread"
TAILS = "before dawn|in 1987|with care|, again and again|; nobody knew why|(twice)|at 6:41"
EXTRA = [
    "Grüße, naïve café, Ærø and Zürich. 東京 と 京都 へ 行きました。 Привет, мир!",
    "def f(x):\n    return x ** 2  # squares\n\n\tif x > 10:\n\t\tprint('big')",
    "I'll, we've, they're, you'd, it's, don't. 3.14159, 1,000,000 and 12345678.",
]

TEXTS = [
    "",
    " ",
    "a",
    "The heron watched the harbour before dawn.",
    "  two spaces,   three spaces    four",
    " leading and trailing ",
    "tabs\tand\nnewlines\n\n\nand\r\nreturns  \n",
    "naïve café Grüße Ærø",
    "東京 と 京都 日本語テキスト",
    "😀 👨\u200d👩\u200d👧 🇩🇪 e\u0301 a\u0308\u0323",
    "Привет مرحبا שלום नमस्ते",
    "don't can't we've I'LL",
    "1 12 123 1234 12345678 3.14",
    "def f(x):\n    return x ** 2\n",
    "<s>text</s> with <unk> and <|user|>names<|end|> inside",
    "<|endoftext|>start<|endoftext|>",
    "▁under ▁ score Ġ",
    "nul \u0000 and \ufffd and \ufeff and \u2028 end",
    "ﬁne ½ ① Ａ",
    "word" * 50,
    "🏴󠁧󠁢󠁥󠁮󠁧󠁿 zalgo t\u0336\u031b\u0308e\u0337x\u0334t",
]


def corpus():
    rng = random.Random(7)
    pick = lambda choices: rng.choice(choices.split("|"))
    for _ in range(3000):
        yield f"{pick(SUBJECTS).capitalize()} {pick(VERBS)} {pick(OBJECTS)} {pick(TAILS)}."
    for line in EXTRA:
        for _ in range(5):
            yield line


def byte_level():
    """GPT-2 style: byte-level BPE, one special token, no post-processing of ids."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.post_processor = processors.ByteLevel(trim_offsets=False)
    tokenizer.train_from_iterator(
        corpus(),
        trainers.BpeTrainer(
            vocab_size=VOCABULARY,
            special_tokens=["<|endoftext|>"],
            initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
            show_progress=False,
        ),
    )
    config = {"bos_token": "<|endoftext|>", "eos_token": "<|endoftext|>", "unk_token": "<|endoftext|>"}
    return tokenizer, config


def metaspace():
    """Llama 2 style: U+2581 for spaces, a prefix space, byte fallback, BOS in front."""
    byte_tokens = [f"<0x{b:02X}>" for b in range(256)]
    trained = Tokenizer(models.BPE(unk_token="<unk>"))
    trained.normalizer = normalizers.Sequence(
        [normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")]
    )
    trained.train_from_iterator(
        corpus(),
        trainers.BpeTrainer(
            vocab_size=VOCABULARY,
            special_tokens=["<unk>", "<s>", "</s>", *byte_tokens],
            limit_alphabet=80,
            show_progress=False,
        ),
    )
    # Byte tokens belong to the model, not to the added tokens.
    model = json.loads(trained.to_str())["model"]
    merges = [tuple(m) if isinstance(m, list) else tuple(m.split(" ")) for m in model["merges"]]
    tokenizer = Tokenizer(
        models.BPE(
            model["vocab"], merges, unk_token="<unk>", fuse_unk=True, byte_fallback=True
        )
    )
    tokenizer.normalizer = trained.normalizer
    tokenizer.decoder = decoders.Sequence(
        [
            decoders.Replace("▁", " "),
            decoders.ByteFallback(),
            decoders.Fuse(),
            decoders.Strip(" ", 1, 0),
        ]
    )
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A", pair="<s> $A <s> $B", special_tokens=[("<s>", 1)]
    )
    tokenizer.add_special_tokens(
        [AddedToken(t, normalized=False, special=True) for t in ("<unk>", "<s>", "</s>")]
    )
    config = {
        "bos_token": {"__type": "AddedToken", "content": "<s>", "lstrip": False},
        "eos_token": {"__type": "AddedToken", "content": "</s>", "lstrip": False},
        "unk_token": "<unk>",
        "pad_token": None,
        "add_bos_token": True,
        "add_eos_token": False,
    }
    return tokenizer, config


def split_regex():
    """Llama 3 style: a split pattern before the bytes, BOS by a template, chat tokens added."""
    tokenizer = Tokenizer(models.BPE(ignore_merges=True))
    pattern = (
        r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}"
        r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(pattern), behavior="isolated", invert=False),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.train_from_iterator(
        corpus(),
        trainers.BpeTrainer(
            vocab_size=VOCABULARY,
            initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
            show_progress=False,
        ),
    )
    special = ["<|begin|>", "<|end|>", "<|user|>", "<|assistant|>"]
    tokenizer.add_special_tokens([AddedToken(t, normalized=False, special=True) for t in special])
    tokenizer.add_tokens([AddedToken("<tool>", normalized=False, special=False)])
    begin = tokenizer.token_to_id("<|begin|>")
    tokenizer.post_processor = processors.Sequence(
        [
            processors.ByteLevel(trim_offsets=False),
            processors.TemplateProcessing(
                single="<|begin|> $A",
                pair="<|begin|> $A <|begin|> $B",
                special_tokens=[("<|begin|>", begin)],
            ),
        ]
    )
    return tokenizer, {"bos_token": "<|begin|>", "eos_token": "<|end|>"}


def answers(name, tokenizer):
    directory = TARGET / "tokenizers" / name
    reference = transformers.AutoTokenizer.from_pretrained(directory)
    rows = []
    rng = random.Random(11)
    for text in TEXTS:
        plain = tokenizer.encode(text, add_special_tokens=False).ids
        full = reference(text)["input_ids"]
        rows.append(
            {
                "text": text,
                "ids": plain,
                "idsWithSpecialTokens": full,
                "decoded": tokenizer.decode(full, skip_special_tokens=True),
                "decodedWithSpecialTokens": tokenizer.decode(full, skip_special_tokens=False),
            }
        )
    noise = []
    for _ in range(40):
        ids = [rng.randrange(tokenizer.get_vocab_size()) for _ in range(rng.randrange(1, 12))]
        noise.append({"ids": ids, "decoded": tokenizer.decode(ids, skip_special_tokens=True)})
    return {
        "vocabularySize": tokenizer.get_vocab_size(),
        "specialIds": [i for i, t in tokenizer.get_added_tokens_decoder().items() if t.special],
        "tokens": {str(i): tokenizer.id_to_token(i) for i in (0, 1, 300, 500)},
        "texts": rows,
        "noise": noise,
    }


def main():
    golden = {}
    for name, make in {
        "byte-level": byte_level,
        "metaspace": metaspace,
        "split-regex": split_regex,
    }.items():
        tokenizer, config = make()
        directory = TARGET / "tokenizers" / name
        directory.mkdir(parents=True, exist_ok=True)
        tokenizer.save(str(directory / "tokenizer.json"), pretty=False)
        config = {"tokenizer_class": "PreTrainedTokenizerFast", **config}
        text = json.dumps(config, ensure_ascii=False, indent=2)
        (directory / "tokenizer_config.json").write_text(text + "\n", "utf-8")
        golden[name] = answers(name, tokenizer)
    text = json.dumps(golden, ensure_ascii=True)
    (TARGET / "encodings.json").write_text(text + "\n", "utf-8")


if __name__ == "__main__":
    main()
