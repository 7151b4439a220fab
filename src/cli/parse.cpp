#include "cli/parse.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>

#include "base/text.hpp"

namespace kopi::cli {
namespace {

bool is_option(std::string_view word) { return word.size() > 1 && word.front() == '-'; }

// A common option that takes its value from the next word.
bool takes_next(std::string_view word) {
  for (const OptionSpec& option : common_options()) {
    if (option.value.empty()) continue;
    for (const std::string_view name : split(option.names, ',')) {
      if (word == name) return true;
    }
  }
  return false;
}

Error unknown_command(const std::string& group, const std::string& word) {
  std::vector<std::string> words;
  const std::string prefix = group.empty() ? "" : group + " ";
  for (const CommandSpec* command : all_commands()) {
    if (command->hidden || !command->path.starts_with(prefix)) continue;
    words.emplace_back(split(command->path.substr(prefix.size()), ' ').front());
  }
  if (group.empty()) {
    for (const ShortForm& form : short_forms()) words.emplace_back(form.word);
  }
  Error problem = group.empty() ? error(Code::usage, "unknown command '{}'", word) : error(Code::usage, "unknown command '{} {}'", group, word);
  if (const auto meant = closest(word, words)) problem.message += fmt::format(", did you mean '{}{}'?", prefix, *meant);
  problem.hint = group.empty() ? "kopi --help" : fmt::format("kopi {} --help", group);
  return problem;
}

bool is_group(std::string_view path) { return !commands_below(path).empty(); }

std::string_view expand_short_form(std::string_view word) {
  for (const ShortForm& form : short_forms()) {
    if (form.word == word) return form.path;
  }
  return word;
}

}  // namespace

bool asks_for_json(const std::vector<std::string>& arguments) {
  const auto end = std::find(arguments.begin(), arguments.end(), "--");
  return std::find(arguments.begin(), end, "--json") != end;
}

Result<CommandLine> find_command_line(const std::vector<std::string>& arguments) {
  CommandLine line;
  std::string path;
  std::size_t i = 0;
  for (; i < arguments.size(); ++i) {
    const std::string& word = arguments[i];
    if (word == "--help" || word == "-h") {
      line.wants_help = true;
    } else if (path.empty() && (word == "--version" || word == "-V")) {
      line.wants_version = true;
    } else if (word == "--") {
      break;
    } else if (is_option(word)) {
      if (!path.empty() && find_command(path) != nullptr && !takes_next(word)) break;  // the command's own options begin
      line.rest.push_back(word);
      if (takes_next(word) && i + 1 < arguments.size()) line.rest.push_back(arguments[++i]);
    } else {
      const std::string longer = path.empty() ? std::string(expand_short_form(word)) : path + " " + word;
      if (find_command(longer) == nullptr && !is_group(longer)) {
        const CommandSpec* so_far = find_command(path);
        if (so_far != nullptr && (!so_far->arguments.empty() || !is_group(path))) break;
        return unknown_command(path, word);
      }
      path = longer;
    }
  }
  line.command = find_command(path);
  line.group = path;
  const auto end_of_options = std::find(arguments.begin() + static_cast<std::ptrdiff_t>(i), arguments.end(), "--");
  for (auto word = arguments.begin() + static_cast<std::ptrdiff_t>(i); word != arguments.end(); ++word) {
    if (word < end_of_options && (*word == "--help" || *word == "-h")) {
      line.wants_help = true;
    } else {
      line.rest.push_back(*word);
    }
  }
  if (line.command == nullptr && !path.empty() && !line.wants_help) {
    return with_hint(error(Code::usage, "'{}' needs a command behind it", path), fmt::format("kopi {} --help", path));
  }
  return line;
}

Result<Arguments> parse_arguments(const CommandSpec& command, const std::vector<std::string>& rest) {
  CLI::App app;
  app.set_help_flag();
  struct Slot {
    std::string name;
    std::vector<std::string> values;
    std::string value;  // of an argument that takes one word; CLI11 would let a list swallow all words that follow
    bool flag = false;
    CLI::Option* option = nullptr;
  };
  std::vector<Slot> slots;
  slots.reserve(command.options.size() + common_options().size() + command.arguments.size());
  const auto add_options = [&](std::span<const OptionSpec> options) {
    for (const OptionSpec& option : options) {
      Slot& slot = slots.emplace_back(Slot{std::string(option.long_name()), {}, {}});
      const std::string names(option.names);
      if (option.value.empty()) {
        slot.flag = true;
        slot.option = app.add_flag(names);
      } else {
        slot.option = app.add_option(names, slot.values)->expected(1)->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
      }
    }
  };
  add_options(command.options);
  add_options(common_options());
  for (const ArgumentSpec& argument : command.arguments) {
    Slot& slot = slots.emplace_back(Slot{std::string(argument.name), {}, {}});
    slot.option = argument.repeated ? app.add_option(slot.name, slot.values) : app.add_option(slot.name, slot.value);
    if (argument.required) slot.option->required();
  }
  const auto refuse = [&](std::string reason) {
    // CLI11 starts its sentences with a capital; an argument's name is all capitals, and stays.
    const bool sentence = reason.size() > 1 && std::islower(static_cast<unsigned char>(reason[1])) != 0;
    if (sentence) reason[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(reason[0])));
    return with_hint(error(Code::usage, "{}", reason), fmt::format("kopi {} --help", command.path));
  };
  try {
    std::vector<std::string> reversed(rest.rbegin(), rest.rend());
    app.parse(reversed);
  } catch (const CLI::ExtrasError&) {
    return refuse(fmt::format("unknown option or too many arguments: {}", join(app.remaining(), " ")));
  } catch (const CLI::ParseError& problem) {
    return refuse(replace_all(trim(problem.what()), "\n", " "));
  }
  Arguments arguments;
  for (const Slot& slot : slots) {
    if (slot.flag) {
      if (slot.option->count() > 0) arguments.add(slot.name, "");
    } else if (slot.values.empty() && slot.option->count() > 0) {
      arguments.add(slot.name, slot.value);
    }
    for (const std::string& value : slot.values) arguments.add(slot.name, value);
  }
  return arguments;
}

}  // namespace kopi::cli
