package dev.fovea.server.http;

import dev.fovea.server.FoveaConfig;
import io.quarkus.vertx.http.runtime.cors.CORSFilter;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.HostAndPort;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * Which requests are refused for where they come from. A browser runs the pages of any website on
 * the machine that a server may be bound to for its own user alone: such a page must not use it.
 *
 * <p>A page of another site is told by what browsers add to its requests, {@code Sec-Fetch-Site}
 * and {@code Origin}, which no script can change. A page whose own name was made to mean this
 * machine (DNS rebinding) is told by the name that it asks for: on a loopback address a server
 * answers to names of loopback, to addresses, which cannot be rebound, and to those it is
 * configured for. Bound to other addresses it answers to any name, unless names are configured.
 */
@Singleton
public final class SiteRules {
  private static final String ANY = "*";
  private static final int MAX_SHOWN_CHARS = 100;
  private static final int HTTP_PORT = 80;
  private static final int HTTPS_PORT = 443;
  private static final Pattern ADDRESS =
      Pattern.compile(
          "\\d{1,3}(\\.\\d{1,3}){3}|\\[[0-9A-Fa-f:.]+(%[^]]*)?]|[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*");
  private static final Set<HttpMethod> SAFE = Set.of(HttpMethod.GET, HttpMethod.HEAD);
  private static final Set<String> OWN_SITES = Set.of("same-origin", "none");

  private final Set<String> names;
  private final boolean answersToAnyName;
  private final Cors cors;

  @Inject
  SiteRules(
      FoveaConfig config,
      @ConfigProperty(name = "quarkus.http.host") String boundTo,
      @ConfigProperty(name = "quarkus.http.cors.enabled", defaultValue = "false") boolean hasCors,
      @ConfigProperty(name = "quarkus.http.cors.origins") Optional<List<String>> corsOrigins) {
    names =
        config.allowedHosts().orElse(List.of()).stream()
            .map(SiteRules::plainName)
            .collect(Collectors.toUnmodifiableSet());
    answersToAnyName = names.contains(ANY) || (names.isEmpty() && !isLoopback(boundTo));
    this.cors = new Cors(hasCors, corsOrigins, CORSFilter.parseAllowedOriginsRegex(corsOrigins));
  }

  /** What is wrong with where a request comes from, or nothing. */
  Optional<ApiError> errorOf(HttpServerRequest request) {
    return errorOf(request.method(), request.authority(), request::getHeader);
  }

  /**
   * @param asked the name and port that were asked for; null: none was given
   * @param headers values by name
   */
  Optional<ApiError> errorOf(HttpMethod method, HostAndPort asked, UnaryOperator<String> headers) {
    if (asked != null && !answersTo(asked.host())) {
      return Optional.of(
          new ApiError(
              421,
              ErrorCodes.HOST_NOT_ALLOWED,
              null,
              "Host: expected localhost, an address, or a name of fovea.allowed-hosts, got "
                  + shortened(asked.host())));
    }
    if (isOfAnotherSite(method, asked, headers)) {
      return Optional.of(
          new ApiError(
              403,
              ErrorCodes.CROSS_SITE,
              null,
              "pages of other sites may not use this server, unless quarkus.http.cors allows their origin"));
    }
    return Optional.empty();
  }

  private boolean answersTo(String host) {
    String name = plainName(host);
    return answersToAnyName
        || name.equals("localhost")
        || name.endsWith(".localhost")
        || ADDRESS.matcher(name).matches()
        || names.contains(name);
  }

  private boolean isOfAnotherSite(
      HttpMethod method, HostAndPort asked, UnaryOperator<String> headers) {
    String site = headers.apply("Sec-Fetch-Site");
    String origin = headers.apply("Origin");
    if ((site == null && origin == null) || (site != null && OWN_SITES.contains(site))) {
      return false;
    }
    if (origin != null && cors.allows(origin)) {
      return false;
    }
    if (SAFE.contains(method) && "navigate".equals(headers.apply("Sec-Fetch-Mode"))) {
      // Somebody follows a link to the page, which does not let itself be shown inside another.
      return false;
    }
    return site != null || !isOwn(origin, asked, headers.apply("X-Forwarded-Host"));
  }

  /** A proxy may have put its own name for this server in the place of the one that was asked. */
  private boolean isOwn(String origin, HostAndPort asked, String forwarded) {
    HostAndPort page = placeOf(origin);
    return page != null
        && (names.contains(plainName(page.host()))
            || isSame(page, asked)
            || (forwarded != null
                && isSame(page, HostAndPort.parseAuthority(forwarded.split(",")[0].strip(), -1))));
  }

  private static boolean isSame(HostAndPort page, HostAndPort asked) {
    return asked != null
        && page.host().equalsIgnoreCase(asked.host())
        && (page.port() == asked.port() || (asked.port() <= 0 && isDefault(page.port())));
  }

  private static boolean isDefault(int port) {
    return port == HTTP_PORT || port == HTTPS_PORT;
  }

  /** Null: an origin of no place, as that of a file. */
  private static HostAndPort placeOf(String origin) {
    boolean isSecure = origin.startsWith("https://");
    if (!isSecure && !origin.startsWith("http://")) {
      return null;
    }
    return HostAndPort.parseAuthority(
        origin.substring(origin.indexOf("//") + 2), isSecure ? HTTPS_PORT : HTTP_PORT);
  }

  private static String plainName(String host) {
    String name = host.toLowerCase(Locale.ROOT);
    return name.endsWith(".") ? name.substring(0, name.length() - 1) : name;
  }

  private static String shortened(String text) {
    return text.length() <= MAX_SHOWN_CHARS ? text : text.substring(0, MAX_SHOWN_CHARS) + "...";
  }

  private static boolean isLoopback(String address) {
    try {
      return InetAddress.getByName(address).isLoopbackAddress();
    } catch (UnknownHostException e) {
      return false;
    }
  }

  /**
   * Origins that the server's own filter lets use it; what else it says of them is its business.
   *
   * @param origins texts, or patterns between slashes
   */
  private record Cors(boolean isEnabled, Optional<List<String>> origins, List<Pattern> patterns) {
    boolean allows(String origin) {
      return isEnabled
          && (origins.filter(texts -> texts.contains("*") || texts.contains(origin)).isPresent()
              || CORSFilter.isOriginAllowedByRegex(patterns, origin));
    }
  }
}
