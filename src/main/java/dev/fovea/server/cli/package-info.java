/**
 * The command line. {@code serve} starts the application; {@code generate}, {@code inspect} and
 * {@code bench} do their work in the same process without opening a port. Results go to standard
 * output, everything else to standard error.
 */
package dev.fovea.server.cli;
