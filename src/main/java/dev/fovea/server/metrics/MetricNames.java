package dev.fovea.server.metrics;

import org.eclipse.microprofile.metrics.Metadata;
import org.eclipse.microprofile.metrics.MetricUnits;

/**
 * Every metric, once: the registry refuses a name that comes again with another description. The
 * buckets of timers and histograms stand in application.properties, where the library reads them.
 */
final class MetricNames {
  static final Metadata REQUESTS =
      count("fovea_requests_total", "Requests that have ended, by how they ended");
  static final Metadata PROMPT_TOKENS =
      count("fovea_prompt_tokens_total", "Tokens of the prompts that have been computed");
  static final Metadata OUTPUT_TOKENS =
      count("fovea_generated_tokens_total", "Tokens that have been generated");
  static final Metadata CACHE_QUERIES =
      count("fovea_prefix_cache_queries_total", "Prompt tokens looked for in the prefix cache");
  static final Metadata CACHE_HITS =
      count("fovea_prefix_cache_hits_total", "Prompt tokens found in the prefix cache");
  static final Metadata PREEMPTIONS =
      count("fovea_preemptions_total", "Times a sequence lost its pages to another");
  static final Metadata STEPS = count("fovea_steps_total", "Steps computed by the device");

  static final Metadata FIRST_TOKEN =
      time("fovea_time_to_first_token", "From a request's arrival to its first token");
  static final Metadata INTER_TOKEN =
      time("fovea_inter_token", "From one token of a request to its next");
  static final Metadata REQUEST = time("fovea_request", "From a request's submission to its end");
  static final Metadata QUEUE =
      time("fovea_request_queue", "From a request's submission to its first step");
  static final Metadata PREFILL =
      time("fovea_request_prefill", "From a request's first step to its first token");
  static final Metadata DECODE =
      time("fovea_request_decode", "From a request's first token to its end");
  static final Metadata REQUEST_PROMPT =
      count("fovea_request_prompt_tokens", "Tokens of a request's prompt");
  static final Metadata REQUEST_OUTPUT =
      count("fovea_request_generated_tokens", "Tokens generated for a request");

  static final Metadata RUNNING = count("fovea_requests_running", "Sequences that hold pages");
  static final Metadata WAITING = count("fovea_requests_waiting", "Sequences that wait for pages");
  static final Metadata KV_USAGE =
      count("fovea_kv_usage_ratio", "KV pages in use, as a part of all");
  static final Metadata CACHED_PAGES =
      count("fovea_kv_cached_pages", "KV pages kept for prompts that begin alike");
  static final Metadata PAGES = count("fovea_kv_pages", "KV pages in all");
  static final Metadata CONNECTIONS = count("fovea_connections", "Connections that are open");
  static final Metadata CONNECTIONS_ENDED =
      count("fovea_connections_ended_total", "Connections and streams ended for what clients did");
  static final Metadata INFO = count("fovea_info", "1; its labels say what runs");

  private MetricNames() {}

  private static Metadata count(String name, String description) {
    return metadata(name, description, MetricUnits.NONE);
  }

  private static Metadata time(String name, String description) {
    return metadata(name, description, MetricUnits.SECONDS);
  }

  private static Metadata metadata(String name, String description, String unit) {
    return Metadata.builder().withName(name).withDescription(description).withUnit(unit).build();
  }
}
