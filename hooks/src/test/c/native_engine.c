/* The native code of com.example.NativeEngine: one function is found by its name, two are
 * registered. */
#include <jni.h>
#include <stddef.h>
#include <sys/mman.h>

JNIEXPORT void JNICALL Java_com_example_NativeEngine_map(JNIEnv *env, jobject self, jlong address,
                                                         jlong size, jobjectArray flags) {
    (void)env;
    (void)self;
    (void)address;
    (void)flags;
    mmap(NULL, (size_t)size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

static jint run(JNIEnv *env, jclass type, jlong quanta, jdouble scale, jintArray more) {
    (void)type;
    return (jint)((double)quanta * scale) + (*env)->GetArrayLength(env, more);
}

static jstring stop(JNIEnv *env, jobject self, jboolean now) {
    (void)self;
    return (*env)->NewStringUTF(env, now ? "stopped" : "running");
}

static char run_name[] = "run", run_type[] = "(JD[I)I";
static char stop_name[] = "stop", stop_type[] = "(Z)Ljava/lang/String;";

JNIEXPORT jint JNICALL JNI_OnLoad(JavaVM *vm, void *reserved) {
    JNIEnv *env;
    (void)reserved;
    if ((*vm)->GetEnv(vm, (void **)&env, JNI_VERSION_1_8) != JNI_OK) {
        return JNI_ERR;
    }
    const JNINativeMethod methods[] = {{run_name, run_type, (void *)run},
                                       {stop_name, stop_type, (void *)stop}};
    jclass type = (*env)->FindClass(env, "com/example/NativeEngine");
    return type != NULL && (*env)->RegisterNatives(env, type, methods, 2) == JNI_OK
               ? JNI_VERSION_1_8
               : JNI_ERR;
}
