// One pass over the words:
//   1. `--` ends the options; a word that starts with '-' is an option, or several one-letter ones; a number is not.
//   2. Any other word continues the command's name while the table knows the longer name, else it is an argument.
//   3. The first complaint is kept and reading goes on, so that --json and --help count wherever they stand.
#include "cli/parse.hpp"

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
  if (const auto meant = closest(word, words)) problem.message += fmt::format(", did you mean '{}{}'?", prefix, *meant);
  problem.hint = group.empty() ? "kopi --help" : fmt::format("kopi {} --help", group);
  return problem;
}

class Reader {
 public:
  explicit Reader(std::span<const std::string> words) : words_(words) {}

  CommandLine read() {
    for (; at_ < words_.size(); ++at_) {
      const std::string& word = words_[at_];
      if (line_.behind_dashes || !is_option(word)) {
        plain_word(word);
      } else if (word == "--") {
        line_.behind_dashes = true;
      } else if (word.starts_with("--")) {
        long_option(word);
      } else {
        short_options(word);
      }
    }
    check_complete();
    return std::move(line_);
  }

 private:
  void complain(Error problem) {
    if (line_.problem) return;
    if (problem.hint.empty()) problem.hint = line_.path.empty() ? "kopi --help" : fmt::format("kopi {} --help", line_.path);
    line_.problem = std::move(problem);
  }

  void plain_word(const std::string& word) {
    if (line_.positionals == 0 && !line_.behind_dashes) {
      std::string longer = line_.path.empty() ? std::string(expand_short_form(word)) : line_.path + " " + word;
      if (find_command(longer) != nullptr || is_group(longer)) {
        line_.command = find_command(longer);
        line_.path = std::move(longer);
        return;
      }
    }
    ++line_.positionals;
    if (line_.command == nullptr || (line_.command->arguments.empty() && is_group(line_.path)))
      return complain(unknown_command(line_.path, word));
    const auto arguments = line_.command->arguments;
    const std::size_t index = line_.positionals - 1;
    if (index < arguments.size()) {
      line_.arguments.add(std::string(arguments[index].name), word);
    } else if (!arguments.empty() && arguments.back().repeated) {
      line_.arguments.add(std::string(arguments.back().name), word);
    } else {
      complain(takes_secrets() ? Error{Code::usage, "too many arguments"} : error(Code::usage, "too many arguments: '{}'", word));
    }
  }

  void long_option(const std::string& word) {
    const auto equals = word.find('=');
    const std::string name = word.substr(0, equals);
    if (name == "--help") {
      line_.wants_help = true;
      return;
    }
    if (name == "--version" && line_.path.empty()) {
      line_.wants_version = true;
      return;
    }
    const OptionSpec* option = find_option(line_.command, name);
    if (option == nullptr) return unknown_option(name);
    if (option->value.empty()) {
      if (equals != std::string::npos) return complain(error(Code::usage, "{} takes no value", name));
      line_.arguments.add(std::string(option->long_name()), "");
    } else if (equals != std::string::npos) {
      line_.arguments.add(std::string(option->long_name()), word.substr(equals + 1));
    } else {
      take_value(*option, name);
    }
  }

  void short_options(const std::string& word) {
    for (std::size_t i = 1; i < word.size(); ++i) {
      const std::string name = {'-', word[i]};
      if (name == "-h") {
        line_.wants_help = true;
        continue;
      }
      if (name == "-V" && line_.path.empty()) {
        line_.wants_version = true;
        continue;
      }
      const OptionSpec* option = find_option(line_.command, name);
      if (option == nullptr) return unknown_option(name);
      if (option->value.empty()) {
        if (i + 1 < word.size() && word[i + 1] == '=') return complain(error(Code::usage, "{} takes no value", name));
        line_.arguments.add(std::string(option->long_name()), "");
        continue;
      }
      std::string rest = word.substr(i + 1);
      if (rest.empty()) return take_value(*option, name);
      if (rest.front() == '=') rest.erase(0, 1);
      line_.arguments.add(std::string(option->long_name()), std::move(rest));
      return;
    }
  }

  void take_value(const OptionSpec& option, const std::string& name) {
    if (at_ + 1 < words_.size()) {
      line_.arguments.add(std::string(option.long_name()), words_[++at_]);
      return;
    }
    line_.open_option = &option;
    complain(error(Code::usage, "{} needs a value: {} {}", name, name, option.value));
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
    } else if (!shown) {
      problem.message += "; a value that starts with '-' goes behind --";
    }
    complain(std::move(problem));
  }

  bool takes_secrets() const {
    if (line_.command == nullptr) return false;
    const auto& arguments = line_.command->arguments;
    return std::any_of(arguments.begin(), arguments.end(), [](const ArgumentSpec& argument) { return argument.secret; });
  }

  void check_complete() {
    if (line_.command == nullptr) {
      if (!line_.path.empty()) complain(error(Code::usage, "'{}' needs a command behind it", line_.path));
      return;
    }
    for (std::size_t i = line_.positionals; i < line_.command->arguments.size(); ++i) {
      if (line_.command->arguments[i].required)
        return complain(error(Code::usage, "missing argument {}", line_.command->arguments[i].name));
    }
  }

  std::span<const std::string> words_;
  std::size_t at_ = 0;
  CommandLine line_;
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

CommandLine read_command_line(std::span<const std::string> words) { return Reader(words).read(); }

}  // namespace kopi::cli
