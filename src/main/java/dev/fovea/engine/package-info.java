/**
 * Many requests on one device: admission, {@code Scheduler}, {@code Sequence}, {@code PagePool} and
 * the one {@code EngineLoop} thread that owns every native handle.
 *
 * <p>Words: <em>sequence</em> (a prompt and its output), <em>prompt</em>, <em>token</em>,
 * <em>batch</em>, <em>step</em>, <em>page</em> (KV block of 64 tokens), <em>slot</em> (one token's
 * place in a page), <em>prefill</em>, <em>decode</em>, <em>preempt</em>, <em>commit</em>.
 *
 * <p>Threads: any thread submits and cancels (a bounded mailbox in); the engine thread decides and
 * runs steps; one delivery thread calls the listeners (a bounded mailbox out, published once a
 * step). May import {@code model} and {@code tensor}; pure Java, no container.
 */
package dev.fovea.engine;
