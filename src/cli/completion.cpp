#include "cli/completion.hpp"

#include <algorithm>
#include <set>

#include "base/text.hpp"
#include "cli/commands/env_file.hpp"
#include "cli/help.hpp"
#include "cli/parse.hpp"
#include "formats/schema.hpp"
#include "model/manifest.hpp"
#include "model/settings.hpp"
#include "runtime/agent.hpp"
#include "store/profiles.hpp"

namespace kopi::cli {
namespace {

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
  Completer(const Context& context, const CommandLine& line) : context_(context), line_(line) {}

  std::vector<Candidate> offer(Offers offers) {
    std::vector<Candidate> found;
    switch (offers) {
      case Offers::profile:
        if (const auto names = list_profiles(context_.home)) {
          for (const ProfileName& name : *names) found.push_back({name.str(), ""});
        }
        break;
      case Offers::alias:
        for (const auto& [profile, names] : all_aliases(context_.home)) {
          for (const std::string& name : names) found.push_back({name, profile});
        }
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
          for (const Skill& skill : set->skills) found.push_back({skill.name, one_line(skill.description)});
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

  /// Options of the command, and those of all.
  std::vector<Candidate> options() const {
    std::vector<Candidate> found;
    for (const auto list : {line_.command == nullptr ? std::span<const OptionSpec>() : line_.command->options, common_options()}) {
      for (const OptionSpec& option : list) found.push_back({std::string(option.long_name()), std::string(option.help)});
    }
    found.push_back({"--help", "help for the command"});
    if (line_.path.empty()) found.push_back({"--version", "which kopi this is"});
    return found;
  }

  /// Commands that the line may go on with, and the command's next argument.
  std::vector<Candidate> next_word() {
    std::vector<Candidate> found;
    if (line_.positionals == 0 && !line_.behind_dashes) subcommands(line_.path, found);
    if (line_.command == nullptr || line_.command->arguments.empty()) return found;
    const auto arguments = line_.command->arguments;
    const ArgumentSpec& argument = arguments[std::min(line_.positionals, arguments.size() - 1)];
    if (line_.positionals >= arguments.size() && !argument.repeated) return found;
    for (Candidate& candidate : offer(argument.offers)) found.push_back(std::move(candidate));
    return found;
  }

 private:
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

  ProfileName profile() const {
    const auto selection = select_profile(context_.home, line_.arguments.value("--profile"), context_.environment);
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
  const CommandLine& line_;
};

// bash hands `--profile=x` over as three words.
void join_split_options(std::vector<std::string>& words) {
  for (std::size_t i = 1; i < words.size(); ++i) {
    if (words[i] != "=" || !words[i - 1].starts_with("--")) continue;
    if (i + 1 < words.size()) {
      words.erase(words.begin() + static_cast<std::ptrdiff_t>(i));
    } else {
      words[i].clear();
    }
  }
}

}  // namespace

std::vector<Candidate> complete(const Context& context, std::vector<std::string> words) {
  if (words.empty()) return {};
  join_split_options(words);
  const std::string current = std::move(words.back());
  words.pop_back();
  const CommandLine line = read_command_line(words);
  Completer completer(context, line);
  std::vector<Candidate> found;
  std::string prefix;
  if (line.open_option != nullptr) {
    found = completer.offer(line.open_option->offers);
  } else if (const auto equals = current.find('='); !line.behind_dashes && current.starts_with("--") && equals != std::string::npos) {
    prefix = current.substr(0, equals + 1);
    if (const OptionSpec* option = find_option(line.command, current.substr(0, equals))) found = completer.offer(option->offers);
  } else if (!line.behind_dashes && current.starts_with('-')) {
    found = completer.options();
  } else {
    found = completer.next_word();
  }
  std::vector<Candidate> matching;
  for (Candidate& candidate : found) {
    const bool is_path = candidate.word.starts_with(':');
    if (!is_path) candidate.word = prefix + candidate.word;
    if (is_path || candidate.word.starts_with(current)) matching.push_back(std::move(candidate));
  }
  return matching;
}

}  // namespace kopi::cli
