package com.example;

/**
 * Has the compiler make bridge methods.
 *
 * @param <S> the state
 */
public interface Originator<S> {
  S saveToMemento();

  void restoreFromMemento(S state);

  /** By way of an interface's own code. */
  default S saveByDefault() {
    return saveToMemento();
  }

  default void loadByDefault(S state) {
    restoreFromMemento(state);
  }
}
