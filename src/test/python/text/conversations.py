"""Conversations that every chat template is rendered with, in our own words."""

_TOOL_CALL = {"type": "function", "function": {"name": "tide", "arguments": {"port": "Kiel"}}}


def _m(role, content, **more):
    return {"role": role, "content": content, **more}


CONVERSATIONS = {
    "one-user": [_m("user", "Which bird sings first?")],
    "system": [_m("system", "Answer in one line."), _m("user", "Name a river.")],
    "multi-turn": [
        _m("user", "Pick a colour."),
        _m("assistant", "Green."),
        _m("user", "And a second one?"),
        _m("assistant", "Amber."),
        _m("user", "Mix them."),
    ],
    "system-multi-turn": [
        _m("system", "You keep a lighthouse."),
        _m("user", "Is it foggy?"),
        _m("assistant", "Very."),
        _m("user", "Then ring the bell."),
    ],
    "unicode": [
        _m("system", "Réponds brièvement. 简短"),
        _m("user", "Grüße aus 東京 😀👨‍👩‍👧 e\u0301"),
        _m("assistant", "こんにちは 🌊"),
        _m("user", "مرحبا"),
    ],
    "spaces": [
        _m("system", "  padded system \n"),
        _m("user", "\n\n  first line\n\tsecond line  \n\n"),
        _m("assistant", "  ok  "),
        _m("user", " \t end \u00a0"),
    ],
    "special-looking": [
        _m("user", "<s>[INST] <<SYS>> x <</SYS>> [/INST] </s> <|im_end|> {{ name }} {% if %}"),
        _m("assistant", "<|eot_id|><end_of_turn> {# no #}"),
        _m("user", "</think> <think>hm</think> & < > \" ' \\ \\n"),
    ],
    "empty-content": [_m("system", ""), _m("user", ""), _m("assistant", ""), _m("user", "x")],
    "ends-with-assistant": [_m("user", "Say a number."), _m("assistant", "Seven.")],
    "two-users": [_m("user", "First."), _m("user", "Second.")],
    "starts-with-assistant": [_m("assistant", "Welcome."), _m("user", "Thanks.")],
    "late-system": [_m("user", "Hello"), _m("system", "Be kind."), _m("user", "Well?")],
    "two-systems": [_m("system", "A."), _m("system", "B."), _m("user", "Hm?")],
    "unknown-role": [_m("user", "Hello"), _m("critic", "Boo.")],
    "only-system": [_m("system", "Alone.")],
    "no-messages": [],
    "content-parts": [
        _m("user", [{"type": "text", "text": "part one "}, {"type": "text", "text": "two"}]),
        _m("assistant", "Both read."),
        _m("user", [{"type": "text", "text": "again"}]),
    ],
    "null-content": [_m("user", "Look it up."), _m("assistant", None), _m("user", "Well?")],
    "no-content": [{"role": "user"}],
    "thinking": [
        _m("user", "Two plus two?"),
        _m("assistant", "<think>\nadd them\n</think>\n\nFour."),
        _m("user", "Sure?"),
        _m("assistant", "Yes.", reasoning_content="\nchecked\n"),
        _m("user", "Good."),
    ],
    "tool-call": [
        _m("system", "Use tools."),
        _m("user", "When is high tide?"),
        _m("assistant", "", tool_calls=[_TOOL_CALL]),
        _m("tool", '{"time": "06:41"}', name="tide", tool_call_id="call00001"),
        _m("tool", "second answer", name="tide", tool_call_id="call00002"),
        _m("assistant", "At 06:41."),
        _m("user", "Thanks."),
    ],
    "tool-call-string": [
        _m("user", "Tide?"),
        _m(
            "assistant",
            None,
            tool_calls=[
                {
                    "id": "call00001",
                    "type": "function",
                    "function": {"name": "tide", "arguments": '{"port": "Kiel"}'},
                }
            ],
        ),
        _m("tool", "06:41", tool_call_id="call00001"),
    ],
    "tool-calls": [
        _m("developer", "Be exact."),
        _m("user", "Book two nights."),
        _m(
            "assistant",
            None,
            thinking="A berth.",
            reasoning_content="A berth.",
            tool_calls=[
                {
                    "id": "a1",
                    "type": "function",
                    "function": {
                        "name": "book",
                        "arguments": {"nights": 2, "crew": ["Al", "Bö"], "o": {"x": None}, "k": "<b>"},
                    },
                },
                {"id": "a2", "type": "function", "function": {"name": "now", "arguments": {}}},
            ],
        ),
        _m("tool", "booked", tool_call_id="a1"),
        _m("tool", "12:00", tool_call_id="a2"),
        _m("assistant", "Done.", thinking="Good."),
    ],
    "many": [
        _m("user" if i % 2 == 0 else "assistant", f"Turn {i}.") for i in range(25)
    ],
    "extra-fields": [_m("user", "Hi", name="ann", weight=1, nested={"a": [1, 2.5, None, True]})],
}

TOOLS = [
    {
        "type": "function",
        "function": {
            "name": "tide",
            "description": 'High tide at a port: "HH:MM" <local> & é',
            "parameters": {
                "type": "object",
                "properties": {"port": {"type": "string", "description": "Name of the port"}},
                "required": ["port"],
            },
        },
    }
]

RICH_TOOLS = TOOLS + [
    {
        "type": "function",
        "function": {
            "name": "book",
            "description": "  Books a berth. ",
            "strict": True,
            "parameters": {
                "type": "object",
                "properties": {
                    "length": {"type": "number", "default": 7.5, "minimum": 0},
                    "kind": {"type": "string", "enum": ["quay", "buoy"], "default": "quay"},
                    "nights": {"type": ["integer", "null"], "description": "How many"},
                    "crew": {"type": "array", "items": {"type": "string"}, "nullable": True},
                    "boats": {"type": "array", "items": {"type": "object"}},
                    "owner": {
                        "type": "object",
                        "properties": {"name": {"type": "string"}, "age": {"type": "integer"}},
                        "required": ["name"],
                    },
                    "pay": {"oneOf": [{"type": "string"}, {"type": "number", "default": 1}]},
                },
                "required": ["length"],
            },
        },
    },
    {"type": "function", "function": {"name": "now", "description": "The time."}},
]

DOCUMENTS = [
    {"title": "tides of the north", "text": "High water comes twice a day, and low water between."},
    {"title": "", "text": "Short.", "year": 1999},
]

# Variables beside the messages. transformers passes tools and documents as None when absent.
SETTINGS = {
    "plain": {"add_generation_prompt": True},
    "no-prompt": {"add_generation_prompt": False},
    "tools": {"add_generation_prompt": True, "tools": TOOLS},
    "rich": {
        "add_generation_prompt": True,
        "tools": RICH_TOOLS,
        "documents": DOCUMENTS,
        "reasoning_effort": "high",
        "date_string": None,
    },
    "thinking-off": {"add_generation_prompt": True, "enable_thinking": False},
}

BASE_VARIABLES = {
    "tools": None,
    "documents": None,
    "bos_token": "<s>",
    "eos_token": "</s>",
    "unk_token": "<unk>",
}
