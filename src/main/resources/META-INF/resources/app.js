// The page: chat or completion, with the figures of every answer.
import { ApiError, stream } from "./stream.js";

const $ = (id) => document.getElementById(id);
const state = {
  mode: "chat",
  model: null,
  maxContext: 0,
  messages: [],
  running: null,
};

// Requests. Paths are relative to the page's: a proxy may serve it under a prefix.

function sampling() {
  const fields = {};
  for (const input of document.querySelectorAll("aside [data-field]")) {
    if (input.value === "") {
      continue;
    }
    const isText = input.type === "text" || input.id === "seed";
    fields[input.dataset.field] = isText ? input.value : Number(input.value);
  }
  return fields;
}

/** A seed has 64 bits, more than a number of JavaScript's: it goes from text to text. */
function toJson({ seed, ...body }) {
  const json = JSON.stringify(body);
  if (seed === undefined) {
    return json;
  }
  const digits = /^-?\d+$/.test(seed) ? BigInt(seed) : Number(seed);
  return `${json.slice(0, -1)},"seed":${digits}}`;
}

function buildRequest(prompt) {
  const shared = { model: state.model, ...sampling(), stream: true };
  if (state.mode === "completion") {
    return { path: "v1/completions", body: { ...shared, prompt } };
  }
  const system = $("system").value.trim();
  const messages = [
    ...(system ? [{ role: "system", content: system }] : []),
    ...state.messages,
    { role: "user", content: prompt },
  ];
  return { path: "v1/chat/completions", body: { ...shared, messages } };
}

function curl({ path, body }) {
  const json = toJson(body).replaceAll("'", "'\\''");
  return `curl -N ${new URL(path, document.baseURI)} -H 'Content-Type: application/json' -d '${json}'`;
}

// One answer

async function send() {
  const prompt = $("prompt").value;
  if (state.running || !state.model || !prompt) {
    return;
  }
  showError("");
  $("welcome").hidden = true;
  const request = buildRequest(prompt);
  const answer = state.mode === "chat" ? addChatTurns(prompt) : addCompletion(prompt);
  const figures = new Figures();
  state.running = new AbortController();
  reflectRunning(answer);
  try {
    const body = {
      ...request.body,
      stream_options: { include_usage: true, continuous_usage_stats: true },
    };
    await stream(request.path, toJson(body), state.running.signal, (part) => {
      answer.append(part.text);
      figures.part(part);
      follow();
    });
  } catch (error) {
    if (error.name !== "AbortError") {
      showError(error instanceof ApiError ? error.message : "The server cannot be reached.");
      if (state.mode === "chat" && !answer.textContent) {
        takeBack(prompt, answer);
      }
    }
  } finally {
    state.running = null;
    reflectRunning(answer);
    figures.end();
    if (state.mode === "chat" && answer.isConnected && answer.textContent) {
      state.messages.push({ role: "user", content: prompt });
      state.messages.push({ role: "assistant", content: answer.textContent });
    }
    $("prompt").focus();
  }
}

function addChatTurns(prompt) {
  addTurn("user", prompt);
  $("prompt").value = "";
  return addTurn("assistant", "");
}

/** A message that was refused is the reader's again. */
function takeBack(prompt, answer) {
  answer.previousElementSibling?.remove();
  answer.remove();
  $("prompt").value ||= prompt;
}

function addCompletion(prompt) {
  const turn = addTurn("assistant completion", "");
  const given = document.createElement("span");
  given.className = "given";
  given.textContent = prompt;
  const answer = document.createElement("span");
  turn.append(given, answer);
  return answer;
}

function addTurn(kind, text) {
  const turn = document.createElement("div");
  turn.className = `turn ${kind}`;
  turn.textContent = text;
  $("transcript").append(turn);
  follow();
  return turn;
}

/** Keeps the end in sight, unless the reader has scrolled away from it. */
function follow() {
  const box = $("transcript");
  if (box.scrollHeight - box.scrollTop - box.clientHeight < 120) {
    box.scrollTop = box.scrollHeight;
  }
}

function reflectRunning(answer) {
  const isRunning = state.running !== null;
  answer.classList.toggle("running", isRunning);
  $("send").disabled = isRunning || !state.model;
  $("stop").disabled = !isRunning;
}

function showError(message) {
  $("error").textContent = message;
  $("error").hidden = !message;
}

/** Time to the first token and tokens a second, while the answer grows. */
class Figures {
  constructor() {
    this.start = performance.now();
    this.first = null;
    this.usage = null;
    for (const id of ["first-token", "speed", "tokens"]) {
      $(id).textContent = "…";
    }
  }

  part({ text, usage }) {
    const now = performance.now();
    if (usage) {
      this.usage = usage;
    }
    if (text && this.first === null) {
      this.first = now;
      this.firstTokens = usage?.completion_tokens ?? 1;
      $("first-token").textContent = `${(now - this.start).toFixed(0)} ms`;
    }
    this.last = text ? now : this.last;
    this.show();
  }

  show() {
    if (!this.usage) {
      return;
    }
    const { prompt_tokens: before, completion_tokens: made, total_tokens: total } = this.usage;
    $("tokens").textContent = `${before} in, ${made} out`;
    const seconds = (this.last - this.first) / 1000;
    if (seconds > 0 && made > this.firstTokens) {
      $("speed").textContent = `${((made - this.firstTokens) / seconds).toFixed(1)} tokens/s`;
    }
    $("context").value = total / state.maxContext;
    $("context-words").textContent = `${total} of ${state.maxContext}`;
  }

  end() {
    for (const id of ["first-token", "speed", "tokens"]) {
      if ($(id).textContent === "…") {
        $(id).textContent = "-";
      }
    }
  }
}

// The clipboard

/** Browsers keep the clipboard from pages that came over plain http from another machine. */
async function copy(text) {
  if (navigator.clipboard) {
    await navigator.clipboard.writeText(text);
    return true;
  }
  const area = document.createElement("textarea");
  area.value = text;
  document.body.append(area);
  area.select();
  const isCopied = document.execCommand("copy");
  area.remove();
  return isCopied;
}

// Settings and modes

function setMode(mode) {
  state.mode = mode;
  for (const name of ["chat", "completion"]) {
    $(`tab-${name}`).setAttribute("aria-selected", String(name === mode));
  }
  $("work").setAttribute("aria-labelledby", `tab-${mode}`);
  $("prompt").placeholder = mode === "chat" ? "Message" : "Text to continue";
  $("send-key").textContent = mode === "chat" ? "Enter" : "Ctrl Enter";
  for (const element of document.querySelectorAll('[data-only="chat"]')) {
    element.hidden = mode !== "chat";
  }
  clear();
}

function clear() {
  state.running?.abort();
  state.messages = [];
  for (const turn of document.querySelectorAll(".turn")) {
    turn.remove();
  }
  $("welcome").hidden = false;
  showError("");
}

function addExample({ title, mode, prompt }) {
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = title;
  button.addEventListener("click", () => {
    setMode(mode === "completion" ? "completion" : "chat");
    $("prompt").value = prompt;
    $("prompt").focus();
  });
  $("examples").append(button);
}

function showRangeValues() {
  for (const id of ["temperature", "top-p"]) {
    $(`${id}-value`).textContent = $(id).value;
  }
}

// The model

async function waitForModel() {
  for (;;) {
    const health = await fetch("health").then((answer) => answer.json(), () => null);
    if (health?.status === "ready") {
      break;
    }
    showLoading(health);
    await new Promise((resolve) => setTimeout(resolve, 400));
  }
  $("loading").hidden = true;
  const { served, version } = await (await fetch("version")).json();
  const { backend, device, isa, threads, attention_kernel: kernel } = served.kernels;
  state.model = served.model;
  state.maxContext = served.max_model_len;
  $("model").textContent = served.model;
  $("backend").textContent =
    `${backend} · ${device} · ${isa} · ${threads} threads · ${kernel} · Fovea ${version}`;
  $("context-words").textContent = `0 of ${state.maxContext}`;
  document.title = `${served.model} - Fovea`;
  $("send").disabled = false;
  (await (await fetch("examples")).json()).forEach(addExample);
  if (!served.chat) {
    $("tab-chat").disabled = true;
    setMode("completion");
  }
}

function showLoading(health) {
  $("loading").hidden = false;
  $("loading-step").textContent = !health
    ? "The server cannot be reached."
    : health.status === "failed"
      ? "The model cannot be served; the server's log says why."
      : health.status === "closing"
        ? "The server is going down."
        : `The model is loading: ${health.step}`;
  $("loading-progress").value = health?.progress ?? 0;
}

// Wiring

$("send").disabled = true;
$("form").addEventListener("submit", (event) => {
  event.preventDefault();
  send();
});
$("prompt").addEventListener("keydown", (event) => {
  const sends = state.mode === "chat" ? !event.shiftKey : event.ctrlKey || event.metaKey;
  if (event.key === "Enter" && sends && !event.isComposing) {
    event.preventDefault();
    send();
  }
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") {
    state.running?.abort();
  }
});
$("stop").addEventListener("click", () => state.running?.abort());
$("clear").addEventListener("click", clear);
$("curl").addEventListener("click", async () => {
  const command = curl(buildRequest($("prompt").value));
  if (!(await copy(command))) {
    window.prompt("Copy this command", command);
    return;
  }
  $("curl").textContent = "Copied";
  setTimeout(() => ($("curl").textContent = "Copy as curl"), 1500);
});
for (const mode of ["chat", "completion"]) {
  $(`tab-${mode}`).addEventListener("click", () => setMode(mode));
}
for (const range of document.querySelectorAll('input[type="range"]')) {
  range.addEventListener("input", showRangeValues);
}
showRangeValues();
waitForModel();
