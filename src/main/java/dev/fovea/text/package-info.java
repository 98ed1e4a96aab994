/**
 * Text to tokens and back: tokenizer, chat template, incremental decoder, stop strings.
 *
 * <pre>
 * messages ─▶ ChatTemplate ─▶ Tokenizer ─▶ token ids ─▶ engine
 * client  ◀─ StopMatcher ◀─ IncrementalDecoder ◀─ token ids ◀─┘
 * </pre>
 *
 * <p>Imports nothing else of ours; Jackson reads the files of a checkpoint, DJL's binding of
 * Hugging Face's tokenizers does the encoding, and {@code dev.fovea.text.jinja} renders templates.
 *
 * <p>Threads: {@link dev.fovea.text.Tokenizer} and {@link dev.fovea.text.ChatTemplate} are built
 * once and used from any thread, never from the engine thread or an event loop. An {@link
 * dev.fovea.text.IncrementalDecoder} and a {@link dev.fovea.text.StopMatcher} belong to one
 * request.
 */
package dev.fovea.text;
