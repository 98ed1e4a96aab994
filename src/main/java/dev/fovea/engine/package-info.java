/**
 * Many requests on one device: admission, {@code Scheduler}, {@code Sequence}, {@code PagePool} and
 * the one {@code EngineLoop} thread that owns every native handle.
 *
 * <p>Words: <em>sequence</em> (a prompt and its output), <em>prompt</em>, <em>token</em>,
 * <em>batch</em>, <em>step</em>, <em>page</em> (KV block of 64 tokens), <em>slot</em> (one token's
 * place in a page), <em>prefill</em>, <em>decode</em>, <em>preempt</em>, <em>commit</em>,
 * <em>cut</em> (to end a request from outside: cancel or stop).
 *
 * <pre>
 *  any thread                  engine thread                      delivery thread
 *  Engine.submit   -Mailbox-&gt;  take commands, schedule,  -Mailbox-&gt;  GenerationListener
 *  Generation.stop             submit and await a step,            EngineObserver
 *  Generation.cancel           commit, publish
 *
 *            admit            last chunk draws        ends or is cut
 *  WAITING ---------&gt; PREFILL -----------------&gt; DECODE ------------&gt; FINISHED
 *     ^                  |                         |        (from any state)
 *     +------------------+----------preempt--------+
 * </pre>
 *
 * <p>Both mailboxes are bounded: in by the queue's limits, out because a sequence is posted once
 * until it is taken and its tokens stay in its own array. May import {@code model} and {@code
 * tensor}; pure Java, no container, no clock but the injected one.
 */
package dev.fovea.engine;
