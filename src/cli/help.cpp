#include "cli/help.hpp"

#include <algorithm>

#include "base/embedded.hpp"
#include "base/text.hpp"
#include "base/unicode.hpp"

namespace kopi {
extern const std::span<const EmbeddedFile> embedded_guide;
}

namespace kopi::cli {
namespace {

constexpr std::size_t k_width = 80;  // what fits everywhere, also beside something else

constexpr std::pair<std::string_view, std::string_view> k_groups[] = {{"config", "Read and change a profile's settings"},
                                                                      {"env", "Read and change a profile's variables"},
                                                                      {"skills", "Look at what an agent knows how to do"},
                                                                      {"store", "Look after the stored files of all versions"}};

void columns(Text& text, const std::vector<std::pair<std::string, std::string>>& rows) {
  std::size_t widest = 0;
  for (const auto& row : rows) widest = std::max(widest, display_width(row.first));
  widest = std::min<std::size_t>(widest, 34);
  for (const auto& [left, right] : rows) {
    const std::string indent(widest + 4, ' ');
    std::string wrapped = wrap(right, k_width, indent);
    const std::string padding(widest > display_width(left) ? widest - display_width(left) : 0, ' ');
    text.print("  ").styled(Style::bold, "{}", left).print("{}  ", padding);
    text.block(std::string_view(wrapped).substr(indent.size()));
  }
}

std::vector<std::pair<std::string, std::string>> common_rows() {
  std::vector<std::pair<std::string, std::string>> rows;
  for (const OptionSpec& option : common_options()) rows.emplace_back(option_words(option), std::string(option.help));
  rows.emplace_back("-h, --help", "help for the command");
  return rows;
}

void overview(Text& text) {
  text.print("kopi puts whole agents on a machine and runs them.\n\n");
  text.styled(Style::bold, "usage").print("  kopi [-p PROFILE] COMMAND [ARGUMENTS] [OPTIONS]\n\n");
  std::vector<std::pair<std::string, std::string>> rows;
  for (const ShortForm& form : short_forms()) rows.emplace_back(form.word, std::string(find_command(form.path)->summary));
  for (const CommandSpec* command : all_commands()) {
    if (!command->hidden) rows.emplace_back(command->path, std::string(command->summary));
  }
  text.styled(Style::bold, "commands\n");
  columns(text, rows);
  text.styled(Style::bold, "\nguide").print("  kopi help TOPIC\n").block(wrap(join(guide_topics(), " "), k_width, "  "));
  text.styled(Style::bold, "\neverywhere\n");
  rows = common_rows();
  rows.emplace_back("-V, --version", "which kopi this is");
  columns(text, rows);
}

void group(Text& text, const std::string& path) {
  std::vector<std::pair<std::string, std::string>> rows;
  for (const CommandSpec* command : commands_below(path)) {
    if (!command->hidden) rows.emplace_back("kopi " + std::string(command->path), std::string(command->summary));
  }
  if (rows.empty()) return;
  text.styled(Style::bold, "\ncommands\n");
  columns(text, rows);
}

void command_help(Text& text, const CommandSpec& command) {
  text.print("{}\n\n", command.summary);
  text.styled(Style::bold, "usage").print("  {}\n", usage_line(command));
  if (!command.details.empty()) text.print("\n").block(wrap(command.details, k_width, ""));
  std::vector<std::pair<std::string, std::string>> rows;
  for (const ArgumentSpec& argument : command.arguments) rows.emplace_back(argument.name, std::string(argument.help));
  if (!rows.empty()) {
    text.styled(Style::bold, "\narguments\n");
    columns(text, rows);
  }
  rows.clear();
  for (const OptionSpec& option : command.options) rows.emplace_back(option_words(option), std::string(option.help));
  for (auto& row : common_rows()) rows.push_back(std::move(row));
  text.styled(Style::bold, "\noptions\n");
  columns(text, rows);
  if (command.examples.empty()) return;
  text.styled(Style::bold, "\nexamples\n");
  for (const ExampleSpec& example : command.examples) {
    text.styled(Style::dim, "  # {}", example.says).print("\n  {}\n", example.command);
  }
}

// What the tests of the guide are told stands in comments, each on a line of its own; the blank line behind goes with it.
std::string without_comments(std::string_view page) {
  std::string text;
  bool behind_comment = false;
  for (const std::string_view line : split_lines(page)) {
    const bool is_comment = line.starts_with("<!-- ") && line.ends_with(" -->");
    if (!is_comment && !(behind_comment && line.empty())) (text += line) += '\n';
    behind_comment = is_comment;
  }
  return text;
}

}  // namespace

std::string_view group_summary(std::string_view group) {
  const auto found = std::find_if(std::begin(k_groups), std::end(k_groups), [&](const auto& entry) { return entry.first == group; });
  return found == std::end(k_groups) ? group : found->second;
}

std::string usage_line(const CommandSpec& command) {
  std::string line = "kopi " + std::string(command.path);
  for (const ArgumentSpec& argument : command.arguments) {
    std::string word(argument.name);
    if (argument.repeated) word += "...";
    line += argument.required ? " " + word : " [" + word + "]";
  }
  return line + " [OPTIONS]";
}

std::string option_words(const OptionSpec& option) {
  std::vector<std::string> names;
  for (const std::string_view name : split(option.names, ',')) names.emplace_back(name);
  std::stable_partition(names.begin(), names.end(), [](const std::string& name) { return !name.starts_with("--"); });
  std::string words = join(names, ", ");
  if (!option.value.empty()) words += " " + std::string(option.value);
  return words;
}

Outcome help_outcome(const std::string& path) {
  Outcome outcome;
  const CommandSpec* command = find_command(path);
  if (path.empty()) {
    overview(outcome.text);
  } else {
    if (command != nullptr) {
      command_help(outcome.text, *command);
    } else {
      outcome.text.print("{}\n\n", group_summary(path));
      outcome.text.styled(Style::bold, "usage").print("  kopi {} COMMAND [OPTIONS]\n", path);
    }
    group(outcome.text, path);
  }
  Node commands = Node::sequence();
  for (const CommandSpec* known : all_commands()) {
    if (!known->hidden && (path.empty() || known->path == path || known->path.starts_with(path + " "))) {
      commands.push(Node::mapping({{"command", known->path}, {"summary", known->summary}, {"usage", usage_line(*known)}}));
    }
  }
  outcome.data = Node::mapping({{"topic", Node()}, {"text", Node()}, {"commands", std::move(commands)}});
  return outcome;
}

std::vector<std::string> guide_topics() {
  std::vector<std::string> topics;
  for (const EmbeddedFile& file : embedded_guide) {
    if (file.name.ends_with(".md")) topics.emplace_back(file.name.substr(0, file.name.size() - 3));
  }
  std::sort(topics.begin(), topics.end());
  return topics;
}

Result<Outcome> guide_outcome(const std::string& topic) {
  for (const EmbeddedFile& file : embedded_guide) {
    if (file.name != topic + ".md") continue;
    Outcome outcome;
    const std::string text = without_comments(file.content);
    outcome.data = Node::mapping({{"topic", topic}, {"text", text}, {"commands", Node::sequence()}});
    outcome.text.block(text);
    return outcome;
  }
  std::vector<std::string> names = guide_topics();
  for (const CommandSpec* command : all_commands()) names.emplace_back(command->path);
  Error problem = error(Code::usage, "there is no help on '{}'", topic);
  if (const auto meant = closest(topic, names)) problem.message += fmt::format(", did you mean '{}'?", *meant);
  problem.hint = "kopi help";
  return problem;
}

}  // namespace kopi::cli
