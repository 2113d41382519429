package io.ramshot.hooks;

import io.ramshot.Participant;
import io.ramshot.SnapshotException;
import java.io.IOException;
import java.lang.ref.WeakReference;

/** Saves and loads the state of one host object, or of one host class with static methods. */
final class StateParticipant implements Participant {

  /** Gives what the methods are called on. */
  private interface Target {

    /** The class that was named, or a subclass. */
    Class<?> type() throws Exception;

    /** Null for static methods. */
    Object instance() throws Exception;
  }

  /** Its object is no more. */
  private static final class GoneException extends IOException {
    private static final long serialVersionUID = 1;

    GoneException(String message) {
      super(message);
    }
  }

  private interface Step {
    void run() throws Exception;
  }

  /** Makes what saves and loads the objects of a class. */
  interface Factory {
    HostState of(String name, StateSpec spec, Class<?> type) throws Exception;
  }

  private final String name;
  private final StateSpec spec;
  private final Factory factory;
  private final Target target;

  /** Once the class has been looked at. */
  private volatile HostState state;

  private StateParticipant(String name, StateSpec spec, Factory factory, Target target) {
    this.name = name;
    this.spec = spec;
    this.factory = factory;
    this.target = target;
  }

  static StateParticipant of(
      String name, StateSpec spec, Factory factory, WeakReference<Object> reference) {
    return new StateParticipant(
        name,
        spec,
        factory,
        new Target() {
          @Override
          public Class<?> type() throws Exception {
            return spec.isFields()
                ? instance().getClass()
                : Access.declaring(instance(), spec.className());
          }

          @Override
          public Object instance() throws IOException {
            Object instance = reference.get();
            if (instance == null) {
              throw new GoneException(name + " has been collected as garbage: try again");
            }
            return instance;
          }
        });
  }

  /** The class may not be complete yet, so it is looked up when it is needed. */
  static StateParticipant ofStatic(
      String name, StateSpec spec, Factory factory, ClassLoader loader) {
    return new StateParticipant(
        name,
        spec,
        factory,
        new Target() {
          @Override
          public Class<?> type() throws ClassNotFoundException {
            return Class.forName(spec.className(), true, loader);
          }

          @Override
          public Object instance() {
            return null;
          }
        });
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public boolean isGone() {
    try {
      target.instance();
      return false;
    } catch (GoneException e) {
      return true;
    } catch (Exception e) {
      return false;
    }
  }

  /** Looks at the class, which takes longer than a whole pause should. */
  @Override
  public void prepare() throws Exception {
    try {
      tell(() -> state().prepare(target.instance()));
    } catch (GoneException e) {
      return; // nothing of it is left to save; in the freeze those that live are held
    }
  }

  @Override
  public byte[] save() throws Exception {
    byte[][] saved = new byte[1][];
    tell(() -> saved[0] = state().save(target.instance()));
    return saved[0];
  }

  @Override
  public void load(byte[] bytes) throws Exception {
    tell(() -> state().load(target.instance(), bytes));
  }

  /** Fields run no code of the host: what they throw are refusals, as whole sentences. */
  private void tell(Step step) throws Exception {
    try {
      step.run();
    } catch (GoneException e) {
      throw e;
    } catch (IOException e) {
      throw spec.isFields() ? new SnapshotException(e.getMessage(), e) : e;
    }
  }

  private HostState state() throws Exception {
    HostState known = state;
    if (known == null) {
      known = factory.of(name, spec, target.type());
      state = known;
    }
    return known;
  }

  @Override
  public String toString() {
    return name + " (" + spec + ")";
  }
}
