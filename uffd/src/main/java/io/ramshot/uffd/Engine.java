package io.ramshot.uffd;

import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.PointerByReference;

/**
 * The functions of libramshot.so; rs_snapshot.h says what each does. Those that return an int
 * return 0 or {@code -errno}.
 */
final class Engine {

  private Engine() {}

  private static boolean loaded;

  /**
   * Loads the library at the first call.
   *
   * @throws EngineException if it cannot be loaded, every time
   */
  static synchronized void load() throws EngineException {
    if (loaded) {
      return;
    }
    NativeCode.require();
    NativeLibrary library = LibraryLoader.load();
    Native.register(Engine.class, library);
    if (rs_figure_count() != Figure.values().length
        || rs_stall_bucket_count() != StallBuckets.COUNT
        || rs_track_figure_count() != TrackFigure.values().length
        || rs_lazy_figure_count() != LazyFigure.values().length) {
      throw new EngineException(
          library.getFile()
              + " does not belong to this ramshot: remove it, or the setting that names it");
    }
    loaded = true;
  }

  static native int rs_figure_count();

  static native int rs_stall_bucket_count();

  static native String rs_error_text(int error);

  static native int rs_page_bytes();

  static native long rs_allocated_bytes(String path);

  static native int rs_advise_huge(long address, long length);

  static native long rs_populated_bytes(long address, long length);

  static native int rs_clear(long address, long length, long[] failed);

  static native int rs_store(long to, Pointer from, long bytes, long[] failed);

  static native int rs_publish(byte[] descriptor, byte[] from, byte[] to);

  static native int rs_lock_take(byte[] path, String text, byte[] owner, long room);

  static native void rs_lock_release(int descriptor);

  static native int rs_snapshot_prepare(
      long[] options,
      int count,
      long[] addresses,
      long[] lengths,
      long[] offsets,
      long[] fragile,
      String path,
      PointerByReference out,
      long[] failure);

  static native int rs_snapshot_collapse(Pointer snapshot, long[] addresses);

  static native int rs_snapshot_arm(Pointer snapshot, long[] addresses);

  static native int rs_snapshot_wait(Pointer snapshot, int timeoutMillis);

  static native void rs_snapshot_cancel(Pointer snapshot);

  static native int rs_snapshot_may_free(Pointer snapshot, int block);

  static native Pointer rs_snapshot_figures(Pointer snapshot);

  static native long rs_snapshot_address(Pointer snapshot, int block);

  static native long rs_snapshot_pages(Pointer snapshot, int block);

  static native Pointer rs_snapshot_kinds(Pointer snapshot, int block);

  static native Pointer rs_snapshot_crcs(Pointer snapshot, int block);

  static native void rs_snapshot_history(
      Pointer snapshot, int block, int count, byte[] savers, int[] micros);

  static native Pointer rs_snapshot_hashes(Pointer snapshot, int block);

  static native int rs_snapshot_inherit(
      Pointer snapshot, int block, long lead, PointerByReference parents);

  static native void rs_snapshot_disinherit(Pointer snapshot, int block);

  static native int rs_hashes_fast();

  static native void rs_hash_pages(
      Pointer key, Pointer pages, long count, long pageBytes, Pointer hashes);

  static native void rs_snapshot_settle(Pointer snapshot);

  static native void rs_snapshot_close(Pointer snapshot);

  static native int rs_track_figure_count();

  static native int rs_can_protect(long address, long length);

  static native int rs_can_track(long address, long length);

  static native int rs_track_open(
      long[] options,
      int count,
      long[] addresses,
      long[] lengths,
      long[] offsets,
      String path,
      PointerByReference out,
      long[] failure);

  static native int rs_track_copy(Pointer track, long[] failure);

  static native int rs_track_freeze(Pointer track, long[] failure);

  static native int rs_track_finish(Pointer track, long[] failure);

  static native void rs_track_stop(Pointer track);

  static native Pointer rs_track_figures(Pointer track);

  static native Pointer rs_track_kinds(Pointer track, int block);

  static native Pointer rs_track_crcs(Pointer track, int block);

  static native void rs_track_close(Pointer track);

  static native int rs_lazy_figure_count();

  static native int rs_lazy_new(long[] options, PointerByReference out);

  static native int rs_lazy_add_file(Pointer lazy, String path, String name);

  static native int rs_lazy_add_block(
      Pointer lazy, String name, long address, long length, long crcs, int eager);

  static native int rs_lazy_add_level(Pointer lazy, int block, int file, long offset, long kinds);

  static native int rs_lazy_order(Pointer lazy, long[] order, long count);

  static native int rs_lazy_fill(Pointer lazy, long[] failure);

  static native int rs_lazy_start(Pointer lazy, long[] failure);

  static native int rs_lazy_wait(Pointer lazy, int timeoutMillis);

  static native void rs_lazy_finish_block(Pointer lazy, int block);

  static native Pointer rs_lazy_figures(Pointer lazy);

  static native void rs_lazy_stalls(Pointer lazy, long[] out);

  static native long rs_lazy_trace(Pointer lazy, long[] out, long room);

  static native void rs_lazy_close(Pointer lazy);
}
