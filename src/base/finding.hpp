// base/finding.hpp
//
// A finding is one located complaint about an input: a manifest, a config, a distribution's file. Reading an input yields
// all of its findings at once, so that a person mends a file in one go.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace kopi {

enum class Severity { critical, high, medium, low, info };
std::string_view name(Severity severity);

struct Finding {
  Severity severity = Severity::info;
  std::string rule;      ///< stable id, "manifest.unknown-key"
  std::string file;      ///< as the user would name it; empty when there is none
  int line = 0;          ///< from 1; 0 = the file as a whole
  int column = 0;        ///< from 1, in characters; 0 = the line as a whole
  std::string message;   ///< names the key as `$.path` where the input has keys
  std::string evidence;  ///< the offending text, shortened; empty when the message says it all
  std::string digest;    ///< of the file that was judged; empty when it was not hashed

  bool operator==(const Finding&) const = default;
};

using Findings = std::vector<Finding>;

/// The worst severity present is at least `severity`.
bool has_at_least(const Findings& findings, Severity severity);
/// By file, then place: the order a person reads a file in.
void sort_by_place(Findings& findings);

}  // namespace kopi
