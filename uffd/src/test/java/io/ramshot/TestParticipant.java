package io.ramshot;

import java.util.Arrays;

/** A participant with a state of bytes. */
class TestParticipant implements Participant {
  private final String name;
  private byte[] state;

  TestParticipant(String name, int... state) {
    this.name = name;
    set(state);
  }

  final void set(int... values) {
    state = new byte[values.length];
    for (int i = 0; i < values.length; i++) {
      state[i] = (byte) values[i];
    }
  }

  String state() {
    return Arrays.toString(state);
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public byte[] save() throws Exception {
    return state.clone();
  }

  @Override
  public void load(byte[] saved) throws Exception {
    state = saved.clone();
  }
}
