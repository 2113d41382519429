package io.ramshot.hooks;

import io.ramshot.Guest;
import java.util.Collection;

/**
 * Ties a host to ramshot where options cannot: one class in a jar that {@code adapter=} names,
 * listed in the jar's {@code META-INF/services/io.ramshot.hooks.Adapter}.
 *
 * <p>An adapter is made by its public constructor without parameters. It sees the host's classes
 * and, of ramshot, the packages {@code io.ramshot} and {@code io.ramshot.image} and this type. The
 * host does not see it. Where a host has class loaders of its own, there is an adapter for each
 * loader that has a class it wants, in which that loader's classes have their names.
 */
public interface Adapter {

  /**
   * The classes whose objects it wants, by binary name, nested ones with {@code $}; objects of
   * classes that extend them are theirs too. Asked once, before any of the host's classes is
   * loaded: an answer must not need them.
   */
  Collection<String> classes();

  /**
   * Told of an object, once, on the thread that constructs it, when its constructor in the named
   * class is over; that of a class which extends it is still to come. Objects that were there
   * before the agent was attached are told by the attaching thread.
   *
   * <p>It adds to the guest what belongs to a checkpoint besides RAM that ramshot finds: {@link
   * Guest#add(io.ramshot.Participant)}, {@link Guest#register}. Names must be the same in the JVM
   * that restores.
   *
   * @throws Exception if the object cannot be told of; snapshots and restores are then refused, for
   *     they would lack its state
   */
  void constructed(Object instance, Guest guest) throws Exception;
}
