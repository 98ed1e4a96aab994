package dev.fovea.text.jinja;

/** Text that a filter has marked as escaped; behaves as its text wherever that is exact. */
record Markup(String text) {}
