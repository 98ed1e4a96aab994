package dev.fovea.server;

import java.lang.reflect.Method;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** Each key of the configuration, with the method that reads it. */
public final class SettingKeys {
  private SettingKeys() {}

  public static Map<String, Method> all() {
    Map<String, Method> found = new TreeMap<>();
    collect(FoveaConfig.class, "fovea.", found);
    return found;
  }

  private static void collect(Class<?> group, String prefix, Map<String, Method> found) {
    for (Method method : group.getMethods()) {
      String key = prefix + method.getName().replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT);
      if (method.getReturnType().getEnclosingClass() == FoveaConfig.class
          && method.getReturnType().isInterface()) {
        collect(method.getReturnType(), key + ".", found);
      } else {
        found.put(key, method);
      }
    }
  }
}
