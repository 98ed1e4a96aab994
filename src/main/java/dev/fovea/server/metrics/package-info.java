/** What the server measures: names, buckets and the {@code /metrics} page. */
package dev.fovea.server.metrics;
