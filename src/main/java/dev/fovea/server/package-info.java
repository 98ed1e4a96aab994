/**
 * The application: HTTP surface, configuration, health, metrics and command line. The composition
 * root: the one package where CDI, REST and configuration live.
 *
 * <pre>
 * http     bodies in, errors out: what every route shares
 * request  a JSON body becomes a validated request (one table of fields)
 * answer   generated tokens become an OpenAI answer, whole or streamed
 * openai   the /v1 resources
 * ops      health, version, tokenize, the page's data
 * metrics  names, buckets and the /metrics page
 * cli      serve, generate, inspect, bench
 * bench    kernels and models timed, and the load generator
 * </pre>
 */
package dev.fovea.server;
