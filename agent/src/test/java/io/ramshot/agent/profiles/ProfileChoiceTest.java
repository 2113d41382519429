package io.ramshot.agent.profiles;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ramshot.agent.options.OptionException;
import io.ramshot.hooks.HostProfile;
import java.io.File;
import java.io.StringReader;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProfileChoiceTest {

  /** The sample emulator is on the tests' class path. */
  private static final ClassLoader SAMPLE = ProfileChoiceTest.class.getClassLoader();

  private static final ClassLoader UNKNOWN = ClassLoader.getPlatformClassLoader();
  private static final Map<String, String> NOTHING = Map.of();

  @TempDir private Path directory;

  private ClassLoader hostWith(String properties) throws Exception {
    Path file = directory.resolve(HostProfile.RESOURCE);
    Files.createDirectories(file.getParent());
    Files.writeString(file, properties);
    return new URLClassLoader(new URL[] {directory.toUri().toURL()}, SAMPLE);
  }

  @Test
  void aKnownHostIsRecognisedWhenNothingIsSaidAboutIt() throws Exception {
    ProfileChoice choice = ProfileChoice.of(null, Map.of("pool", "4m"), SAMPLE);
    assertEquals("sample-emulator", choice.name());
    assertTrue(choice.isRecognised());
    assertEquals("io.ramshot.sample.board.Board::step", choice.values().get("gate"));
    assertTrue(choice.toString().contains("recognised by class io.ramshot.sample.Main"));
    assertEquals("none", ProfileChoice.of(null, Map.of("gate", "a.B::c"), SAMPLE).toString());
    assertEquals(
        "sample-emulator", ProfileChoice.of("auto", Map.of("gate", "a.B::c"), SAMPLE).name());
    assertEquals("none", ProfileChoice.of("none", NOTHING, SAMPLE).toString());
  }

  @Test
  void anUnknownHostGetsNoneInSilence() throws Exception {
    for (String wanted : new String[] {null, "auto"}) {
      ProfileChoice choice = ProfileChoice.of(wanted, NOTHING, UNKNOWN);
      assertEquals(Map.of(), choice.values());
      assertEquals("", choice.doubt());
    }
  }

  @Test
  void theAuthorsProfileWinsOverShippedOnesAndTheUsersOverIt() throws Exception {
    ClassLoader host = hostWith("gate=their.Cpu::run\nname=theirs\n");
    for (Map<String, String> given : Arrays.asList(NOTHING, Map.of("gate", "a.B::c"))) {
      assertEquals(Map.of("gate", "their.Cpu::run"), ProfileChoice.of(null, given, host).values());
    }
    assertEquals("sample-emulator", ProfileChoice.of("sample-emulator", NOTHING, host).name());
    assertEquals("none", ProfileChoice.of("none", NOTHING, host).toString());
  }

  @Test
  void aFileIsReadAndNamedInMessages() throws Exception {
    Path file = directory.resolve("mine.properties");
    Files.writeString(file, "# mine\nname=mine\ngate=a.B::c\njava=8-11\n");
    ProfileChoice choice = ProfileChoice.of(file.toString(), NOTHING, UNKNOWN);
    assertEquals(Map.of("gate", "a.B::c"), choice.values());
    assertTrue(choice.doubt().contains("is for Java 8-11"), choice.doubt());

    Files.writeString(file, "gat=a.B::c\n");
    refused(file.toString(), file + ": gat is no key of a profile: did you mean gate?");
    Files.write(file, new byte[] {'n', '=', (byte) 0xff});
    refused(file.toString(), "is no text in UTF-8");
    refused(directory + "/absent.properties", "cannot be read: name a readable file");
    refused(
        "sample-emulato", "profile=sample-emulato is no profile: did you mean sample-emulator?");
  }

  @Test
  void messagesAboutWhatAProfileNamesSayWhichProfileThatIs() throws Exception {
    Path file = directory.resolve("mine.properties");
    Files.writeString(
        file, "name=mine\ngate=a.B::c(int,long),a.B::d\nram=a.M#bytes\nstate=a.B::save/load\n");
    ProfileChoice choice = ProfileChoice.of(file.toString(), Map.of("ram", "a.M#b"), UNKNOWN);
    String gate = "gate=a.B::c(int,long): a.B has no method c";
    assertEquals("profile mine (" + file + "): " + gate, choice.tell(gate));
    assertEquals(
        "profile mine (" + file + "): nobody came: a.B::d", choice.tell("nobody came: a.B::d"));
    String own = "ram=a.M#b finds nothing";
    assertEquals(own, choice.tell(own), "the user's own");
    assertEquals("disk full", choice.tell("disk full"));
    assertEquals(gate, ProfileChoice.none().tell(gate));
    String shipped = "gate=io.ramshot.sample.board.Board::step is gone";
    assertEquals(
        "profile sample-emulator: " + shipped,
        ProfileChoice.of("sample-emulator", NOTHING, UNKNOWN).tell(shipped));
  }

  private static void refused(String wanted, String why) {
    OptionException e =
        assertThrows(OptionException.class, () -> ProfileChoice.of(wanted, NOTHING, UNKNOWN), why);
    assertTrue(e.getMessage().contains(why), e.getMessage());
  }

  @Test
  void aBadProfileOfTheAuthorIsRefusedByItsName() throws Exception {
    ClassLoader host = hostWith("gate=a.B\n");
    OptionException e =
        assertThrows(OptionException.class, () -> ProfileChoice.of(null, NOTHING, host));
    assertTrue(
        e.getMessage().contains("META-INF/ramshot.properties: gate=a.B names no"), e.getMessage());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "gate=a.B | x: gate=a.B names no method",
        "present=a-b | x: present=a-b is no class: write com.example.Board",
        "java=new | x: java=new: write a version or a range of them, as in 22, 22+ or 17-21",
        "name=a b | x: name=a b: write letters, digits, dots and dashes, as in coffee-gb",
        "notes= | x: notes= is empty: give a value or leave it out",
        "hosts=y | x: hosts is no key of a profile: did you mean host? (known: ",
        "gate=a.B::c\\ngate=a.B::d | x: gate is given twice: give it once, its values separated",
      })
  void aBadProfileIsRefusedWithARemedy(String text, String message) {
    IllegalArgumentException e =
        assertThrows(
            IllegalArgumentException.class,
            () -> HostProfile.read("x", new StringReader(text.replace("\\n", "\n"))));
    assertTrue(e.getMessage().startsWith(message), e.getMessage());
  }

  @ParameterizedTest
  @CsvSource({"22,22,true", "22,23,false", "22+,25,true", "17-21,17,true", "17-21,22,false"})
  void aRangeOfVersions(String range, int java, boolean fits) throws Exception {
    HostProfile profile = HostProfile.read("x", new StringReader("java=" + range));
    assertEquals(fits, profile.fits(java));
  }

  @Test
  void aFifoIsNoProfile() throws Exception {
    Path fifo = directory.resolve("x.properties");
    assertEquals(0, new ProcessBuilder("mkfifo", fifo.toString()).start().waitFor());
    assertEquals(
        "profile=" + fifo + " is a FIFO: name a regular file",
        assertThrows(
                OptionException.class, () -> ProfileChoice.of(fifo.toString(), NOTHING, UNKNOWN))
            .getMessage());
  }

  @Test
  void everyShippedProfileIsListedAndComplete() throws Exception {
    URL index = ShippedProfiles.class.getResource("index");
    assertNotNull(index);
    String files =
        Arrays.stream(new File(index.toURI()).getParentFile().list())
            .filter(name -> name.endsWith(".properties"))
            .map(name -> name.substring(0, name.length() - ".properties".length()))
            .sorted()
            .collect(Collectors.joining("\n"));
    assertEquals(files, String.join("\n", ShippedProfiles.names()));
    for (HostProfile profile : ShippedProfiles.all()) {
      assertTrue(profile.source().endsWith("/" + profile.name() + ".properties"), profile.name());
      assertNotNull(profile.about().get(HostProfile.HOST), profile.name());
      assertFalse(profile.present().isEmpty(), profile.name());
      assertFalse(profile.values().isEmpty(), profile.name());
      assertTrue(ShippedProfiles.source(profile.name()).contains("#"), profile.name());
    }
  }
}
