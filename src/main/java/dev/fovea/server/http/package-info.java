/** What every route shares: the error shape, bounded bodies, request ids. */
package dev.fovea.server.http;
