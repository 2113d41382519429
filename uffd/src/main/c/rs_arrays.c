/*
 * Arrays on the Java heap: the collector moves them, but not inside of a JNI critical section, so
 * their addresses are taken and all is armed within one.
 */
#include <errno.h>
#include <jni.h>
#include <stdlib.h>

#include "rs_clock.h"
#include "rs_snapshot.h"

struct arrays {
    jsize count;
    jobject *object; /* NULL: none */
    uint64_t *address;
};

static int take_references(JNIEnv *env, jobjectArray from, struct arrays *arrays) {
    jsize count = (*env)->GetArrayLength(env, from);
    *arrays = (struct arrays){
        .count = count,
        .object = calloc((size_t)count + 1, sizeof(jobject)),
        .address = calloc((size_t)count + 1, sizeof(uint64_t)),
    };
    if (!arrays->object || !arrays->address || (*env)->PushLocalFrame(env, count + 1))
        return -ENOMEM;
    for (jsize i = 0; i < count; i++)
        arrays->object[i] = (*env)->GetObjectArrayElement(env, from, i);
    return 0;
}

static void drop(struct arrays *arrays) {
    free(arrays->object);
    free(arrays->address);
}

/*
 * Where an array is, which stays there until it is let go; 0 where this JVM tells nobody. Under
 * -Xcheck:jni it hands out copies without saying so, but another one each time.
 */
static uint64_t hold(JNIEnv *env, jobject array) {
    jboolean copied = JNI_FALSE;
    void *address = (*env)->GetPrimitiveArrayCritical(env, array, &copied);
    void *again = address ? (*env)->GetPrimitiveArrayCritical(env, array, NULL) : NULL;
    if (again)
        (*env)->ReleasePrimitiveArrayCritical(env, array, again, JNI_ABORT);
    if (address && (copied || again != address)) {
        (*env)->ReleasePrimitiveArrayCritical(env, array, address, JNI_ABORT);
        return 0;
    }
    return (uint64_t)(uintptr_t)address;
}

static void release(JNIEnv *env, struct arrays *arrays, jsize i) {
    if (arrays->address[i])
        (*env)->ReleasePrimitiveArrayCritical(env, arrays->object[i],
                                              (void *)(uintptr_t)arrays->address[i], JNI_ABORT);
}

JNIEXPORT jint JNICALL Java_io_ramshot_uffd_HeapArrays_arm(JNIEnv *env, jclass self, jlong snapshot,
                                                           jobjectArray from);
JNIEXPORT jint JNICALL Java_io_ramshot_uffd_HeapArrays_addresses(JNIEnv *env, jclass self,
                                                                 jobjectArray from, jlongArray to);

JNIEXPORT jint JNICALL Java_io_ramshot_uffd_HeapArrays_arm(JNIEnv *env, jclass self, jlong snapshot,
                                                           jobjectArray from) {
    (void)self;
    struct rs_snapshot *s = (struct rs_snapshot *)(uintptr_t)snapshot;
    struct arrays arrays;
    int result = take_references(env, from, &arrays);
    if (result) {
        rs_snapshot_end(s, RS_FAILED, RS_STEP_PLACE, -result, UINT64_MAX, UINT64_MAX);
        drop(&arrays);
        return result;
    }
    uint64_t began = rs_now();
    for (jsize i = 0; i < arrays.count && !result; i++) {
        if (arrays.object[i] && !(arrays.address[i] = hold(env, arrays.object[i]))) {
            result = -EOPNOTSUPP;
            rs_snapshot_end(s, RS_FAILED, RS_STEP_PLACE, -result, (uint64_t)i, UINT64_MAX);
        }
    }
    rs_figure_add(rs_snapshot_figures(s), RS_PLACE_NS, rs_now() - began);
    if (!result)
        result = rs_snapshot_arm(s, arrays.address);
    for (jsize i = arrays.count; i-- > 0;)
        release(env, &arrays, i);
    (*env)->PopLocalFrame(env, NULL);
    drop(&arrays);
    return result;
}

JNIEXPORT jint JNICALL Java_io_ramshot_uffd_HeapArrays_addresses(JNIEnv *env, jclass self,
                                                                 jobjectArray from, jlongArray to) {
    (void)self;
    struct arrays arrays;
    int result = take_references(env, from, &arrays);
    for (jsize i = 0; i < arrays.count && !result; i++) {
        if (!arrays.object[i])
            continue;
        arrays.address[i] = hold(env, arrays.object[i]);
        release(env, &arrays, i);
    }
    if (!result) {
        (*env)->PopLocalFrame(env, NULL);
        (*env)->SetLongArrayRegion(env, to, 0, arrays.count, (const jlong *)arrays.address);
    }
    drop(&arrays);
    return result;
}
