// cli/command.hpp
//
// A command as data: from this one definition come its parser, its help, its man page, its completion and its page in
// docs/reference. One file a command in cli/commands/; cli/commands.cpp lists them.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/finding.hpp"
#include "base/result.hpp"
#include "cli/text.hpp"
#include "formats/node.hpp"

namespace kopi::cli {

struct Context;

/// What completion offers for a value.
enum class Offers { nothing, profile, alias, file, directory, command, skill, setting, variable, topic, provider, shell };

struct ArgumentSpec {
  std::string_view name;  ///< "SOURCE"
  std::string_view help;
  bool required = true;
  bool repeated = false;  ///< takes all that follow
  Offers offers = Offers::nothing;
  bool secret = false;  ///< no message repeats it
};

struct OptionSpec {
  std::string_view names;  ///< "--yes,-y": the long one first
  std::string_view value;  ///< "NAME"; empty for a flag
  std::string_view help;
  Offers offers = Offers::nothing;

  std::string_view long_name() const { return names.substr(0, names.find(',')); }
};

struct ExampleSpec {
  std::string_view command;
  std::string_view says;
};

/// What must be in order before a command runs.
enum class Needs {
  nothing,  ///< works without any home
  named,    ///< as `nothing`, but a profile that -p names exists
  home,     ///< a root; a broken sticky choice is only warned about
  choice,   ///< a root, and no broken choice of a profile
  profile,  ///< the chosen profile exists
};

/// What the user typed, by the definition's names.
class Arguments {
 public:
  bool flag(std::string_view long_name) const { return values_.find(long_name) != values_.end(); }
  std::optional<std::string> value(std::string_view name) const;
  std::vector<std::string> all(std::string_view name) const;
  void add(std::string name, std::string value) { values_[std::move(name)].push_back(std::move(value)); }

 private:
  std::map<std::string, std::vector<std::string>, std::less<>> values_;
};

/// What a command answers: data for machines, text for people.
struct Outcome {
  Node data;
  Text text;
  Findings findings = {};        ///< of --json; `text` shows them already
  std::optional<Error> problem;  ///< done, but not well: conflicts left (5), a difference found (3); data is still valid
  bool printed = false;          ///< the command spoke for itself (a stream), of its problem too
};

struct CommandSpec {
  std::string_view path;     ///< "profile install"
  std::string_view summary;  ///< one line, starts with a verb
  std::string_view details;  ///< paragraphs
  std::span<const ArgumentSpec> arguments;
  std::span<const OptionSpec> options;
  std::span<const ExampleSpec> examples;
  Needs needs = Needs::profile;
  Result<Outcome> (*run)(Context& context, const Arguments& arguments) = nullptr;
  bool hidden = false;
  bool tells_events = false;  ///< --json: one object an event, the last of them `done`, in place of the one object
};

/// All commands, in the order that help shows them.
std::span<const CommandSpec* const> all_commands();
/// Top-level short forms: "install" is "profile install".
struct ShortForm {
  std::string_view word;
  std::string_view path;
};
std::span<const ShortForm> short_forms();
/// Options that every command takes.
std::span<const OptionSpec> common_options();

const CommandSpec* find_command(std::string_view path);
/// Commands below "profile": "profile list", ...
std::vector<const CommandSpec*> commands_below(std::string_view path);

}  // namespace kopi::cli
