// Streams one answer of the API with fetch and reports it part by part.

/** What the server says when it refuses or fails. */
export class ApiError extends Error {}

/**
 * Posts a request, as JSON text, and calls `onPart({text, usage, finishReason})` for every event.
 * Ends early, without an error, when `signal` is aborted.
 */
export async function stream(path, json, signal, onPart) {
  const response = await fetch(path, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: json,
    signal,
  });
  if (!response.ok) {
    throw new ApiError(await errorMessage(response));
  }
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let pending = "";
  let done = false;
  while (!done) {
    const { value, done: closed } = await reader.read();
    if (closed) {
      throw new ApiError("The answer broke off.");
    }
    pending += value;
    const events = pending.split("\n\n");
    pending = events.pop();
    for (const event of events) {
      done = handle(event, onPart) || done;
    }
  }
}

/** One event; true when it is the last. */
function handle(event, onPart) {
  const data = event.split("\n").find((line) => line.startsWith("data: "));
  if (!data) {
    return false;
  }
  if (data === "data: [DONE]") {
    return true;
  }
  const part = JSON.parse(data.slice("data: ".length));
  if (part.error) {
    throw new ApiError(part.error.message);
  }
  const choice = part.choices[0];
  onPart({
    text: choice?.delta?.content ?? choice?.text ?? "",
    usage: part.usage,
    finishReason: choice?.finish_reason,
  });
  return false;
}

async function errorMessage(response) {
  try {
    return (await response.json()).error.message;
  } catch {
    return `The server answered ${response.status}.`;
  }
}
