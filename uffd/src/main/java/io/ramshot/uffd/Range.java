package io.ramshot.uffd;

/**
 * One block for the engine.
 *
 * @param name for messages
 * @param address in this process
 * @param length in bytes
 * @param fileOffset where its first page, the one that {@code address} lies in, goes in the file
 * @param pages how many pages it touches
 */
public record Range(String name, long address, long length, long fileOffset, int pages) {}
