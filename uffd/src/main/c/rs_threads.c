/*
 * Suspends the Java threads of the host, so that RAM is one instant without gates, and lets them
 * run again. Through JVMTI, for one snapshot at a time.
 *
 * A suspended thread may hold any lock that is made of Java: what runs between rs_threads' suspend
 * and resume must want none, and load no class. The JVM's native locks are no matter: no thread is
 * suspended that holds one.
 */
#include <errno.h>
#include <jni.h>
#include <jvmti.h>
#include <pthread.h>
#include <stdbool.h>
#include <string.h>

/* Bounds the time of a freeze too: a thread takes 10 to 50 us to be suspended. */
#define MAX_THREADS 16384

/* A thread that starts threads that start threads; two are enough in any ordinary host. */
#define MAX_ROUNDS 64

/* A thread that is stopped at this very moment burns less than that on its way to sleep, in ns. */
#define STRAY_NANOS 2000
#define MAX_STRAYS 16

/* Deep enough to see who called a foreign function through the JVM's own frames. */
#define STRAY_FRAMES 16

/* The header of JDK 17 does not know these; the table and the capability's bit are of JDK 21. */
#define JVMTI_VERSION_WITH_VIRTUAL_THREADS 0x30150000
#define SLOT_SUSPEND_ALL_VIRTUAL_THREADS 118
#define SLOT_RESUME_ALL_VIRTUAL_THREADS 119
#define VIRTUAL_THREADS_BYTE 5
#define VIRTUAL_THREADS_BIT 0x10

typedef jvmtiError(JNICALL *all_virtual_threads)(jvmtiEnv *jvmti, jint except_count,
                                                 const jthread *except);

struct native_thread {
    jthread thread;    /* borrowed from held */
    jlong cpu_nanos;   /* when all were suspended */
    jmethodID running; /* where it is, if it was found to run all the same; else NULL */
};

static struct {
    jvmtiEnv *jvmti; /* NULL until opened; kept for good */
    bool has_virtual;
    /* Taken by the freezing thread and by the one that ends a freeze that lasts too long. */
    pthread_mutex_t lock;
    bool suspending;   /* suspend is under way: resume only leaves word */
    bool resume_asked; /* word was left */
    bool all_held;     /* from the end of hold to the first release */
    bool virtual_suspended;
    jint count;                /* of held that were suspended, or are about to be */
    jthread held[MAX_THREADS]; /* global references */
    jvmtiError results[MAX_THREADS];
    jint native_count;
    struct native_thread natives[MAX_THREADS];
} threads = {.lock = PTHREAD_MUTEX_INITIALIZER};

static jvmtiError call_all_virtual(int slot) {
    all_virtual_threads call;
    void *const *table = (void *const *)*threads.jvmti;
    memcpy(&call, &table[slot - 1], sizeof call);
    return call(threads.jvmti, 0, NULL);
}

static bool starts_with(const char *text, const char *start) {
    return strncmp(text, start, strlen(start)) == 0;
}

/* Thread groups in which the JVM has its own: finalizers, cleaners, attach and JMX, and the
 * carriers of virtual threads, which are stopped by stopping those. */
static bool is_own_group(const char *name) {
    return strcmp(name, "system") == 0 || strcmp(name, "InnocuousThreadGroup") == 0 ||
           strcmp(name, "RMI Runtime") == 0 || strcmp(name, "CarrierThreads") == 0;
}

/* Whether a thread is the host's, neither ramshot's nor the JVM's. */
static bool is_hosts(JNIEnv *env, jthread thread) {
    jvmtiEnv *jvmti = threads.jvmti;
    jvmtiThreadInfo info = {0};
    if ((*jvmti)->GetThreadInfo(jvmti, thread, &info))
        return false; /* it has died */
    bool hosts = info.thread_group && !starts_with(info.name, "ramshot-");
    jvmtiThreadGroupInfo group = {0};
    if (hosts && (*jvmti)->GetThreadGroupInfo(jvmti, info.thread_group, &group) == 0) {
        hosts = !is_own_group(group.name);
        (*jvmti)->Deallocate(jvmti, (unsigned char *)group.name);
        (*env)->DeleteLocalRef(env, group.parent);
    }
    (*jvmti)->Deallocate(jvmti, (unsigned char *)info.name);
    (*env)->DeleteLocalRef(env, info.thread_group);
    (*env)->DeleteLocalRef(env, info.context_class_loader);
    return hosts;
}

static bool is_held(JNIEnv *env, jthread thread, jint count) {
    for (jint i = 0; i < count; i++) {
        if ((*env)->IsSameObject(env, thread, threads.held[i]))
            return true;
    }
    return false;
}

/* Adds the host's threads that are not held yet behind the first count; how many, or -errno. */
static int add_new(JNIEnv *env, jint count) {
    jvmtiEnv *jvmti = threads.jvmti;
    jthread current;
    jthread *all;
    jint all_count;
    int added = 0;
    if ((*jvmti)->GetCurrentThread(jvmti, &current))
        return -EINVAL;
    if ((*jvmti)->GetAllThreads(jvmti, &all_count, &all))
        return -ENOMEM;
    for (jint i = 0; i < all_count; i++) {
        if (added >= 0 && !is_held(env, all[i], count) &&
            !(*env)->IsSameObject(env, all[i], current) && is_hosts(env, all[i])) {
            jthread kept = count + added < MAX_THREADS ? (*env)->NewGlobalRef(env, all[i]) : NULL;
            if (kept)
                threads.held[count + added++] = kept;
            else
                added = -E2BIG;
        }
        (*env)->DeleteLocalRef(env, all[i]);
    }
    (*env)->DeleteLocalRef(env, current);
    (*jvmti)->Deallocate(jvmti, (unsigned char *)all);
    return added;
}

/* Lets go of those that died first. Those suspended by somebody else stay, and stay so. */
static jint compact(JNIEnv *env, jint from, jint to) {
    jint kept = from;
    for (jint i = from; i < to; i++) {
        if (threads.results[i] && threads.results[i] != JVMTI_ERROR_THREAD_SUSPENDED) {
            (*env)->DeleteGlobalRef(env, threads.held[i]);
            continue;
        }
        threads.held[kept] = threads.held[i];
        threads.results[kept++] = threads.results[i];
    }
    return kept;
}

/* Notes the threads in native code, which run on until they return to Java. */
static void note_natives(void) {
    jvmtiEnv *jvmti = threads.jvmti;
    threads.native_count = 0;
    for (jint i = 0; i < threads.count; i++) {
        struct native_thread *native = &threads.natives[threads.native_count];
        jint state;
        if ((*jvmti)->GetThreadState(jvmti, threads.held[i], &state) == 0 &&
            state & JVMTI_THREAD_STATE_IN_NATIVE &&
            (*jvmti)->GetThreadCpuTime(jvmti, threads.held[i], &native->cpu_nanos) == 0) {
            native->thread = threads.held[i];
            native->running = NULL;
            threads.native_count++;
        }
    }
}

static bool is_boot_class(jmethodID method) {
    jvmtiEnv *jvmti = threads.jvmti;
    jclass declaring;
    jobject loader;
    return (*jvmti)->GetMethodDeclaringClass(jvmti, method, &declaring) == 0 &&
           (*jvmti)->GetClassLoader(jvmti, declaring, &loader) == 0 && loader == NULL;
}

/* The method of the host that a thread in native code has called or is; NULL if the JDK's own
 * native methods are at work, which wait for files and sockets. */
static jmethodID native_code_of(jthread thread) {
    jvmtiEnv *jvmti = threads.jvmti;
    jvmtiFrameInfo frames[STRAY_FRAMES];
    jint count;
    jboolean is_native;
    if ((*jvmti)->GetStackTrace(jvmti, thread, 0, STRAY_FRAMES, frames, &count) || count == 0 ||
        (*jvmti)->IsMethodNative(jvmti, frames[0].method, &is_native) ||
        (is_native && is_boot_class(frames[0].method)))
        return NULL;
    for (jint i = 0; i < count; i++) {
        if (!is_boot_class(frames[i].method))
            return frames[i].method;
    }
    return frames[0].method;
}

/* Finds out who of them ran while the others were suspended. One that wanted to run and got no
 * processor is not found, and has written nothing either. */
static int count_strays(void) {
    jvmtiEnv *jvmti = threads.jvmti;
    int strays = 0;
    for (jint i = 0; i < threads.native_count && strays < MAX_STRAYS; i++) {
        struct native_thread *native = &threads.natives[i];
        jlong now;
        if ((*jvmti)->GetThreadCpuTime(jvmti, native->thread, &now) == 0 &&
            now - native->cpu_nanos > STRAY_NANOS) {
            native->running = native_code_of(native->thread);
            strays += native->running != NULL;
        }
    }
    return strays;
}

/* The lock is held. Whoever was suspended by somebody else is left to them. */
static void resume_held(void) {
    jvmtiEnv *jvmti = threads.jvmti;
    for (jint i = 0; i < threads.count; i++) {
        if (threads.results[i] != JVMTI_ERROR_THREAD_SUSPENDED)
            (*jvmti)->ResumeThread(jvmti, threads.held[i]);
    }
    if (threads.virtual_suspended)
        call_all_virtual(SLOT_RESUME_ALL_VIRTUAL_THREADS);
    threads.virtual_suspended = false;
}

/* Global references are dropped when nothing can want them any more. */
static void forget(JNIEnv *env) {
    pthread_mutex_lock(&threads.lock);
    for (jint i = 0; i < threads.count; i++)
        (*env)->DeleteGlobalRef(env, threads.held[i]);
    threads.count = 0;
    threads.native_count = 0;
    pthread_mutex_unlock(&threads.lock);
}

/* One round: whoever is new is suspended. How many, or -errno. */
static int suspend_new(JNIEnv *env) {
    jvmtiEnv *jvmti = threads.jvmti;
    jint from = threads.count;
    int added = add_new(env, from);
    if (added <= 0)
        return added;
    memset(&threads.results[from], 0, (size_t)added * sizeof threads.results[0]);
    pthread_mutex_lock(&threads.lock);
    threads.count = from + added;
    bool asked = threads.resume_asked;
    pthread_mutex_unlock(&threads.lock);
    jvmtiError error = asked ? JVMTI_ERROR_NONE
                             : (*jvmti)->SuspendThreadList(jvmti, added, &threads.held[from],
                                                           &threads.results[from]);
    pthread_mutex_lock(&threads.lock);
    threads.count = compact(env, from, from + added);
    asked = threads.resume_asked;
    pthread_mutex_unlock(&threads.lock);
    return asked ? -ETIMEDOUT : error ? -EINVAL : added;
}

static int suspend_all(JNIEnv *env) {
    if (threads.has_virtual) {
        if (call_all_virtual(SLOT_SUSPEND_ALL_VIRTUAL_THREADS))
            return -EINVAL;
        pthread_mutex_lock(&threads.lock);
        threads.virtual_suspended = true;
        pthread_mutex_unlock(&threads.lock);
    }
    for (int round = 0; round < MAX_ROUNDS; round++) {
        int added = suspend_new(env);
        if (added <= 0)
            return added;
    }
    return -EAGAIN;
}

static int open_jvmti(JNIEnv *env) {
    JavaVM *vm;
    jvmtiEnv *jvmti;
    jvmtiCapabilities wanted = {.can_suspend = 1, .can_get_thread_cpu_time = 1};
    if ((*env)->GetJavaVM(env, &vm))
        return -ENOSYS;
    bool modern = (*vm)->GetEnv(vm, (void **)&jvmti, JVMTI_VERSION_WITH_VIRTUAL_THREADS) == JNI_OK;
    if (!modern && (*vm)->GetEnv(vm, (void **)&jvmti, JVMTI_VERSION_11) != JNI_OK)
        return -ENOSYS;
    if ((*jvmti)->AddCapabilities(jvmti, &wanted)) {
        (*jvmti)->DisposeEnvironment(jvmti);
        return -EBUSY;
    }
    jvmtiCapabilities with_virtual = {0};
    ((unsigned char *)&with_virtual)[VIRTUAL_THREADS_BYTE] = VIRTUAL_THREADS_BIT;
    threads.has_virtual = modern && (*jvmti)->AddCapabilities(jvmti, &with_virtual) == 0;
    threads.jvmti = jvmti;
    return 0;
}

JNIEXPORT jint JNICALL Java_io_ramshot_uffd_HostThreads_prepare(JNIEnv *env, jclass self);
JNIEXPORT jint JNICALL Java_io_ramshot_uffd_HostThreads_hold(JNIEnv *env, jclass self);
JNIEXPORT jint JNICALL Java_io_ramshot_uffd_HostThreads_release(JNIEnv *env, jclass self);
JNIEXPORT void JNICALL Java_io_ramshot_uffd_HostThreads_leave0(JNIEnv *env, jclass self);
JNIEXPORT jobjectArray JNICALL Java_io_ramshot_uffd_HostThreads_strayed(JNIEnv *env, jclass self);

/* 1 if virtual threads can be suspended too, 0 if not, or -errno. */
JNIEXPORT jint JNICALL Java_io_ramshot_uffd_HostThreads_prepare(JNIEnv *env, jclass self) {
    (void)self;
    int result = threads.jvmti ? 0 : open_jvmti(env);
    return result ? result : threads.has_virtual;
}

/* Only the thread that suspended may. */
JNIEXPORT void JNICALL Java_io_ramshot_uffd_HostThreads_leave0(JNIEnv *env, jclass self) {
    (void)self;
    forget(env);
}

/* How many threads are suspended now, or -errno: then nobody is. */
JNIEXPORT jint JNICALL Java_io_ramshot_uffd_HostThreads_hold(JNIEnv *env, jclass self) {
    (void)self;
    pthread_mutex_lock(&threads.lock);
    bool busy = threads.suspending || threads.all_held;
    if (!busy) {
        threads.suspending = true;
        threads.resume_asked = false;
    }
    pthread_mutex_unlock(&threads.lock);
    if (busy)
        return -EBUSY;
    forget(env); /* what a freeze has left behind that was given up */
    int result = suspend_all(env);
    pthread_mutex_lock(&threads.lock);
    threads.suspending = false;
    if (result == 0 && threads.resume_asked)
        result = -ETIMEDOUT;
    if (result) {
        resume_held();
    } else {
        result = threads.count;
        threads.all_held = true;
        note_natives();
    }
    pthread_mutex_unlock(&threads.lock);
    if (result < 0)
        forget(env);
    return result;
}

/* Any thread: all run again. How many were found to have run all the same; never blocks on Java. */
JNIEXPORT jint JNICALL Java_io_ramshot_uffd_HostThreads_release(JNIEnv *env, jclass self) {
    (void)env, (void)self;
    int strays = 0;
    pthread_mutex_lock(&threads.lock);
    if (threads.suspending) {
        /* The freezing thread may wait for one that does not come: the others need not. */
        threads.resume_asked = true;
        resume_held();
    } else if (threads.all_held) {
        threads.all_held = false;
        strays = count_strays();
        resume_held();
    }
    pthread_mutex_unlock(&threads.lock);
    return strays;
}

/* Threads that ran while all were suspended, each followed by the method it was in and that
 * method's class. Until leave, by the freezing thread. */
JNIEXPORT jobjectArray JNICALL Java_io_ramshot_uffd_HostThreads_strayed(JNIEnv *env, jclass self) {
    (void)self;
    jvmtiEnv *jvmti = threads.jvmti;
    jclass object = (*env)->FindClass(env, "java/lang/Object");
    jobjectArray found = object ? (*env)->NewObjectArray(env, 3 * MAX_STRAYS, object, NULL) : NULL;
    jsize at = 0;
    for (jint i = 0; found && i < threads.native_count && at < 3 * MAX_STRAYS; i++) {
        struct native_thread *native = &threads.natives[i];
        jclass declaring;
        char *name;
        if (!native->running ||
            (*jvmti)->GetMethodDeclaringClass(jvmti, native->running, &declaring))
            continue;
        if ((*jvmti)->GetMethodName(jvmti, native->running, &name, NULL, NULL) == 0) {
            jstring text = (*env)->NewStringUTF(env, name);
            (*jvmti)->Deallocate(jvmti, (unsigned char *)name);
            if (!text)
                return NULL;
            (*env)->SetObjectArrayElement(env, found, at++, native->thread);
            (*env)->SetObjectArrayElement(env, found, at++, text);
            (*env)->SetObjectArrayElement(env, found, at++, declaring);
            (*env)->DeleteLocalRef(env, text);
        }
        (*env)->DeleteLocalRef(env, declaring);
    }
    return found;
}
