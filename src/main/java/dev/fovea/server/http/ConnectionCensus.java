package dev.fovea.server.http;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Who is connected. When there is no room for another connection, the one that has been idle for
 * the longest goes: whoever asks for something is not locked out by those who do not. Any thread.
 */
final class ConnectionCensus {
  private static final int IPV6_NETWORK_BYTES = 8;

  /** More than one, so that those who are there for probes alone become fewer again. */
  private static final int MAX_VICTIMS = 2;

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
    List<ConnectionLife> victims = new ArrayList<>();
    Admission admission;
    synchronized (this) {
      count(address);
      for (int i = 0; i < MAX_VICTIMS && excess(address) > 0; i++) {
        moveOut(isFull(address) ? address : null, victims);
      }
      admission = admission(address);
      if (admission != Admission.REFUSED) {
        idle.add(connection);
      }
    }
    victims.forEach(ConnectionLife::evict);
    return admission;
  }

  /** Of one that is counted. */
  private Admission admission(Object address) {
    int excess = excess(address);
    if (Math.max(excess, leaving.size()) > limits.reserve()) {
      uncount(address);
      return Admission.REFUSED;
    }
    return excess > 0 ? Admission.PROBES_ONLY : Admission.SERVED;
  }

  private int excess(Object address) {
    return Math.max(
        numByAddress.getOrDefault(address, 0) - limits.perAddress(), numOpen - limits.total());
  }

  private boolean isFull(Object address) {
    return numByAddress.getOrDefault(address, 0) > limits.perAddress();
  }

  /** It has nothing to do; since when counts, if it had nothing to do before. */
  synchronized void idle(ConnectionLife connection) {
    if (!leaving.contains(connection)) {
      idle.add(connection);
    }
  }

  /**
   * @return false: it is about to be evicted
   */
  synchronized boolean busy(ConnectionLife connection) {
    idle.remove(connection);
    return !leaving.contains(connection);
  }

  /** It is not evicted yet: it probes the server. */
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

  /** Whether others should come in one by one: who has come is to have time to ask. */
  synchronized boolean isCrowded() {
    return !leaving.isEmpty() || numOpen > limits.total();
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

  /**
   * The one that has been idle for the longest; it counts no more.
   *
   * @param address it must have; null: any
   */
  private void moveOut(Object address, List<ConnectionLife> victims) {
    for (ConnectionLife each : idle) {
      if (address == null || address.equals(each.address())) {
        idle.remove(each);
        uncount(each.address());
        leaving.add(each);
        victims.add(each);
        return;
      }
    }
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
