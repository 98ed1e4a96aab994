"""Renders templates with jinja2 as transformers does and writes ../../resources/text/golden.json.

Run: python3 make_golden.py (needs jinja2 3.1). A case says what the template renders to, or that
it fails; `raised` is the message of raise_exception.
"""

import json
import pathlib

import chat_environment
import constructs
import conversations

HERE = pathlib.Path(__file__).parent
TARGET = HERE / "../../resources/text/golden.json"


def outcome(environment, template, variables):
    try:
        return {"expected": environment.from_string(template).render(variables)}
    except chat_environment.Raised as e:
        return {"error": "raised", "raised": str(e)}
    except Exception as e:  # of any type: what fails there has to fail here
        return {"error": type(e).__name__}


def main():
    environment = chat_environment.create()
    templates = {p.stem: p.read_text("utf-8") for p in sorted(HERE.glob("templates/*.jinja"))}
    cases = []
    for name, source in templates.items():
        for conversation, messages in conversations.CONVERSATIONS.items():
            for setting, more in conversations.SETTINGS.items():
                if setting == "thinking-off" and "enable_thinking" not in source:
                    continue
                if setting == "rich" and not ("reasoning_effort" in source or "tools" in source):
                    continue
                variables = {**conversations.BASE_VARIABLES, **more, "messages": messages}
                cases.append(
                    {
                        "name": f"{name}/{conversation}/{setting}",
                        "templateName": name,
                        "conversation": conversation,
                        "setting": setting,
                        **outcome(environment, source, variables),
                    }
                )
    singles = []
    for source in constructs.templates():
        result = outcome(environment, source, constructs.VARIABLES)
        if " at 0x" in result.get("expected", ""):  # an address: nobody can render the same
            result = {"unsupported": True}
        singles.append({"template": source, **result})
    for source in constructs.unsupported():
        result = outcome(environment, source, constructs.VARIABLES)
        assert "expected" in result, (source, result)
        singles.append({"template": source, "unsupported": True})
    golden = {
        "templates": templates,
        "conversations": conversations.CONVERSATIONS,
        "settings": conversations.SETTINGS,
        "baseVariables": conversations.BASE_VARIABLES,
        "constructVariables": constructs.VARIABLES,
        "chats": cases,
        "constructs": singles,
    }
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    TARGET.write_text(json.dumps(golden, ensure_ascii=True, indent=0) + "\n", "utf-8")
    errors = sum("error" in c for c in cases), sum("error" in c for c in singles)
    print(f"{len(cases)} chats ({errors[0]} fail), {len(singles)} constructs ({errors[1]} fail)")


if __name__ == "__main__":
    main()
