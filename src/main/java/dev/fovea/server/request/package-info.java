/**
 * A JSON body becomes a validated request. Every field is one {@link
 * dev.fovea.server.request.Field}: its name and the rule that reads it. {@code null} means absent
 * everywhere; nothing is coerced; unknown fields are ignored; a known field that would change the
 * output and is not built is refused by name.
 */
package dev.fovea.server.request;
