#include "cli/completion.hpp"

#include <algorithm>
#include <set>

#include "base/text.hpp"
#include "cli/commands/env_file.hpp"
#include "cli/help.hpp"
#include "formats/schema.hpp"
#include "model/manifest.hpp"
#include "model/settings.hpp"
#include "runtime/agent.hpp"
#include "store/profiles.hpp"

namespace kopi::cli {
namespace {

/// The line up to the word that is being typed.
struct Line {
  std::string path;                        ///< command or group
  std::optional<std::string> profile;      ///< of -p
  std::size_t positionals = 0;             ///< arguments of the command so far
  const OptionSpec* open_option = nullptr; ///< waits for its value
};

const OptionSpec* find_option(const CommandSpec* command, std::string_view word) {
  const auto search = [&](std::span<const OptionSpec> options) -> const OptionSpec* {
    for (const OptionSpec& option : options) {
      const auto names = split(option.names, ',');
      if (std::find(names.begin(), names.end(), word) != names.end()) return &option;
    }
    return nullptr;
  };
  const OptionSpec* own = command == nullptr ? nullptr : search(command->options);
  return own != nullptr ? own : search(common_options());
}

Line read_line(const std::vector<std::string>& words) {
  Line line;
  for (const std::string& word : words) {
    if (line.open_option != nullptr) {
      if (word == "=") continue;  // bash splits --profile=x
      if (line.open_option->long_name() == "--profile") line.profile = word;
      line.open_option = nullptr;
      continue;
    }
    if (word.starts_with('-') && word.size() > 1) {
      const auto equals = word.find('=');
      const OptionSpec* option = find_option(find_command(line.path), word.substr(0, equals));
      if (option == nullptr || option->value.empty()) continue;
      if (equals == std::string::npos) line.open_option = option;
      else if (option->long_name() == "--profile") line.profile = word.substr(equals + 1);
      continue;
    }
    std::string first = word;
    for (const ShortForm& form : short_forms()) {
      if (line.path.empty() && form.word == word) first = form.path;
    }
    const std::string longer = line.path.empty() ? first : line.path + " " + word;
    if (find_command(longer) != nullptr || !commands_below(longer).empty()) {
      line.path = longer;
    } else {
      ++line.positionals;
    }
  }
  return line;
}

void collect_settings(const Node& schema, const std::string& prefix, std::vector<Candidate>& found) {
  const Node* properties = schema.find("properties");
  if (properties == nullptr) return;
  for (const Node& member : properties->items()) {
    const std::string key = prefix + member.key();
    if (member.find("properties") != nullptr) {
      collect_settings(member, key + ".", found);
    } else if (member.find("additionalProperties") == nullptr) {
      const Node* help = member.find("description");
      found.push_back({key, help == nullptr ? "" : help->as_text()});
    }
  }
}

class Completer {
 public:
  Completer(const Context& context, const Line& line) : context_(context), line_(line) {}

  std::vector<Candidate> offer(Offers offers) {
    std::vector<Candidate> found;
    switch (offers) {
      case Offers::profile:
        if (const auto names = list_profiles(context_.home)) {
          for (const ProfileName& name : *names) found.push_back({name.str(), ""});
        }
        break;
      case Offers::alias:
        for (const auto& [profile, alias] : find_aliases(context_.home)) found.push_back({alias, profile});
        break;
      case Offers::file: found.push_back({":file", ""}); break;
      case Offers::directory: found.push_back({":directory", ""}); break;
      case Offers::shell:
        for (const char* shell : {"bash", "zsh", "fish"}) found.push_back({shell, ""});
        break;
      case Offers::provider:
        for (const ProviderPreset& preset : provider_presets()) found.push_back({std::string(preset.name), ""});
        break;
      case Offers::setting: collect_settings(config_schema(), "", found); break;
      case Offers::skill:
        if (const auto set = load_skills(skill_roots(context_.home, profile()))) {
          for (const Skill& skill : set->skills) found.push_back({skill.name, replace_all(skill.description, "\n", " ")});
        }
        break;
      case Offers::variable:
        for (const std::string& name : variables()) found.push_back({name, ""});
        break;
      case Offers::topic:
        for (const std::string& topic : guide_topics()) found.push_back({topic, "guide"});
        [[fallthrough]];
      case Offers::command: subcommands("", found); break;
      case Offers::nothing: break;
    }
    return found;
  }

  void subcommands(const std::string& path, std::vector<Candidate>& found) const {
    const std::string prefix = path.empty() ? "" : path + " ";
    std::set<std::string> seen;
    for (const CommandSpec* command : all_commands()) {
      if (command->hidden || !command->path.starts_with(prefix)) continue;
      const std::string word(split(command->path.substr(prefix.size()), ' ').front());
      if (!seen.insert(word).second) continue;
      const CommandSpec* exact = find_command(prefix + word);
      found.push_back({word, exact == nullptr ? "" : std::string(exact->summary)});
    }
    if (!path.empty()) return;
    for (const ShortForm& form : short_forms()) found.push_back({std::string(form.word), std::string(find_command(form.path)->summary)});
  }

 private:
  ProfileName profile() const {
    const auto selection = select_profile(context_.home, line_.profile, context_.environment);
    return selection ? selection->name : ProfileName::default_profile();
  }

  std::vector<std::string> variables() const {
    std::vector<std::string> names;
    const auto manifest = read_profile_file(context_.home, profile(), "distribution.yaml");
    if (manifest && *manifest) {
      if (const auto reading = read_manifest(**manifest, "distribution.yaml")) {
        for (const EnvRequirement& variable : reading->manifest.env) names.push_back(variable.name);
      }
    }
    const auto dotenv = read_profile_file(context_.home, profile(), ".env");
    if (dotenv && *dotenv) {
      for (const DotenvEntry& entry : parse_dotenv(**dotenv, ".env").entries) names.push_back(entry.name);
    }
    return names;
  }

  const Context& context_;
  const Line& line_;
};

}  // namespace

std::vector<Candidate> complete(const Context& context, const std::vector<std::string>& words) {
  if (words.empty()) return {};
  std::string current = words.back();
  const std::vector<std::string> before(words.begin(), words.end() - 1);
  const Line line = read_line(before);
  const CommandSpec* command = find_command(line.path);
  Completer completer(context, line);
  std::vector<Candidate> found;
  std::string prefix;
  if (line.open_option != nullptr) {
    if (current == "=") current.clear();
    found = completer.offer(line.open_option->offers);
  } else if (const auto equals = current.find('='); current.starts_with("--") && equals != std::string::npos) {
    prefix = current.substr(0, equals + 1);
    if (const OptionSpec* option = find_option(command, current.substr(0, equals))) found = completer.offer(option->offers);
  } else if (current.starts_with('-')) {
    const auto options = [&](std::span<const OptionSpec> list) {
      for (const OptionSpec& option : list) found.push_back({std::string(option.long_name()), std::string(option.help)});
    };
    if (command != nullptr) options(command->options);
    options(common_options());
  } else {
    if (line.positionals == 0) completer.subcommands(line.path, found);
    if (command != nullptr && !command->arguments.empty()) {
      const std::size_t index = std::min(line.positionals, command->arguments.size() - 1);
      const ArgumentSpec& argument = command->arguments[index];
      if (line.positionals < command->arguments.size() || argument.repeated) {
        for (Candidate& candidate : completer.offer(argument.offers)) found.push_back(std::move(candidate));
      }
    }
  }
  std::vector<Candidate> matching;
  for (Candidate& candidate : found) {
    candidate.word = prefix + candidate.word;
    if (candidate.word.starts_with(current) || candidate.word.starts_with(':')) matching.push_back(std::move(candidate));
  }
  return matching;
}

}  // namespace kopi::cli
