// Makes one system call of a process fail, or all from one on: preloaded into kopi by crash.py.
//
//   KOPI_FAULT_AT=N      the Nth call that changes a file (from 1) fails; 0 only counts
//   KOPI_FAULT_ERRNO=E   with this errno
//   KOPI_FAULT_LAST=1    all later ones fail as well
//   KOPI_FAULT_BELOW=P   only calls about paths below P count
//   KOPI_FAULT_COUNT=F   at the end the number of such calls is written there
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static long seen;

static int is_below(const char* path) {
  const char* below = getenv("KOPI_FAULT_BELOW");
  return below != NULL && strncmp(path, below, strlen(below)) == 0;
}

static int is_fd_below(int fd) {
  char link[64], path[PATH_MAX];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  const ssize_t length = readlink(link, path, sizeof path - 1);
  if (length <= 0) return 0;
  path[length] = 0;
  return is_below(path);
}

static int is_at_below(int directory, const char* path) {
  return path[0] == '/' ? is_below(path) : directory == AT_FDCWD ? 0 : is_fd_below(directory);
}

static int fails(int counts) {
  if (!counts) return 0;
  const char* at = getenv("KOPI_FAULT_AT");
  const long wanted = at == NULL ? 0 : atol(at);
  ++seen;
  if (wanted == 0 || seen < wanted || (seen > wanted && getenv("KOPI_FAULT_LAST") == NULL)) return 0;
  errno = atoi(getenv("KOPI_FAULT_ERRNO"));
  return 1;
}

__attribute__((destructor)) static void report(void) {
  const char* file = getenv("KOPI_FAULT_COUNT");
  FILE* out = file == NULL ? NULL : fopen(file, "w");
  if (out == NULL) return;
  fprintf(out, "%ld\n", seen);
  fclose(out);
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

ssize_t write(int fd, const void* data, size_t size) { return fails(is_fd_below(fd)) ? -1 : REAL(write)(fd, data, size); }
ssize_t pwrite64(int fd, const void* data, size_t size, off64_t at) { return fails(is_fd_below(fd)) ? -1 : REAL(pwrite64)(fd, data, size, at); }
int fsync(int fd) { return fails(is_fd_below(fd)) ? -1 : REAL(fsync)(fd); }
int fdatasync(int fd) { return fails(is_fd_below(fd)) ? -1 : REAL(fdatasync)(fd); }
int syncfs(int fd) { return fails(is_fd_below(fd)) ? -1 : REAL(syncfs)(fd); }
int fchmod(int fd, mode_t mode) { return fails(is_fd_below(fd)) ? -1 : REAL(fchmod)(fd, mode); }
int ftruncate64(int fd, off64_t size) { return fails(is_fd_below(fd)) ? -1 : REAL(ftruncate64)(fd, size); }
int mkdir(const char* path, mode_t mode) { return fails(is_below(path)) ? -1 : REAL(mkdir)(path, mode); }
int mkdirat(int at, const char* path, mode_t mode) { return fails(is_at_below(at, path)) ? -1 : REAL(mkdirat)(at, path, mode); }
int rename(const char* from, const char* to) { return fails(is_below(to)) ? -1 : REAL(rename)(from, to); }
int renameat(int a, const char* from, int b, const char* to) { return fails(is_at_below(b, to)) ? -1 : REAL(renameat)(a, from, b, to); }
int renameat2(int a, const char* from, int b, const char* to, unsigned flags) {
  return fails(is_at_below(b, to)) ? -1 : REAL(renameat2)(a, from, b, to, flags);
}
int linkat(int a, const char* from, int b, const char* to, int flags) {
  return fails(is_at_below(b, to)) ? -1 : REAL(linkat)(a, from, b, to, flags);
}
int unlink(const char* path) { return fails(is_below(path)) ? -1 : REAL(unlink)(path); }
int unlinkat(int at, const char* path, int flags) { return fails(is_at_below(at, path)) ? -1 : REAL(unlinkat)(at, path, flags); }
int mkostemp64(char* name, int flags) { return fails(is_below(name)) ? -1 : REAL(mkostemp64)(name, flags); }
int mkostemp(char* name, int flags) { return fails(is_below(name)) ? -1 : REAL(mkostemp)(name, flags); }

// Opening for reading is no change; making or writing a file is one.
static int changes(int flags) { return (flags & O_ACCMODE) != O_RDONLY || (flags & O_CREAT) != 0; }

#define OPEN(name)                                                                                     \
  int name(const char* path, int flags, ...) {                                                         \
    va_list list;                                                                                      \
    va_start(list, flags);                                                                             \
    const mode_t mode = va_arg(list, mode_t);                                                          \
    va_end(list);                                                                                      \
    return fails(changes(flags) && is_below(path)) ? -1 : REAL(name)(path, flags, mode);               \
  }
#define OPENAT(name)                                                                                   \
  int name(int at, const char* path, int flags, ...) {                                                 \
    va_list list;                                                                                      \
    va_start(list, flags);                                                                             \
    const mode_t mode = va_arg(list, mode_t);                                                          \
    va_end(list);                                                                                      \
    return fails(changes(flags) && is_at_below(at, path)) ? -1 : REAL(name)(at, path, flags, mode);    \
  }
OPEN(open)
OPEN(open64)
OPENAT(openat)
OPENAT(openat64)
