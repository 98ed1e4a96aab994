/** Routes for operators, tools and the page: health, version, tokenize, examples. */
package dev.fovea.server.ops;
