package com.example.gameboy;

import com.example.Storm;
import eu.rekawek.coffeegb.core.Gameboy;
import eu.rekawek.coffeegb.core.debug.Console;
import eu.rekawek.coffeegb.core.events.EventBus;
import eu.rekawek.coffeegb.core.memory.cart.Rom;
import eu.rekawek.coffeegb.core.serial.SerialEndpoint;
import java.io.IOException;

/** Plays the edge cartridge on Coffee GB, as its own desktop program runs a game. */
public final class GameBoyHost {
  private static final int PASSES = 0xc000;

  private GameBoyHost() {}

  public static void main(String[] args) throws IOException, InterruptedException {
    Gameboy.GameboyConfiguration configuration =
        new Gameboy.GameboyConfiguration(new Rom(EdgeRom.bytes()));
    Gameboy gameboy = configuration.setSupportBatterySave(false).build();
    gameboy.init(EventBus.NULL_EVENT_BUS, SerialEndpoint.NULL_ENDPOINT, (Console) null);
    Storm.begin();
    new Thread(gameboy, "gameboy").start();
    while (true) {
      Thread.sleep(100);
      int low = gameboy.getAddressSpace().getByte(PASSES);
      int high = gameboy.getAddressSpace().getByte(PASSES + 1);
      System.out.println("guest: pass " + (high << 8 | low));
    }
  }
}
