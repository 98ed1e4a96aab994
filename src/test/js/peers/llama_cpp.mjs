// llama.cpp on the CPU, through npm's prebuilt node-llama-cpp: prefill and decode rates of a GGUF
// file whose weights may be random (make_random_llama.py --gguf).
//
//   npm install --ignore-scripts node-llama-cpp
//   node llama_cpp.mjs MODEL.gguf [--threads 2] [--prompt 512] [--decode 64] [--repeat 3]
import { getLlama } from "node-llama-cpp";

const option = (name, fallback) => {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? fallback : Number(process.argv[at + 1]);
};
const threads = option("threads", 2);
const numPrompt = option("prompt", 512);
const numDecode = option("decode", 64);
const repeat = option("repeat", 3);

const start = performance.now();
const llama = await getLlama({ gpu: false, build: "never", maxThreads: threads, logLevel: "error" });
const model = await llama.loadModel({ modelPath: process.argv[2], useMmap: true, checkTensors: false });
const context = await model.createContext({
  contextSize: numPrompt + numDecode + 64,
  batchSize: numPrompt,
  threads,
});
const sequence = context.getSequence();
const loadSeconds = (performance.now() - start) / 1000;
const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1];

let state = 12345;
const randomToken = () => (state = (state * 1103515245 + 12345) % 2147483648) % 100000;

const prefill = [];
const decode = [];
for (let round = 0; round < repeat; round++) {
  await sequence.clearHistory();
  const prompt = Array.from({ length: numPrompt }, randomToken);
  const before = performance.now();
  await sequence.evaluateWithoutGeneratingNewTokens(prompt);
  const between = performance.now();
  for (let i = 0; i < numDecode; i++) {
    await sequence.evaluateWithoutGeneratingNewTokens([randomToken()]);
  }
  prefill.push((numPrompt * 1000) / (between - before));
  decode.push((numDecode * 1000) / (performance.now() - between));
}
console.log(
  JSON.stringify({
    peer: "llama.cpp (node-llama-cpp)",
    release: llama.llamaCppRelease?.release,
    threads,
    loadSeconds,
    prefillTokens: numPrompt,
    prefillTokensPerSecond: median(prefill),
    decodeTokens: numDecode,
    decodeTokensPerSecond: median(decode),
  }),
);
await context.dispose();
await model.dispose();
process.exit(0);
