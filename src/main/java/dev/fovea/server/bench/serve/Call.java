package dev.fovea.server.bench.serve;

/**
 * A request as it is sent.
 *
 * @param bytes its head and body
 * @param cutAfter events after which the client goes away; 0: once it is sent; negative: it stays
 */
record Call(byte[] bytes, int cutAfter) {}
