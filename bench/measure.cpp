// Runs one command and says what it took: measure COMMAND... -> "SECONDS PEAK_KIB STATUS" on stdout.
//
// A program of its own, because Linux counts the memory of whoever starts a command into that command's peak, and an interpreter's
// would hide what is measured. Its own is about 1 MiB. The command's input and output are /dev/null.
#include <fcntl.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <chrono>
#include <cstdio>

int main(int count, char** words) {
  if (count < 2) return 2;
  posix_spawn_file_actions_t quiet;
  posix_spawn_file_actions_init(&quiet);
  posix_spawn_file_actions_addopen(&quiet, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&quiet, 1, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_addopen(&quiet, 2, "/dev/null", O_WRONLY, 0);

  const auto before = std::chrono::steady_clock::now();
  pid_t child = 0;
  if (posix_spawnp(&child, words[1], &quiet, nullptr, words + 1, environ) != 0) return 127;
  int status = 0;
  rusage used{};
  if (wait4(child, &status, 0, &used) != child) return 1;
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - before;

  std::printf("%.6f %ld %d\n", took.count(), used.ru_maxrss, WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
}
