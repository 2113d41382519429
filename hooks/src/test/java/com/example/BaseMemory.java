package com.example;

/** What other memory inherits. */
class BaseMemory {
  protected int[] words;
}
