// system/environment.hpp
//
// The process's environment as a value. `main` takes it once; everything below asks this object, so that tests and later a
// server can hand out another one. No other file reads the environment.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kopi {

class Environment {
 public:
  Environment() = default;
  explicit Environment(std::map<std::string, std::string, std::less<>> variables) : variables_(std::move(variables)) {}
  static Environment of_this_process();

  /// Unset and empty are the same: nobody means an empty KOPI_HOME.
  std::optional<std::string> get(std::string_view name) const;
  bool is_set(std::string_view name) const { return variables_.find(name) != variables_.end(); }
  void set(std::string name, std::string value) { variables_[std::move(name)] = std::move(value); }
  void unset(std::string_view name);
  /// "NAME=value" entries, for a child process.
  std::vector<std::string> entries() const;

 private:
  std::map<std::string, std::string, std::less<>> variables_;
};

}  // namespace kopi
