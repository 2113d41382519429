package com.example;

/** As many registers as most machines have, and some memory. */
public class Registers {
  public long r0 = 0;
  public long r1 = 1;
  public long r2 = 2;
  public long r3 = 3;
  public long r4 = 4;
  public long r5 = 5;
  public long r6 = 6;
  public long r7 = 7;
  public long r8 = 8;
  public long r9 = 9;
  public long r10 = 10;
  public long r11 = 11;
  public long r12 = 12;
  public long r13 = 13;
  public long r14 = 14;
  public long r15 = 15;
  public long r16 = 16;
  public long r17 = 17;
  public long r18 = 18;
  public long r19 = 19;
  public long r20 = 20;
  public long r21 = 21;
  public long r22 = 22;
  public long r23 = 23;
  public long r24 = 24;
  public long r25 = 25;
  public long r26 = 26;
  public long r27 = 27;
  public long r28 = 28;
  public long r29 = 29;
  public long r30 = 30;
  public long r31 = 31;
  public byte[] memory = new byte[1 << 16];
}
