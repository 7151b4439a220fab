// base/reporter.hpp
//
// Rooms never print: they report what happens, and cli decides on words, colour and whether to show it at all.
// All texts may hold foreign characters; cli escapes them. Calls may come from any thread that runs the work.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/finding.hpp"

namespace kopi {

/// How far a long step has come. `total` 0: not known.
struct Progress {
  std::string_view what;  ///< "receiving objects"
  std::uint64_t done = 0;
  std::uint64_t total = 0;
  std::uint64_t bytes = 0;  ///< moved so far, 0 where bytes mean nothing
};

class Reporter {
 public:
  virtual ~Reporter() = default;
  virtual void progress(const Progress& progress) = 0;
  /// The step that reported progress is over.
  virtual void progress_done() = 0;
  /// Something worth knowing that needs no action.
  virtual void note(std::string_view text) = 0;
  /// Something a person can act on. Findings end up in `--json` too.
  virtual void warn(const Finding& finding) = 0;
  /// What somebody who looks for a fault wants to see: one line a request, a program started, a decision. Never a secret.
  virtual void debug(std::string_view text) = 0;
};

/// Says nothing: for tests and for work whose talk nobody wants.
class SilentReporter final : public Reporter {
 public:
  void progress(const Progress&) override {}
  void progress_done() override {}
  void note(std::string_view) override {}
  void warn(const Finding&) override {}
  void debug(std::string_view) override {}
};

}  // namespace kopi
