/* A storage layer for crash tests, loaded with LD_PRELOAD: it writes down what a power loss may take.
 *
 * Every write to a file below UNSYNCED_ROOT is preceded by a journal entry with what it replaces, in whole blocks;
 * every fsync, fdatasync and write through an O_DSYNC descriptor is followed by one that makes the writes before
 * it durable. The journal (UNSYNCED_JOURNAL) stands outside that folder. After the process was killed, `storage.py`
 * rolls files back to what a disk might hold. A call that changes files in a way that is not modelled here is
 * journalled as such, so that the test fails instead of passing by accident.
 *
 * UNSYNCED_KILL_AT=n kills the process before its n-th write or sync below the root.
 * UNSYNCED_FULL names a file; while it exists, writes fail with ENOSPC after as many more as it says.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#define BLOCK 4096
#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

enum kind { WRITE = 'W', DURABLE = 'D', SYNCED = 'S', CREATED = 'C', UNMODELLED = 'U' };

struct entry {
    uint64_t number, offset, length, size;
    uint32_t kind, path_length;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static const char *root, *full;
static size_t root_length;
static int journal = -1;
static uint64_t numbers, operations, kill_at;
static long written_while_full;

__attribute__((constructor)) static void begin(void)
{
    const char *path = getenv("UNSYNCED_JOURNAL"), *at = getenv("UNSYNCED_KILL_AT");
    root = getenv("UNSYNCED_ROOT");
    full = getenv("UNSYNCED_FULL");
    kill_at = at ? strtoull(at, NULL, 10) : 0;
    if (!root || !path)
        return;
    root_length = strlen(root);
    journal = (int)syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (journal < 0)
        abort();
}

/* What a crash leaves in LMDB's lock file and in ours is never read: both are only locked. */
static int is_ours(const char *path)
{
    const char *name = strrchr(path, '/');
    return journal >= 0 && strncmp(path, root, root_length) == 0 &&
           (path[root_length] == '/' || path[root_length] == 0) && strcmp(name, "/lock.mdb") != 0 && strcmp(name, "/writer.lock") != 0;
}

static int path_of(int fd, char *path)
{
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, PATH_MAX - 1);
    if (length < 0)
        return 0;
    path[length] = 0;
    return is_ours(path);
}

static void note(struct entry entry, const char *path, const void *data)
{
    entry.path_length = (uint32_t)strlen(path);
    struct iovec parts[] = {{&entry, sizeof entry}, {(void *)path, entry.path_length}, {(void *)data, entry.length}};
    size_t total = sizeof entry + entry.path_length + entry.length;
    if (syscall(SYS_writev, journal, parts, 3) != (long)total)
        abort();
}

static void note_plain(enum kind kind, const char *path)
{
    struct entry entry = {.number = ++numbers, .kind = kind};
    note(entry, path, NULL);
}

static void note_unmodelled(const char *call, const char *path)
{
    char text[PATH_MAX + 64];
    snprintf(text, sizeof text, "%s %s", call, path);
    note_plain(UNMODELLED, text);
}

static void count_operation(void)
{
    if (++operations == kill_at)
        syscall(SYS_kill, getpid(), SIGKILL);
}

/* The old content of the blocks that a write touches; beyond the end of the file it is zero. */
static uint64_t note_write(const char *path, uint64_t offset, uint64_t length)
{
    struct stat status;
    int fd = (int)syscall(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &status) != 0)
        abort();
    uint64_t start = offset / BLOCK * BLOCK, stop = (offset + length + BLOCK - 1) / BLOCK * BLOCK;
    char *old = calloc(1, stop - start);
    uint64_t known = 0;
    ssize_t got;
    while ((got = pread(fd, old + known, stop - start - known, (off_t)(start + known))) > 0)
        known += (uint64_t)got;
    syscall(SYS_close, fd);
    struct entry entry = {++numbers, start, stop - start, (uint64_t)status.st_size, WRITE, 0};
    note(entry, path, old);
    free(old);
    return entry.number;
}

static void note_durable(const char *path, uint64_t number)
{
    struct entry entry = {.number = number, .kind = DURABLE};
    note(entry, path, NULL);
}

static int is_full(void)
{
    if (!full)
        return 0;
    int fd = (int)syscall(SYS_openat, AT_FDCWD, full, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        written_while_full = 0;
        return 0;
    }
    char text[32] = {0};
    ssize_t got = syscall(SYS_read, fd, text, sizeof text - 1);
    syscall(SYS_close, fd);
    return got >= 0 && written_while_full++ >= strtol(text, NULL, 10);
}

typedef ssize_t (*writer)(int, const struct iovec *, int, off_t);

static ssize_t write_at(int fd, const struct iovec *parts, int count, off_t offset)
{
    return syscall(SYS_pwritev, fd, parts, count, (unsigned long)offset, 0UL);
}

static ssize_t write_on(int fd, const struct iovec *parts, int count, off_t offset)
{
    (void)offset;
    return syscall(SYS_writev, fd, parts, count);
}

static uint64_t place_of(int fd, int flags, off_t offset, int at_position)
{
    struct stat status;
    if (!at_position)
        return (uint64_t)offset;
    if (flags & O_APPEND && fstat(fd, &status) == 0)
        return (uint64_t)status.st_size;
    return (uint64_t)lseek(fd, 0, SEEK_CUR);
}

static ssize_t journalled(int fd, const struct iovec *parts, int count, off_t offset, writer real)
{
    char path[PATH_MAX];
    if (journal < 0 || !path_of(fd, path))
        return real(fd, parts, count, offset);
    pthread_mutex_lock(&lock);
    count_operation();
    ssize_t result = -1;
    int code = ENOSPC;
    if (!is_full()) {
        uint64_t length = 0;
        int flags = fcntl(fd, F_GETFL);
        for (int i = 0; i < count; i++)
            length += parts[i].iov_len;
        uint64_t number = note_write(path, place_of(fd, flags, offset, real == write_on), length);
        result = real(fd, parts, count, offset);
        code = errno;
        if (result >= 0 && flags & (O_DSYNC | O_SYNC))
            note_durable(path, number);
    }
    pthread_mutex_unlock(&lock);
    errno = result < 0 ? code : errno;
    return result;
}

ssize_t write(int fd, const void *data, size_t length)
{
    struct iovec part = {(void *)data, length};
    return journalled(fd, &part, 1, 0, write_on);
}

ssize_t writev(int fd, const struct iovec *parts, int count) { return journalled(fd, parts, count, 0, write_on); }

ssize_t pwritev(int fd, const struct iovec *parts, int count, off_t offset)
{
    return journalled(fd, parts, count, offset, write_at);
}

ssize_t pwrite(int fd, const void *data, size_t length, off_t offset)
{
    struct iovec part = {(void *)data, length};
    return journalled(fd, &part, 1, offset, write_at);
}

ssize_t pwrite64(int fd, const void *data, size_t length, off_t offset) { return pwrite(fd, data, length, offset); }

ssize_t pwritev64(int fd, const struct iovec *parts, int count, off_t offset)
{
    return pwritev(fd, parts, count, offset);
}

static int synced(int fd, long call)
{
    char path[PATH_MAX];
    if (journal < 0 || !path_of(fd, path))
        return (int)syscall(call, fd);
    pthread_mutex_lock(&lock);
    count_operation();
    int result = (int)syscall(call, fd);
    if (result == 0)
        note_plain(SYNCED, path);
    pthread_mutex_unlock(&lock);
    return result;
}

int fsync(int fd) { return synced(fd, SYS_fsync); }

int fdatasync(int fd) { return synced(fd, SYS_fdatasync); }

static void absolute(int folder, const char *path, char *whole)
{
    char base[PATH_MAX] = "";
    if (path[0] != '/' && folder == AT_FDCWD && !getcwd(base, sizeof base))
        abort();
    if (path[0] != '/' && folder != AT_FDCWD)
        path_of(folder, base);
    if (snprintf(whole, PATH_MAX, "%s%s%s", base, path[0] == '/' ? "" : "/", path) >= PATH_MAX)
        abort();
}

static int opened(int folder, const char *path, int flags, mode_t mode)
{
    char whole[PATH_MAX];
    absolute(folder, path, whole);
    if (!is_ours(whole))
        return (int)syscall(SYS_openat, folder, path, flags, mode);
    pthread_mutex_lock(&lock);
    int is_new = flags & O_CREAT && syscall(SYS_faccessat, folder, path, F_OK) != 0;
    if (flags & O_TRUNC && !is_new)
        note_unmodelled("open with O_TRUNC", whole);
    if ((flags & O_TMPFILE) == O_TMPFILE)
        note_unmodelled("open with O_TMPFILE", whole);
    int fd = (int)syscall(SYS_openat, folder, path, flags, mode);
    int code = errno;
    if (fd >= 0 && is_new)
        note_plain(CREATED, whole);
    pthread_mutex_unlock(&lock);
    errno = code;
    return fd;
}

static mode_t mode_in(int flags, va_list arguments)
{
    return flags & O_CREAT ? (mode_t)va_arg(arguments, int) : 0;
}

#define OPEN(name)                                     \
    int name(const char *path, int flags, ...)         \
    {                                                  \
        va_list arguments;                             \
        va_start(arguments, flags);                    \
        mode_t mode = mode_in(flags, arguments);       \
        va_end(arguments);                             \
        return opened(AT_FDCWD, path, flags, mode);    \
    }

#define OPENAT(name)                                         \
    int name(int folder, const char *path, int flags, ...)   \
    {                                                        \
        va_list arguments;                                   \
        va_start(arguments, flags);                          \
        mode_t mode = mode_in(flags, arguments);             \
        va_end(arguments);                                   \
        return opened(folder, path, flags, mode);            \
    }

OPEN(open)
OPEN(open64)
OPENAT(openat)
OPENAT(openat64)

static int made(int folder, const char *path, mode_t mode)
{
    char whole[PATH_MAX];
    absolute(folder, path, whole);
    int result = (int)syscall(SYS_mkdirat, folder, path, mode);
    if (result == 0 && is_ours(whole)) {
        int code = errno;
        pthread_mutex_lock(&lock);
        note_plain(CREATED, whole);
        pthread_mutex_unlock(&lock);
        errno = code;
    }
    return result;
}

int mkdir(const char *path, mode_t mode) { return made(AT_FDCWD, path, mode); }

int mkdirat(int folder, const char *path, mode_t mode) { return made(folder, path, mode); }

/* Everything below changes files in ways that the model does not have. */

static void refuse_fd(const char *call, int fd)
{
    char path[PATH_MAX];
    if (journal >= 0 && path_of(fd, path)) {
        pthread_mutex_lock(&lock);
        note_unmodelled(call, path);
        pthread_mutex_unlock(&lock);
    }
}

static void refuse_path(const char *call, int folder, const char *path)
{
    char whole[PATH_MAX];
    absolute(folder, path, whole);
    if (is_ours(whole)) {
        pthread_mutex_lock(&lock);
        note_unmodelled(call, whole);
        pthread_mutex_unlock(&lock);
    }
}

#define ON_FD(result, name, declared, fd, ...) \
    result name declared                       \
    {                                          \
        refuse_fd(#name, fd);                  \
        return REAL(name)(__VA_ARGS__);        \
    }

#define ON_PATH(name, declared, folder, path, ...) \
    int name declared                              \
    {                                              \
        refuse_path(#name, folder, path);          \
        return REAL(name)(__VA_ARGS__);            \
    }

ON_FD(int, ftruncate, (int fd, off_t length), fd, fd, length)
ON_FD(int, ftruncate64, (int fd, off64_t length), fd, fd, length)
ON_FD(int, fallocate, (int fd, int mode, off_t at, off_t length), fd, fd, mode, at, length)
ON_FD(int, fallocate64, (int fd, int mode, off64_t at, off64_t length), fd, fd, mode, at, length)
ON_FD(int, posix_fallocate, (int fd, off_t at, off_t length), fd, fd, at, length)
ON_FD(int, posix_fallocate64, (int fd, off64_t at, off64_t length), fd, fd, at, length)
ON_FD(ssize_t, pwritev2, (int fd, const struct iovec *parts, int count, off_t at, int flags), fd, fd, parts, count, at,
      flags)
ON_FD(ssize_t, sendfile, (int to, int from, off_t *at, size_t length), to, to, from, at, length)
ON_FD(ssize_t, sendfile64, (int to, int from, off64_t *at, size_t length), to, to, from, at, length)
ON_FD(ssize_t, copy_file_range,
      (int from, off64_t *from_at, int to, off64_t *to_at, size_t length, unsigned flags), to, from, from_at, to, to_at,
      length, flags)
ON_PATH(truncate, (const char *path, off_t length), AT_FDCWD, path, path, length)
ON_PATH(truncate64, (const char *path, off64_t length), AT_FDCWD, path, path, length)
ON_PATH(rename, (const char *from, const char *to), AT_FDCWD, to, from, to)
ON_PATH(renameat, (int from_folder, const char *from, int folder, const char *to), folder, to, from_folder, from,
        folder, to)
ON_PATH(renameat2, (int from_folder, const char *from, int folder, const char *to, unsigned flags), folder, to,
        from_folder, from, folder, to, flags)
ON_PATH(link, (const char *from, const char *to), AT_FDCWD, to, from, to)
ON_PATH(linkat, (int from_folder, const char *from, int folder, const char *to, int flags), folder, to, from_folder,
        from, folder, to, flags)
ON_PATH(symlink, (const char *from, const char *to), AT_FDCWD, to, from, to)
ON_PATH(unlink, (const char *path), AT_FDCWD, path, path)
ON_PATH(unlinkat, (int folder, const char *path, int flags), folder, path, folder, path, flags)
ON_PATH(creat, (const char *path, mode_t mode), AT_FDCWD, path, path, mode)
ON_PATH(creat64, (const char *path, mode_t mode), AT_FDCWD, path, path, mode)

static void refuse_shared_writing(int protection, int flags, int fd)
{
    if (fd >= 0 && protection & PROT_WRITE && flags & MAP_SHARED)
        refuse_fd("mmap for shared writing", fd);
}

void *mmap(void *at, size_t length, int protection, int flags, int fd, off_t offset)
{
    refuse_shared_writing(protection, flags, fd);
    return (void *)syscall(SYS_mmap, at, length, protection, flags, fd, offset);
}

void *mmap64(void *at, size_t length, int protection, int flags, int fd, off64_t offset)
{
    return mmap(at, length, protection, flags, fd, offset);
}
