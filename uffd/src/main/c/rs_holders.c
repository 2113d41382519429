/*
 * Finds large primitive arrays on the Java heap, and who refers to them, for discovery.
 * One pass of JVMTI over all references, in one safepoint; the tags are gone with the environment.
 *
 * Tags: 1 + i is class i of those that Java names; larger ones are objects in the order of their
 * discovery. A referrer is tagged like what it refers to, so that chains of both can be told.
 */
#include <jni.h>
#include <jvmti.h>
#include <stdlib.h>

/* JVMTI looks objects up by a linear search of their tags: these bounds keep that under 0.2 s. */
#define RS_MAX_LARGE 2048
#define RS_MAX_WHOLE 3072
#define RS_MAX_OBJECTS 8192
#define RS_MAX_EDGES 16384
#define RS_MAX_GROUPS 4096 /* a power of two */

/* Smaller arrays, in bytes, are no pieces of RAM. */
#define RS_MIN_PIECE 512

/* What a class is to the search; HeapSearch.java has the same numbers. */
enum role {
    RS_ROLE_NONE,
    RS_ROLE_LARGE,  /* a primitive array: wanted from a size on */
    RS_ROLE_WHOLE,  /* every object is wanted: arrays of arrays, buffers */
    RS_ROLE_NESTED, /* the same, and small arrays in it are its own business */
};

/* Small arrays of one length that objects of one class refer to. */
struct group {
    jlong referrer_class; /* a tag; 0: the slot is free */
    jlong array_class;
    jlong length; /* in elements */
    jlong count;
};

struct search {
    const jbyte *roles; /* by class tag - 1 */
    jlong classes;
    jlong minimum; /* bytes */
    jlong objects; /* tagged so far */
    jlong large;
    jlong whole;
    jint edges;
    jboolean truncated;
    jlong edge[2 * RS_MAX_EDGES]; /* tags of referrer, or 0 for a root, and of what it refers to */
    struct group group[RS_MAX_GROUPS];
};

static enum role role_of(const struct search *s, jlong class_tag) {
    return class_tag > 0 && class_tag <= s->classes ? (enum role)s->roles[class_tag - 1]
                                                    : RS_ROLE_NONE;
}

static jlong tag_object(struct search *s, jlong *tag) {
    if (*tag == 0) {
        if (s->objects == RS_MAX_OBJECTS) {
            s->truncated = JNI_TRUE;
            return 0;
        }
        *tag = s->classes + ++s->objects;
    }
    return *tag;
}

static void count_piece(struct search *s, jlong referrer_class, jlong array_class, jlong length) {
    jlong hash = referrer_class * 31 + array_class * 17 + length;
    for (jlong i = 0; i < 64; i++) {
        struct group *g = &s->group[(hash + i) & (RS_MAX_GROUPS - 1)];
        if (g->referrer_class == 0) {
            g->referrer_class = referrer_class;
            g->array_class = array_class;
            g->length = length;
        }
        if (g->referrer_class == referrer_class && g->array_class == array_class &&
            g->length == length) {
            g->count++;
            return;
        }
    }
}

static jint JNICALL look(jvmtiHeapReferenceKind kind, const jvmtiHeapReferenceInfo *info,
                         jlong class_tag, jlong referrer_class_tag, jlong size, jlong *tag,
                         jlong *referrer_tag, jint length, void *user_data) {
    (void)info;
    struct search *s = user_data;
    enum role role = role_of(s, class_tag);
    if (role == RS_ROLE_NONE)
        return JVMTI_VISIT_OBJECTS;
    if (role == RS_ROLE_LARGE && size < s->minimum) {
        if (size >= RS_MIN_PIECE && referrer_tag && referrer_class_tag > 0 &&
            role_of(s, referrer_class_tag) != RS_ROLE_NESTED)
            count_piece(s, referrer_class_tag, class_tag, length);
        return JVMTI_VISIT_OBJECTS;
    }
    if (*tag == 0) {
        jlong *count = role == RS_ROLE_LARGE ? &s->large : &s->whole;
        if (*count == (role == RS_ROLE_LARGE ? RS_MAX_LARGE : RS_MAX_WHOLE)) {
            s->truncated = JNI_TRUE;
            return JVMTI_VISIT_OBJECTS;
        }
        ++*count;
    }
    jlong referee = tag_object(s, tag);
    jlong referrer = 0;
    if (kind == JVMTI_HEAP_REFERENCE_STATIC_FIELD)
        referrer = referrer_tag ? *referrer_tag : 0; /* a class that Java did not name has none */
    else if (kind == JVMTI_HEAP_REFERENCE_FIELD || kind == JVMTI_HEAP_REFERENCE_ARRAY_ELEMENT)
        referrer = tag_object(s, referrer_tag);
    if (referee && s->edges < RS_MAX_EDGES) {
        s->edge[2 * s->edges] = referrer;
        s->edge[2 * s->edges + 1] = referee;
        s->edges++;
    } else {
        s->truncated = JNI_TRUE;
    }
    return JVMTI_VISIT_OBJECTS;
}

static int tag_classes(JNIEnv *env, jvmtiEnv *jvmti, jobjectArray classes, jlong count) {
    for (jlong i = 0; i < count; i++) {
        jobject class = (*env)->GetObjectArrayElement(env, classes, (jsize)i);
        jvmtiError error = (*jvmti)->SetTag(jvmti, class, i + 1);
        (*env)->DeleteLocalRef(env, class);
        if (error)
            return -1;
    }
    return 0;
}

/* A static field is read by reflection later, which would wait for a class's initialiser. */
static void drop_uninitialised(JNIEnv *env, jvmtiEnv *jvmti, struct search *s,
                               jobjectArray classes) {
    for (jint i = 0; i < s->edges; i++) {
        jlong referrer = s->edge[2 * i];
        if (referrer == 0 || referrer > s->classes)
            continue;
        jint status = 0;
        jobject class = (*env)->GetObjectArrayElement(env, classes, (jsize)referrer - 1);
        if ((*jvmti)->GetClassStatus(jvmti, class, &status) ||
            !(status & JVMTI_CLASS_STATUS_INITIALIZED))
            s->edge[2 * i] = 0;
        (*env)->DeleteLocalRef(env, class);
    }
}

/* found[tag - classes - 1] becomes the object. */
static int fetch(JNIEnv *env, jvmtiEnv *jvmti, const struct search *s, jobjectArray found) {
    jlong *tags = malloc((size_t)(s->objects + 1) * sizeof *tags);
    if (!tags)
        return -1;
    for (jlong i = 0; i < s->objects; i++)
        tags[i] = s->classes + 1 + i;
    jint count = 0;
    jobject *objects = NULL;
    jlong *their_tags = NULL;
    jvmtiError error =
        (*jvmti)->GetObjectsWithTags(jvmti, (jint)s->objects, tags, &count, &objects, &their_tags);
    free(tags);
    if (error)
        return -1;
    for (jint i = 0; i < count; i++) {
        (*env)->SetObjectArrayElement(env, found, (jsize)(their_tags[i] - s->classes - 1),
                                      objects[i]);
        (*env)->DeleteLocalRef(env, objects[i]);
    }
    (*jvmti)->Deallocate(jvmti, (unsigned char *)objects);
    (*jvmti)->Deallocate(jvmti, (unsigned char *)their_tags);
    return 0;
}

/* {Object[] found, long[] edges, long[] groups, long[] {truncated}} */
static jobjectArray answer(JNIEnv *env, jvmtiEnv *jvmti, const struct search *s) {
    jclass object = (*env)->FindClass(env, "java/lang/Object");
    jobjectArray found =
        object ? (*env)->NewObjectArray(env, (jsize)s->objects, object, NULL) : NULL;
    jobjectArray all = found ? (*env)->NewObjectArray(env, 4, object, NULL) : NULL;
    jlongArray edges = all ? (*env)->NewLongArray(env, 2 * s->edges) : NULL;
    jlongArray groups = edges ? (*env)->NewLongArray(env, 4 * RS_MAX_GROUPS) : NULL;
    jlongArray flags = groups ? (*env)->NewLongArray(env, 1) : NULL;
    if (!flags || (s->objects && fetch(env, jvmti, s, found)))
        return NULL;
    jlong truncated = s->truncated;
    (*env)->SetLongArrayRegion(env, edges, 0, 2 * s->edges, s->edge);
    (*env)->SetLongArrayRegion(env, groups, 0, 4 * RS_MAX_GROUPS, (const jlong *)s->group);
    (*env)->SetLongArrayRegion(env, flags, 0, 1, &truncated);
    (*env)->SetObjectArrayElement(env, all, 0, found);
    (*env)->SetObjectArrayElement(env, all, 1, edges);
    (*env)->SetObjectArrayElement(env, all, 2, groups);
    (*env)->SetObjectArrayElement(env, all, 3, flags);
    return all;
}

static jobjectArray search(JNIEnv *env, jvmtiEnv *jvmti, struct search *s, jobjectArray classes) {
    jvmtiCapabilities capabilities = {.can_tag_objects = 1};
    jvmtiHeapCallbacks callbacks = {.heap_reference_callback = look};
    if ((*jvmti)->AddCapabilities(jvmti, &capabilities) ||
        tag_classes(env, jvmti, classes, s->classes) ||
        (*jvmti)->FollowReferences(jvmti, 0, NULL, NULL, &callbacks, s))
        return NULL;
    drop_uninitialised(env, jvmti, s, classes);
    return answer(env, jvmti, s);
}

JNIEXPORT jobjectArray JNICALL Java_io_ramshot_uffd_HeapSearch_search(JNIEnv *env, jclass self,
                                                                      jobjectArray classes,
                                                                      jbyteArray roles,
                                                                      jlong minimum);

JNIEXPORT jobjectArray JNICALL Java_io_ramshot_uffd_HeapSearch_search(JNIEnv *env, jclass self,
                                                                      jobjectArray classes,
                                                                      jbyteArray roles,
                                                                      jlong minimum) {
    (void)self;
    JavaVM *vm;
    jvmtiEnv *jvmti;
    if ((*env)->GetJavaVM(env, &vm) || (*vm)->GetEnv(vm, (void **)&jvmti, JVMTI_VERSION_11))
        return NULL;
    jobjectArray found = NULL;
    struct search *s = calloc(1, sizeof *s);
    jbyte *role = s ? (*env)->GetByteArrayElements(env, roles, NULL) : NULL;
    if (role) {
        s->roles = role;
        s->classes = (*env)->GetArrayLength(env, classes);
        s->minimum = minimum;
        found = search(env, jvmti, s, classes);
        (*env)->ReleaseByteArrayElements(env, roles, role, JNI_ABORT);
    }
    free(s);
    (*jvmti)->DisposeEnvironment(jvmti);
    return found;
}
