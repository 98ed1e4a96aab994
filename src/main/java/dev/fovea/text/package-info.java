/**
 * Text to tokens and back: tokenizer, chat template, incremental decoder, stop strings. Imports
 * nothing else of ours.
 */
package dev.fovea.text;
