/** The resources under {@code /v1}. Worker threads read, validate and tokenize; nothing waits. */
package dev.fovea.server.openai;
