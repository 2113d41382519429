package com.example;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Guest RAM that is allocated page by page, in tables of every sort. */
public final class PagedMemory {

  /** A page, and what the host keeps beside it. */
  public static final class Page {
    public byte[] data;
    public final int number;

    public Page(int number) {
      this.number = number;
      data = new byte[16];
    }
  }

  public static int[][][] shared;

  public Page[] pages = new Page[4];
  public Map<Integer, byte[]> map = new HashMap<>();
  public List<Page> list = new ArrayList<>();

  /** A quantum, in which the guest touches a page. */
  public void touch(int number) {
    list.add(new Page(number));
  }
}
