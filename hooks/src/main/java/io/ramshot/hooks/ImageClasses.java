package io.ramshot.hooks;

import java.net.URL;
import java.security.CodeSource;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Which classes an object stream may hold.
 *
 * <p>An image may come from anybody, and reading an object runs code of its class. So these are
 * decided by the host alone: classes out of the jar or folder of the class with state, or of what
 * its methods take and return, those of its package and the packages below; enums; and such classes
 * of the JDK as only hold values.
 */
final class ImageClasses {

  /** Exact names. What is not here, such as proxies and comparators, can be made to run code. */
  private static final Set<String> JDK =
      Set.of(
          "java.lang.Boolean",
          "java.lang.Byte",
          "java.lang.Character",
          "java.lang.Double",
          "java.lang.Enum",
          "java.lang.Float",
          "java.lang.Integer",
          "java.lang.Long",
          "java.lang.Number",
          "java.lang.Object",
          "java.lang.Record",
          "java.lang.Short",
          "java.lang.String",
          "java.math.BigDecimal",
          "java.math.BigInteger",
          "java.time.Duration",
          "java.time.Instant",
          "java.time.LocalDate",
          "java.time.LocalDateTime",
          "java.time.LocalTime",
          "java.time.Ser",
          "java.util.AbstractCollection",
          "java.util.AbstractList",
          "java.util.AbstractMap",
          "java.util.AbstractSet",
          "java.util.ArrayDeque",
          "java.util.ArrayList",
          "java.util.Arrays$ArrayList",
          "java.util.BitSet",
          "java.util.CollSer",
          "java.util.Collections$EmptyList",
          "java.util.Collections$EmptyMap",
          "java.util.Collections$EmptySet",
          "java.util.Collections$UnmodifiableCollection",
          "java.util.Collections$UnmodifiableList",
          "java.util.Collections$UnmodifiableMap",
          "java.util.Collections$UnmodifiableRandomAccessList",
          "java.util.Collections$UnmodifiableSet",
          "java.util.EnumMap",
          "java.util.EnumSet$SerializationProxy",
          "java.util.HashMap",
          "java.util.HashSet",
          "java.util.IdentityHashMap",
          // What CollSer and the proxy of EnumSet become when they are read.
          "java.util.ImmutableCollections$List12",
          "java.util.ImmutableCollections$ListN",
          "java.util.ImmutableCollections$Map1",
          "java.util.ImmutableCollections$MapN",
          "java.util.ImmutableCollections$Set12",
          "java.util.ImmutableCollections$SetN",
          "java.util.JumboEnumSet",
          "java.util.LinkedHashMap",
          "java.util.LinkedHashSet",
          "java.util.LinkedList",
          "java.util.Map$Entry",
          "java.util.Random",
          "java.util.RegularEnumSet",
          "java.util.Stack",
          "java.util.TreeMap",
          "java.util.TreeSet",
          "java.util.UUID",
          "java.util.Vector",
          "java.util.concurrent.atomic.AtomicBoolean",
          "java.util.concurrent.atomic.AtomicInteger",
          "java.util.concurrent.atomic.AtomicIntegerArray",
          "java.util.concurrent.atomic.AtomicLong",
          "java.util.concurrent.atomic.AtomicLongArray");

  private final List<Class<?>> roots;
  private final Set<String> locations = new HashSet<>();

  /**
   * @param roots the class with state first
   */
  ImageClasses(Class<?>... roots) {
    this.roots = List.of(roots);
    for (Class<?> root : roots) {
      String location = location(root);
      if (location != null) {
        locations.add(location);
      }
    }
  }

  /** What finds the host's classes by name; null for the boot loader. */
  ClassLoader loader() {
    return roots.get(0).getClassLoader();
  }

  boolean contains(Class<?> type) {
    Class<?> element = type;
    while (element.isArray()) {
      element = element.getComponentType();
    }
    if (element.isPrimitive() || JDK.contains(element.getName()) || element == RecordValue.class) {
      return true;
    }
    // Some loaders of hosts do not say where their classes are from.
    String location = location(element);
    return isBelow(element, roots.get(0)) || location != null && locations.contains(location);
  }

  private static boolean isBelow(Class<?> type, Class<?> root) {
    String name = root.getPackageName();
    return !name.isEmpty()
        && type.getClassLoader() == root.getClassLoader()
        && (type.getPackageName() + ".").startsWith(name + ".");
  }

  /** Where a class of the host is from, or null for one of the JDK. */
  private static String location(Class<?> type) {
    CodeSource source = type.getProtectionDomain().getCodeSource();
    URL url = source == null ? null : source.getLocation();
    return url == null || url.getProtocol().equals("jrt") ? null : url.toString();
  }

  /** One line that says why a class is not in a state, and what to do. */
  String refusal(Class<?> type) {
    return type.getName()
        + " is neither out of the jar or package of "
        + roots.get(0).getName()
        + " nor a plain value of the JDK, and objects of other classes are not taken from an image:"
        + " save bytes instead";
  }
}
