/*
 * Finds objects on the Java heap, for an agent that comes to a host which runs already.
 * JVMTI marks what is reachable in one safepoint; the marks are gone with the environment.
 */
#include <jni.h>
#include <jvmti.h>

static jint JNICALL mark(jvmtiHeapReferenceKind kind, const jvmtiHeapReferenceInfo *info,
                         jlong class_tag, jlong referrer_class_tag, jlong size, jlong *tag,
                         jlong *referrer_tag, jint length, void *user_data) {
    (void)kind, (void)info, (void)class_tag, (void)referrer_class_tag, (void)size;
    (void)referrer_tag, (void)length, (void)user_data;
    *tag = 1;
    return JVMTI_VISIT_OBJECTS;
}

static jobjectArray to_array(JNIEnv *env, const jobject *objects, jint count) {
    jclass object = (*env)->FindClass(env, "java/lang/Object");
    jobjectArray array = object ? (*env)->NewObjectArray(env, count, object, NULL) : NULL;
    for (jint i = 0; array && i < count; i++) {
        (*env)->SetObjectArrayElement(env, array, i, objects[i]);
        (*env)->DeleteLocalRef(env, objects[i]);
    }
    return array;
}

/* The reachable objects of exactly this class; NULL where the JVM has no JVMTI for us. */
static jobjectArray find(JNIEnv *env, jvmtiEnv *jvmti, jclass wanted) {
    jvmtiCapabilities capabilities = {.can_tag_objects = 1};
    jvmtiHeapCallbacks callbacks = {.heap_reference_callback = mark};
    jlong marked = 1;
    jint count = 0;
    jobject *objects = NULL;
    if ((*jvmti)->AddCapabilities(jvmti, &capabilities) ||
        (*jvmti)->FollowReferences(jvmti, 0, wanted, NULL, &callbacks, NULL) ||
        (*jvmti)->GetObjectsWithTags(jvmti, 1, &marked, &count, &objects, NULL))
        return NULL;
    jobjectArray found = to_array(env, objects, count);
    (*jvmti)->Deallocate(jvmti, (unsigned char *)objects);
    return found;
}

JNIEXPORT jobjectArray JNICALL Java_io_ramshot_uffd_HeapSearch_find(JNIEnv *env, jclass self,
                                                                    jclass wanted);

JNIEXPORT jobjectArray JNICALL Java_io_ramshot_uffd_HeapSearch_find(JNIEnv *env, jclass self,
                                                                    jclass wanted) {
    (void)self;
    JavaVM *vm;
    jvmtiEnv *jvmti;
    if ((*env)->GetJavaVM(env, &vm) || (*vm)->GetEnv(vm, (void **)&jvmti, JVMTI_VERSION_11))
        return NULL;
    jobjectArray found = find(env, jvmti, wanted);
    (*jvmti)->DisposeEnvironment(jvmti);
    return found;
}
