package io.ramshot.image;

/**
 * The program that wrote an image.
 *
 * @param name {@code ramshot}
 * @param version of the program, which says nothing about the version of the format
 */
public record Product(String name, String version) {

  /** This build; its version comes from the jar's manifest. */
  static Product current() {
    String version = Product.class.getPackage().getImplementationVersion();
    return new Product("ramshot", version == null ? "unknown" : version);
  }
}
