package dev.fovea.text;

/** One message of a conversation, with plain text as its content. */
public record Message(String role, String content) {}
