package dev.fovea.server.http;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/**
 * Who is connected. When there is no room for another connection, the one that has been idle for
 * the longest goes: whoever asks for something is not locked out by those who do not. Any thread.
 */
final class ConnectionCensus {
  private static final int IPV6_NETWORK_BYTES = 8;

  private final ConnectionLimits limits;

  // Guarded by this.
  private final Map<Object, Integer> numByAddress = new HashMap<>();
  private final Set<ConnectionLife> idle = new LinkedHashSet<>();
  private final Set<ConnectionLife> leaving = new HashSet<>();
  private int numOpen;

  ConnectionCensus(ConnectionLimits limits) {
    this.limits = limits;
  }

  /** How a new connection is taken in. */
  enum Admission {
    /** As any. */
    SERVED,
    /** There is no room: it may ask whether the server lives, and nothing else. */
    PROBES_ONLY,
    /** Not even for that; it counts as gone. */
    REFUSED
  }

  Admission admit(ConnectionLife connection) {
    Object address = connection.address();
    ConnectionLife victim;
    Admission admission;
    synchronized (this) {
      count(address);
      victim = excess(address) > 0 ? longestIdle(isCrowded(address) ? address : null) : null;
      if (victim != null) {
        uncount(victim.address());
        leaving.add(victim);
      }
      admission = admission(address);
      if (admission != Admission.REFUSED) {
        idle.add(connection);
      }
    }
    if (victim != null) {
      victim.evict();
    }
    return admission;
  }

  /** Of one that is counted. */
  private Admission admission(Object address) {
    int excess = excess(address);
    if (excess <= 0) {
      return Admission.SERVED;
    }
    if (Math.max(excess, leaving.size()) <= limits.reserve()) {
      return Admission.PROBES_ONLY;
    }
    uncount(address);
    return Admission.REFUSED;
  }

  private int excess(Object address) {
    return Math.max(numByAddress.get(address) - limits.perAddress(), numOpen - limits.total());
  }

  private boolean isCrowded(Object address) {
    return numByAddress.get(address) > limits.perAddress();
  }

  /** It has nothing to do; since when counts, if it had nothing to do before. */
  synchronized void idle(ConnectionLife connection) {
    if (!leaving.contains(connection)) {
      idle.add(connection);
    }
  }

  synchronized void busy(ConnectionLife connection) {
    idle.remove(connection);
  }

  /** It is not evicted after all: a request came before. */
  synchronized void stays(ConnectionLife connection) {
    if (leaving.remove(connection)) {
      count(connection.address());
    }
  }

  /** To be told once of each that was not refused. */
  synchronized void gone(ConnectionLife connection) {
    idle.remove(connection);
    if (!leaving.remove(connection)) {
      uncount(connection.address());
    }
  }

  synchronized int numOpen() {
    return numOpen + leaving.size();
  }

  private void count(Object address) {
    numOpen++;
    numByAddress.merge(address, 1, Integer::sum);
  }

  private void uncount(Object address) {
    numOpen--;
    numByAddress.computeIfPresent(address, (key, count) -> count == 1 ? null : count - 1);
  }

  /** Taken out, so that no other newcomer takes its place too; null if all are busy. */
  private ConnectionLife longestIdle(Object address) {
    for (ConnectionLife each : idle) {
      if (address == null || address.equals(each.address())) {
        idle.remove(each);
        return each;
      }
    }
    return null;
  }

  /** What counts as one address: of IPv6 a whole network, which is what one host gets. */
  static Object addressOf(SocketAddress remote) {
    InetAddress address =
        remote instanceof InetSocketAddress internet ? internet.getAddress() : null;
    if (address instanceof Inet6Address) {
      return ByteBuffer.wrap(address.getAddress(), 0, IPV6_NETWORK_BYTES);
    }
    return address == null ? "local" : address;
  }
}
