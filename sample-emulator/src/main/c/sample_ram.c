/* Guest RAM of io.ramshot.sample.memory.NativeRam: mapped here, so that no Java code knows of it.
 */
#include <errno.h>
#include <jni.h>
#include <sys/mman.h>

JNIEXPORT jlong JNICALL Java_io_ramshot_sample_memory_NativeRam_mmap(JNIEnv *env, jclass self,
                                                                     jlong size);
JNIEXPORT jint JNICALL Java_io_ramshot_sample_memory_NativeRam_munmap(JNIEnv *env, jclass self,
                                                                      jlong address, jlong size);

/* size in bytes. Returns the address, or -errno. */
JNIEXPORT jlong JNICALL Java_io_ramshot_sample_memory_NativeRam_mmap(JNIEnv *env, jclass self,
                                                                     jlong size) {
    (void)env, (void)self;
    void *ram = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return ram == MAP_FAILED ? -errno : (jlong)ram;
}

/* size in bytes. Returns 0 or -errno. */
JNIEXPORT jint JNICALL Java_io_ramshot_sample_memory_NativeRam_munmap(JNIEnv *env, jclass self,
                                                                      jlong address, jlong size) {
    (void)env, (void)self;
    return munmap((void *)address, size) ? -errno : 0;
}
