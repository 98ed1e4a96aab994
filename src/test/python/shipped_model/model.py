"""A Llama over packed documents; parameter names are those of transformers' LlamaForCausalLM."""

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import nn


@dataclass(frozen=True)
class Shape:
    """Sizes of the model; the head dimension is 64 and embeddings are tied."""

    vocabulary: int = 1536
    hidden: int = 256
    layers: int = 8
    heads: int = 4
    kv_heads: int = 2
    feed_forward: int = 448
    positions: int = 16384
    theta: float = 1_000_000.0
    head_dim: int = 64

    def config(self):
        """The ``config.json`` of this shape."""
        return {
            "architectures": ["LlamaForCausalLM"],
            "model_type": "llama",
            "vocab_size": self.vocabulary,
            "hidden_size": self.hidden,
            "intermediate_size": self.feed_forward,
            "num_hidden_layers": self.layers,
            "num_attention_heads": self.heads,
            "num_key_value_heads": self.kv_heads,
            "head_dim": self.head_dim,
            "hidden_act": "silu",
            "max_position_embeddings": self.positions,
            "rope_theta": self.theta,
            "rope_scaling": None,
            "rms_norm_eps": 1e-5,
            "tie_word_embeddings": True,
            "attention_bias": False,
            "mlp_bias": False,
            "attention_dropout": 0.0,
            "initializer_range": 0.02,
            "use_cache": True,
            "pad_token_id": 0,
            "bos_token_id": 1,
            "eos_token_id": [2, 6],
            "torch_dtype": "bfloat16",
        }


@torch.library.custom_op("fovea::packed_attention", mutates_args=())
def packed_attention(
    q: torch.Tensor, k: torch.Tensor, v: torch.Tensor, starts: torch.Tensor, shape: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor]:
    """Causal attention inside each document; q [N, Hq, D], k and v [N, Hkv, D], starts [B + 1], shape on the host."""
    longest, count = shape.tolist()
    starts = starts[: count + 1]
    out, lse, *_ = torch.ops.aten._flash_attention_forward(q, k, v, starts, starts, longest, longest, 0.0, True, False)
    return out, lse


@packed_attention.register_fake
def _(q, k, v, starts, shape):
    return torch.empty_like(q), q.new_empty((q.size(1), q.size(0)), dtype=torch.float32)


@torch.library.custom_op("fovea::packed_attention_backward", mutates_args=())
def packed_attention_backward(
    grad: torch.Tensor,
    q: torch.Tensor,
    k: torch.Tensor,
    v: torch.Tensor,
    out: torch.Tensor,
    lse: torch.Tensor,
    starts: torch.Tensor,
    shape: torch.Tensor,
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    longest, count = shape.tolist()
    starts = starts[: count + 1]
    state = torch.zeros(2, dtype=torch.uint64, device=q.device)
    unused = torch.empty(0, device=q.device)
    return torch.ops.aten._flash_attention_backward(
        grad.contiguous(), q, k, v, out, lse, starts, starts, longest, longest, 0.0, True, state, unused
    )


@packed_attention_backward.register_fake
def _(grad, q, k, v, out, lse, starts, shape):
    return torch.empty_like(q), torch.empty_like(k), torch.empty_like(v)


def _save(ctx, inputs, output):
    q, k, v, starts, shape = inputs
    ctx.save_for_backward(q, k, v, *output, starts, shape)


def _backward(ctx, grad, _):
    return *packed_attention_backward(grad, *ctx.saved_tensors), None, None


packed_attention.register_autograd(_backward, setup_context=_save)


def _masked_attention(q, k, v, starts):
    """The same by a dense mask, for machines without a GPU."""
    document = torch.bucketize(torch.arange(len(q)), starts[1:].long(), right=True)
    mask = (document[:, None] == document[None]).tril()
    q, k, v = (t.transpose(0, 1) for t in (q, k, v))
    return F.scaled_dot_product_attention(q[None], k[None], v[None], mask, enable_gqa=True)[0].transpose(0, 1)


class Attention(nn.Module):
    def __init__(self, shape):
        super().__init__()
        self._shape = shape
        width, kv_width = shape.heads * shape.head_dim, shape.kv_heads * shape.head_dim
        self.q_proj = nn.Linear(shape.hidden, width, bias=False)
        self.k_proj = nn.Linear(shape.hidden, kv_width, bias=False)
        self.v_proj = nn.Linear(shape.hidden, kv_width, bias=False)
        self.o_proj = nn.Linear(width, shape.hidden, bias=False)

    def forward(self, x, rotation, documents):
        n, dim = len(x), self._shape.head_dim
        q = _rotate(self.q_proj(x).view(n, -1, dim), rotation)
        k = _rotate(self.k_proj(x).view(n, -1, dim), rotation)
        v = self.v_proj(x).view(n, -1, dim)
        if x.is_cuda:
            out = packed_attention(q, k, v, *documents)[0]
        else:
            out = _masked_attention(q, k, v, documents[0])
        return self.o_proj(out.reshape(n, -1))


def _rotate(x, rotation):
    cos, sin = rotation
    a, b = x.float().chunk(2, -1)
    return torch.cat((a * cos - b * sin, b * cos + a * sin), -1).to(x.dtype)


class FeedForward(nn.Module):
    def __init__(self, shape):
        super().__init__()
        self.gate_proj = nn.Linear(shape.hidden, shape.feed_forward, bias=False)
        self.up_proj = nn.Linear(shape.hidden, shape.feed_forward, bias=False)
        self.down_proj = nn.Linear(shape.feed_forward, shape.hidden, bias=False)

    def forward(self, x):
        return self.down_proj(F.silu(self.gate_proj(x)) * self.up_proj(x))


class Layer(nn.Module):
    def __init__(self, shape):
        super().__init__()
        self.self_attn, self.mlp = Attention(shape), FeedForward(shape)
        self.input_layernorm = nn.RMSNorm(shape.hidden, eps=1e-5)
        self.post_attention_layernorm = nn.RMSNorm(shape.hidden, eps=1e-5)

    def forward(self, x, rotation, documents):
        x = x + self.self_attn(self.input_layernorm(x), rotation, documents)
        return x + self.mlp(self.post_attention_layernorm(x))


class Decoder(nn.Module):
    def __init__(self, shape):
        super().__init__()
        self.embed_tokens = nn.Embedding(shape.vocabulary, shape.hidden)
        self.layers = nn.ModuleList(Layer(shape) for _ in range(shape.layers))
        self.norm = nn.RMSNorm(shape.hidden, eps=1e-5)


class Llama(nn.Module):
    """Embeds, decodes and gives the weighted loss of a step."""

    def __init__(self, shape):
        super().__init__()
        self.model = Decoder(shape)
        frequencies = shape.theta ** (-torch.arange(0, shape.head_dim, 2) / shape.head_dim)
        angles = torch.arange(shape.positions)[:, None] * frequencies
        self.register_buffer("cos", angles.cos(), persistent=False)
        self.register_buffer("sin", angles.sin(), persistent=False)
        for name, parameter in self.named_parameters():
            if parameter.dim() == 2:
                still = name.endswith(("o_proj.weight", "down_proj.weight"))
                nn.init.normal_(
                    parameter, std=0.0 if still else 0.02 if "embed" in name else 0.5 * parameter.size(1) ** -0.5
                )

    def forward(self, step):
        """Loss, and for every token whether the best guess was right; all of shape [N] but the loss."""
        rotation = self.cos[step["positions"]][:, None], self.sin[step["positions"]][:, None]
        documents = step["starts"], step["shape"]
        x = self.model.embed_tokens(step["ids"])
        if x.is_cuda:
            x = x.bfloat16()
        for layer in self.model.layers:
            x = layer(x, rotation, documents)
        logits = F.linear(self.model.norm(x), self.model.embed_tokens.weight).float()
        losses = F.cross_entropy(logits, step["targets"], reduction="none")
        return (losses * step["weights"]).sum(), logits.argmax(-1) == step["targets"]
