// base/parallel.hpp
//
// The same work on many things, several at a time.
#pragma once

#include <cstddef>
#include <functional>

namespace kopi {

/// Calls work(0) … work(count - 1), each once, on at most `at_once` threads; returns when all are done. `work` touches nothing that
/// another call touches without care of its own.
void run_parallel(std::size_t count, std::size_t at_once, const std::function<void(std::size_t)>& work);

}  // namespace kopi
