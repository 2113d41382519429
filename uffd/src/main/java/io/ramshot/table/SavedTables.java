package io.ramshot.table;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The forms of an image's tables, by name. */
public final class SavedTables {

  /** The type of the section that has them. */
  public static final String SECTION = "tabl";

  /** A table of this guest, planned to be as it is in the image. */
  public static final class Plan {
    private final TableFill fill;
    private final RamTable table;

    private Plan(TableFill fill, RamTable before) {
      this.fill = fill;
      this.table = fill.table(before);
    }

    /** As it will be. */
    public RamTable table() {
      return table;
    }

    /** Makes it so. */
    public void commit() {
      fill.commit();
    }
  }

  private final Map<String, Form> forms;

  private SavedTables(Map<String, Form> forms) {
    this.forms = forms;
  }

  /** Of an image that says nothing of tables. */
  public static SavedTables none() {
    return new SavedTables(Map.of());
  }

  /** Of tables as they were looked at last, by name. */
  public static SavedTables of(Map<String, RamTable> tables) {
    Map<String, Form> forms = new LinkedHashMap<>();
    tables.forEach((name, table) -> forms.put(name, table.root().form()));
    return new SavedTables(forms);
  }

  /**
   * @param payload of the section
   * @throws TableException if it cannot be
   */
  public static SavedTables decode(ByteBuffer payload) throws TableException {
    return new SavedTables(FormCode.decode(payload));
  }

  /** The payload of the section. */
  public ByteBuffer encode() {
    return FormCode.encode(forms);
  }

  public boolean isEmpty() {
    return forms.isEmpty();
  }

  /** Their names, in the image's order. */
  public List<String> names() {
    return List.copyOf(forms.keySet());
  }

  /** The table that a block is, or is part of. */
  public Optional<String> tableOf(String block) {
    return forms.containsKey(block)
        ? Optional.of(block)
        : forms.keySet().stream().filter(name -> block.startsWith(name + ".")).findFirst();
  }

  /**
   * @param name of one of the image's tables
   * @param table of this guest
   * @throws TableException if this guest's cannot become that; nothing has been changed
   */
  public Plan plan(String name, RamTable table) throws TableException {
    return new Plan(TableFill.plan(name, forms.get(name), table), table);
  }

  /**
   * The form of an array of arrays in an image that only tells the pieces' lengths.
   *
   * @param lengths in elements, negative for a piece that was not there
   * @param elementBytes of one element of a piece
   */
  public static Plan plan(String name, RamTable table, int elementBytes, long[] lengths)
      throws TableException {
    requireShape(name, table, elementBytes, lengths.length);
    Class<?> piece = table.value().getClass().getComponentType();
    char letter = piece.isArray() ? piece.getName().charAt(1) : 'B';
    List<Form> forms = new ArrayList<>();
    for (long length : lengths) {
      forms.add(length < 0 ? Form.ABSENT : Form.array(letter, (int) length));
    }
    Form form = Form.of(Form.Kind.ROW, table.value().getClass().getName(), forms);
    return new Plan(TableFill.plan(name, form, table), table);
  }

  /**
   * Refuses another number of pieces, or pieces of other elements.
   *
   * @throws TableException that tells both
   */
  public static void requireShape(String name, RamTable table, int elementBytes, int count)
      throws TableException {
    Class<?> piece = table.value().getClass().getComponentType();
    int here = Form.elementBytes(piece.isArray() ? piece.getName().charAt(1) : 'B');
    int pieces = table.root().parts().size();
    if (here != elementBytes || pieces != count) {
      throw new TableException(
          String.format(
              "block %s has %d pieces with elements of %d bytes in the image, and %d with %d bytes"
                  + " in this guest: start it with the RAM options of the machine that was saved",
              name, count, elementBytes, pieces, here));
    }
  }
}
