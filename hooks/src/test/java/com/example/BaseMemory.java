package com.example;

/** What other memory inherits. */
class BaseMemory {
  public int[] words;
}
