// Two steps, so that a line costs what its own command costs and no more:
//   1. The words that name a command are found in the table (`name_command`).
//   2. CLI11 reads the other words with that command's options and arguments, and lets everything unknown through; what is
//      wrong is said afterwards, so that --json and --help count wherever they stand.
#include "cli/parse.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>

#include "base/text.hpp"

namespace kopi::cli {
namespace {

bool is_group(std::string_view path) { return !commands_below(path).empty(); }

std::string_view expand_short_form(std::string_view word) {
  for (const ShortForm& form : short_forms()) {
    if (form.word == word) return form.path;
  }
  return word;
}

bool is_option(std::string_view word) {
  if (word.size() < 2 || word.front() != '-') return false;
  return std::string_view("0123456789.").find(word[1]) == std::string_view::npos;  // a negative number is an argument
}

// "--clone-from" and not a key file's "-----BEGIN": only what looks like an option is repeated in a message.
bool looks_like_option(std::string_view name) {
  return name.size() > 2 && name.size() <= 40 &&
         name.substr(2).find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-_") == std::string_view::npos && name[2] != '-';
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
  Error problem = error(Code::usage, "unknown command '{}{}'", prefix, word);
  if (const auto meant = closest(word, words); meant && *meant != word) {
    problem.message += fmt::format(", did you mean '{}{}'?", prefix, *meant);
  }
  problem.hint = group.empty() ? "kopi --help" : fmt::format("kopi {} --help", group);
  return problem;
}

/// The words of one line, sorted: those that name the command, and the rest in their order.
struct Named {
  std::string path;
  std::vector<std::string> rest;
};

// Only options that every command takes can stand before the command; of those, some take the next word.
bool takes_next_word(const std::string& word) {
  const OptionSpec* option = find_option(nullptr, word);
  return option != nullptr && !option->value.empty();
}

Named name_command(std::span<const std::string> words) {
  Named named;
  std::size_t at = 0;
  for (; at < words.size(); ++at) {
    const std::string& word = words[at];
    if (word == "--") break;
    if (is_option(word)) {
      named.rest.push_back(word);
      if (takes_next_word(word) && at + 1 < words.size()) named.rest.push_back(words[++at]);
      continue;
    }
    std::string longer = named.path.empty() ? std::string(expand_short_form(word)) : named.path + " " + word;
    if (find_command(longer) == nullptr && !is_group(longer)) break;
    named.path = std::move(longer);
  }
  named.rest.insert(named.rest.end(), words.begin() + static_cast<std::ptrdiff_t>(at), words.end());
  return named;
}

/// One command's words, read by CLI11; what is wrong with them is said in kopi's words.
class Reader {
 public:
  explicit Reader(Named named) : named_(std::move(named)) {
    line_.path = named_.path;
    line_.command = find_command(line_.path);
  }

  CommandLine read() {
    spell_out_values();
    declare();
    bool complete = true;
    try {
      app_.parse(std::vector<std::string>(named_.rest.rbegin(), named_.rest.rend()));  // CLI11 takes the last word first
    } catch (const CLI::ArgumentMismatch&) {
      complete = false;  // the line ends where a value should stand
    }
    take_results();
    check_remaining();
    if (!complete) check_open_option();
    check_arguments();
    return std::move(line_);
  }

 private:
  void complain(Error problem) {
    if (line_.problem) return;
    if (problem.hint.empty()) problem.hint = line_.path.empty() ? "kopi --help" : fmt::format("kopi {} --help", line_.path);
    line_.problem = std::move(problem);
  }

  // "--name=VALUE" and "-p=VALUE" become two words: CLI11 would take the word behind an empty value for it.
  void spell_out_values() {
    std::vector<std::string> words;
    std::size_t plain = 0;
    for (std::size_t at = 0; at < named_.rest.size(); ++at) {
      const std::string& word = named_.rest[at];
      if (word == "--") {
        words.insert(words.end(), named_.rest.begin() + static_cast<std::ptrdiff_t>(at), named_.rest.end());
        break;
      }
      const auto equals = word.find('=');
      const OptionSpec* option = is_option(word) ? find_option(line_.command, word.substr(0, equals)) : nullptr;
      plain += !is_option(word);
      const bool glued = is_option(word) && word[1] != '-' && word.size() > 2;
      if (is_option(word) && (option == nullptr || glued) && takes_secrets() && plain > 0 && word != "-h" && word != "--help") {
        complain(Error{Code::usage, "unknown option; a value that starts with '-' goes behind --"});  // it may be the secret itself
      } else if (option == nullptr) {
        words.push_back(word);
      } else if (option->value.empty()) {
        if (equals == std::string::npos) {
          words.push_back(word);
        } else {
          complain(error(Code::usage, "{} takes no value", word.substr(0, equals)));
        }
      } else if (equals != std::string::npos) {
        words.push_back(word.substr(0, equals));
        words.push_back(word.substr(equals + 1));
      } else {
        words.push_back(word);
        if (at + 1 < named_.rest.size()) words.push_back(named_.rest[++at]);
      }
    }
    named_.rest = std::move(words);
  }

  void declare() {
    app_.allow_extras();
    app_.set_help_flag();
    help_ = app_.add_flag("-h,--help");
    if (line_.path.empty()) version_ = app_.add_flag("-V,--version");
    if (line_.command != nullptr) declare(line_.command->options);
    declare(common_options());
    if (line_.command == nullptr) return;
    for (const ArgumentSpec& argument : line_.command->arguments) {
      CLI::Option* positional = app_.add_option("argument" + std::to_string(positionals_.size()));
      if (argument.repeated) positional->expected(-1)->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
      positionals_.push_back(positional);
    }
  }

  void declare(std::span<const OptionSpec> specs) {
    for (const OptionSpec& spec : specs) {
      const std::string names(spec.names);
      if (app_.get_option_no_throw(std::string(spec.long_name())) != nullptr) continue;  // a command's own one counts
      CLI::Option* option = spec.value.empty() ? app_.add_flag(names) : app_.add_option(names);
      option->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
      options_.emplace_back(&spec, option);
    }
  }

  void take_results() {
    line_.wants_help = help_->count() > 0;
    line_.wants_version = version_ != nullptr && version_->count() > 0;
    for (const auto& [spec, option] : options_) {
      for (const std::string& value : option->results())
        line_.arguments.add(std::string(spec->long_name()), spec->value.empty() ? "" : value);
    }
    for (std::size_t i = 0; i < positionals_.size(); ++i) {
      for (const std::string& value : positionals_[i]->results()) {
        line_.arguments.add(std::string(line_.command->arguments[i].name), value);
        ++line_.positionals;
      }
    }
  }

  // What CLI11 found no place for, in its order.
  void check_remaining() {
    for (const std::string& word : app_.remaining()) {
      if (word == "--" && !line_.behind_dashes) {
        line_.behind_dashes = true;
      } else if (is_option(word) && !line_.behind_dashes) {
        unknown_option(word.starts_with("--") ? word.substr(0, word.find('=')) : word.substr(0, 2));
      } else {
        ++line_.positionals;
        extra_word(word);
      }
    }
  }

  void extra_word(const std::string& word) {
    if (line_.command == nullptr || (line_.command->arguments.empty() && is_group(line_.path))) {
      return complain(unknown_command(line_.path, word));
    }
    complain(takes_secrets() ? Error{Code::usage, "too many arguments"} : error(Code::usage, "too many arguments: '{}'", word));
  }

  // "--name" at the end, or "-yq".
  void check_open_option() {
    const std::string& last = named_.rest.back();
    const std::string name = last.starts_with("--") ? last : std::string{'-', last.back()};
    line_.open_option = find_option(line_.command, name);
    KOPI_ASSERT(line_.open_option != nullptr);
    complain(error(Code::usage, "{} needs a value: {} {}", name, name, line_.open_option->value));
  }

  void unknown_option(const std::string& name) {
    const bool is_word = looks_like_option(name);
    const bool is_letter = name.size() == 2 && name != "--";
    const bool shown = !takes_secrets() && (is_word || is_letter);
    Error problem = shown ? error(Code::usage, "unknown option '{}'", name) : Error{Code::usage, "unknown option"};
    std::vector<std::string> names;
    for (const auto options : {line_.command == nullptr ? std::span<const OptionSpec>() : line_.command->options, common_options()}) {
      for (const OptionSpec& option : options) names.emplace_back(option.long_name());
    }
    auto meant = is_word ? closest(name, names) : std::nullopt;
    if (is_word && !meant) {
      const auto longer = std::find_if(names.begin(), names.end(), [&](const std::string& known) { return known.starts_with(name); });
      if (longer != names.end()) meant = *longer;
    }
    if (meant) {
      problem.message += fmt::format(", did you mean '{}'?", *meant);
    } else if (!shown || (is_letter && in_arguments())) {
      problem.message += "; a value that starts with '-' goes behind --";
    }
    complain(std::move(problem));
  }

  /// The first of the command's arguments are there, and more may come.
  bool in_arguments() const { return line_.positionals > 0 && line_.positionals < line_.command->arguments.size(); }

  bool takes_secrets() const {
    if (line_.command == nullptr) return false;
    const auto& arguments = line_.command->arguments;
    return std::any_of(arguments.begin(), arguments.end(), [](const ArgumentSpec& argument) { return argument.secret; });
  }

  void check_arguments() {
    if (line_.command == nullptr) {
      if (!line_.path.empty()) complain(error(Code::usage, "'{}' needs a command behind it", line_.path));
      return;
    }
    for (std::size_t i = line_.positionals; i < line_.command->arguments.size(); ++i) {
      if (line_.command->arguments[i].required)
        return complain(error(Code::usage, "missing argument {}", line_.command->arguments[i].name));
    }
  }

  Named named_;
  CommandLine line_;
  CLI::App app_;
  CLI::Option* help_ = nullptr;
  CLI::Option* version_ = nullptr;
  std::vector<std::pair<const OptionSpec*, CLI::Option*>> options_;
  std::vector<CLI::Option*> positionals_;
};

}  // namespace

const OptionSpec* find_option(const CommandSpec* command, std::string_view name) {
  const auto search = [&](std::span<const OptionSpec> options) -> const OptionSpec* {
    for (const OptionSpec& option : options) {
      const auto names = split(option.names, ',');
      if (std::find(names.begin(), names.end(), name) != names.end()) return &option;
    }
    return nullptr;
  };
  const OptionSpec* own = command == nullptr ? nullptr : search(command->options);
  return own != nullptr ? own : search(common_options());
}

CommandLine read_command_line(std::span<const std::string> words) { return Reader(name_command(words)).read(); }

}  // namespace kopi::cli
