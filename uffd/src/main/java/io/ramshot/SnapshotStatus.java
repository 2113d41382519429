package io.ramshot;

import io.ramshot.image.Frozen;
import java.util.List;

/**
 * What a snapshot has done so far: read at any time, without a lock, from memory that the native
 * threads write. Figures are exact once the snapshot has ended.
 *
 * @param state where in its life the snapshot is
 * @param totalBytes guest RAM in the snapshot, in bytes
 * @param doneBytes how much of it needs no more work: saved, zero or unpopulated, in bytes
 * @param writtenBytes page data given to the file, in bytes
 * @param chunks chunks in all (2 MiB each, fewer bytes at a block's ends)
 * @param chunksSaved chunks written straight from guest pages
 * @param chunksCopied chunks copied to the pool because the guest wanted to write them
 * @param chunksAhead chunks copied to the pool before the guest wanted to write them
 * @param chunksEmpty chunks that held no populated page at the freeze
 * @param pagesZero populated pages that held only zeros
 * @param pagesUnpopulated pages that were not populated at the freeze
 * @param pagesInherited pages that are as the parent has them, which are not stored
 * @param inheritedBytes the same in bytes
 * @param requests write faults the engine answered
 * @param requestsWaited of these, how many waited for the file because the pool was full
 * @param stalls how long guest threads waited
 * @param pause the freeze in parts; all zero before it is over
 * @param poolBytes size of the copy pool, in bytes
 * @param poolPeakBytes the most that was in use of it, in bytes
 * @param savingNanos time in SAVING so far, in ns
 * @param bytesPerSecond {@code writtenBytes} over {@code savingNanos}
 * @param directIo whether the file is written with O_DIRECT
 * @param hugeChunks chunks that were on one huge page at the freeze
 * @param ownBytes the most memory that the snapshot takes of this process, the pool included, in
 *     bytes; 0 before it is known
 * @param memoryLimit what made the pool smaller than it would be good for, empty where nothing did
 * @param frozen whom the freeze stopped; null before it did
 * @param warnings sentences about what may go wrong with it, or after it
 */
public record SnapshotStatus(
    SnapshotState state,
    long totalBytes,
    long doneBytes,
    long writtenBytes,
    long chunks,
    long chunksSaved,
    long chunksCopied,
    long chunksAhead,
    long chunksEmpty,
    long pagesZero,
    long pagesUnpopulated,
    long pagesInherited,
    long inheritedBytes,
    long requests,
    long requestsWaited,
    Stalls stalls,
    Pause pause,
    long poolBytes,
    long poolPeakBytes,
    long savingNanos,
    long bytesPerSecond,
    boolean directIo,
    long hugeChunks,
    long ownBytes,
    String memoryLimit,
    Frozen frozen,
    List<String> warnings) {}
