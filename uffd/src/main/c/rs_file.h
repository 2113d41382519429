/* Opens files by name, regular ones alone. */
#ifndef RS_FILE_H
#define RS_FILE_H

/*
 * Never waits for whoever is at the other end of a FIFO, and takes nothing but a regular file.
 * flags: of open(2). The descriptor, or -errno; -EINVAL for what is no regular file, and where
 * O_DIRECT is refused.
 */
int rs_file_open(const char *path, int flags);

#endif
