/**
 * Load tests with Gatling, of a server that runs already: {@code ./mvnw -Pload gatling:test}.
 * Compiled in that profile alone.
 */
package dev.fovea.load;
