/**
 * Loads a server from outside and measures it as its clients see it: {@code fovea bench serve}.
 *
 * <p>One thread and one selector drive every connection, over plain TCP with an HTTP/1.1 client of
 * its own, because the load must fit beside the server on a small machine. Nothing is allocated for
 * an event and no event is parsed as JSON, but for the last, which has the usage. With many
 * connections open an event may be seen a quarter of a millisecond after it came.
 *
 * <pre>
 * Arrivals ─▶ LoadGenerator ─▶ Connection ─▶ AnswerReader ─▶ EventReader ─▶ Exchange ─▶ Tally ─▶ LoadReport
 *                 Workload ─────┘                                                        table, JSON, page
 * </pre>
 */
package dev.fovea.server.bench.serve;
