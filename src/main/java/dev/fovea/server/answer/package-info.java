/**
 * Generated tokens become an OpenAI answer, whole or streamed.
 *
 * <p>Threads: the engine's delivery thread decodes and writes frames into a request's {@link
 * dev.fovea.server.answer.AnswerMailbox}; the event loop takes them from there as fast as the
 * client reads. Nothing here blocks.
 */
package dev.fovea.server.answer;
