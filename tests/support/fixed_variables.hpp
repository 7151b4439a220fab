// tests/support/fixed_variables.hpp
//
// A profile's variables, as a test wants them.
#pragma once

#include <map>
#include <string>

#include "base/text.hpp"
#include "runtime/provider/endpoint.hpp"

namespace kopi::test {

class FixedVariables final : public Variables {
 public:
  explicit FixedVariables(std::map<std::string, std::string> values = {}) : values_(std::move(values)) {}
  std::optional<Secret> find(std::string_view name) const override {
    const auto found = values_.find(std::string(name));
    return found == values_.end() ? std::nullopt : std::optional(Secret(found->second));
  }
  const std::string& file() const override { return file_; }
  std::string command() const override { return "kopi -p ada"; }
  std::string redact(std::string_view text) const override {
    std::string hidden(text);
    for (const auto& [name, value] : values_) hidden = replace_all(hidden, value, "[hidden]");
    return hidden;
  }

 private:
  std::map<std::string, std::string> values_;
  std::string file_ = "ada/.env";
};

}  // namespace kopi::test
