package io.ramshot.uffd;

/** The JVM of {@link LibraryLoaderTest}: loads the library and tells what came of it. */
final class LoadLibrary {

  private LoadLibrary() {}

  public static void main(String[] arguments) {
    try {
      System.out.println("loaded, pages of " + Machine.pageBytes());
    } catch (EngineException e) {
      System.out.println("refused: " + e.getMessage());
    }
  }
}
