#include <fmt/format.h>

#include <cctype>
#include <set>

#include "base/code.hpp"
#include "base/text.hpp"
#include "cli/command.hpp"
#include "cli/help.hpp"
#include "cli/manual.hpp"
#include "installer/lint.hpp"
#include "reference.hpp"

namespace kopi::docs {
namespace {

using cli::ArgumentSpec;
using cli::CommandSpec;
using cli::ExampleSpec;
using cli::OptionSpec;

std::string option_rows(std::span<const OptionSpec> options) {
  std::string rows;
  for (const OptionSpec& option : options) rows += fmt::format("| `{}` | {} |\n", cli::option_words(option), markdown_cell(option.help));
  return rows;
}

std::string anchor(std::string_view heading) { return replace_all(to_lower_ascii(heading), " ", "-"); }

std::string command_section(const CommandSpec& command) {
  std::string page =
      fmt::format("## kopi {}\n\n{}.\n\n```text\n{}\n```\n\n", command.path, markdown_escape(command.summary), cli::usage_line(command));
  for (const cli::ShortForm& form : cli::short_forms()) {
    if (form.path == command.path) page += fmt::format("In short: `kopi {}`.\n\n", form.word);
  }
  if (!command.details.empty()) page += markdown_escape(command.details) + "\n\n";
  if (!command.arguments.empty()) page += "| Argument | Meaning |\n|---|---|\n";
  for (const ArgumentSpec& argument : command.arguments)
    page += fmt::format("| `{}` | {} |\n", argument.name, markdown_cell(argument.help));
  if (!command.arguments.empty()) page += "\n";
  if (!command.options.empty()) page += "| Option | Meaning |\n|---|---|\n" + option_rows(command.options) + "\n";
  page += "```sh\n";
  for (const ExampleSpec& example : command.examples) page += fmt::format("{}  # {}\n", example.command, example.says);
  return page + "```\n\n";
}

Node arguments_to_json(const CommandSpec& command) {
  Node list = Node::sequence();
  for (const ArgumentSpec& argument : command.arguments) {
    list.push(Node::mapping(
        {{"name", argument.name}, {"help", argument.help}, {"required", argument.required}, {"repeated", argument.repeated}}));
  }
  return list;
}

Node options_to_json(std::span<const OptionSpec> options) {
  Node list = Node::sequence();
  for (const OptionSpec& option : options) {
    std::vector<std::string> names;
    for (const std::string_view name : split(option.names, ',')) names.emplace_back(name);
    list.push(Node::mapping({{"names", Node::strings(names)}, {"value", option.value}, {"help", option.help}}));
  }
  return list;
}

}  // namespace

std::string render_commands_page() {
  std::string page = page_start("Commands", "the command table");
  page += "Every command takes these options:\n\n| Option | Meaning |\n|---|---|\n" + option_rows(cli::common_options());
  page += "| `-h, --help` | help for the command |\n\n";
  for (const CommandSpec* command : cli::all_commands()) {
    if (!command->hidden)
      page += fmt::format("- [kopi {0}](#kopi-{1}): {2}\n", command->path, anchor(command->path), markdown_escape(command->summary));
  }
  page += "\n";
  for (const CommandSpec* command : cli::all_commands()) {
    if (!command->hidden) page += command_section(*command);
  }
  page.pop_back();
  return page;
}

std::string render_exit_codes_page() {
  std::string page = page_start("Exit codes", "the table of codes in src/base/code.cpp");
  page +=
      "A command's exit status says in one number how it went. With `--json` the record's `exit` is the same number, and its `code` "
      "tells more exactly what happened. Scripts may rely on both.\n\n";
  std::set<int> exits = {0};
  for (const CodeInfo& code : all_codes()) exits.insert(code.exit);
  for (const int exit : exits) {
    std::string meaning(cli::exit_meaning(exit));
    meaning[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(meaning[0])));
    page += fmt::format("## {}\n\n{}.\n\n", exit, markdown_escape(meaning));
    std::string rows;
    for (const CodeInfo& code : all_codes()) {
      if (code.exit == exit) rows += fmt::format("| `{}` | {} |\n", code.name, markdown_cell(code.meaning));
    }
    if (!rows.empty()) page += "| Code | Meaning |\n|---|---|\n" + rows + "\n";
  }
  page.pop_back();
  return page;
}

std::string render_rules_page() {
  std::string page = page_start("What kopi profile validate finds", "the table of rules in src/installer/lint_rules.cpp");
  page +=
      "Each finding names its rule, a file, and a line and column where it has one. What an install refuses makes the command end with 1, "
      "a "
      "secret that would be published (`critical`) with 4; with `--strict`, anything of `medium` or higher makes it end with 1. A case in "
      "doubt (an example of a key, say) is told as `low`. `kopi profile validate --rules` prints this list.\n\n";
  page += "| Rule | Severity | What it finds | For example |\n|---|---|---|---|\n";
  for (const LintRule& rule : lint_rules()) {
    const std::string example = rule.example.empty() ? "" : markdown_cell(rule.example);
    page += fmt::format("| `{}` | {} | {} | {} |\n", rule.id, name(rule.severity), markdown_cell(rule.what), example);
  }
  return page;
}

Node table_to_json() {
  Node list = Node::sequence();
  for (const CommandSpec* command : cli::all_commands()) {
    Node examples = Node::sequence();
    for (const ExampleSpec& example : command->examples)
      examples.push(Node::mapping({{"command", example.command}, {"says", example.says}}));
    list.push(Node::mapping({{"path", command->path},
                             {"summary", command->summary},
                             {"details", command->details},
                             {"hidden", command->hidden},
                             {"arguments", arguments_to_json(*command)},
                             {"options", options_to_json(command->options)},
                             {"examples", std::move(examples)}}));
  }
  Node forms = Node::sequence();
  for (const cli::ShortForm& form : cli::short_forms()) forms.push(Node::mapping({{"word", form.word}, {"path", form.path}}));
  Node codes = Node::sequence();
  for (const CodeInfo& code : all_codes())
    codes.push(Node::mapping({{"name", code.name}, {"exit", code.exit}, {"meaning", cli::exit_meaning(code.exit)}}));
  return Node::mapping({{"commands", std::move(list)},
                        {"common_options", options_to_json(cli::common_options())},
                        {"short_forms", std::move(forms)},
                        {"codes", std::move(codes)}});
}

std::string markdown_escape(std::string_view text) {
  std::string safe;
  bool code = false;
  for (const char c : text) {
    if (c == '`') code = !code;
    if (!code && std::string_view("<*[").find(c) != std::string_view::npos) safe += '\\';
    safe += c;
  }
  return safe;
}

std::string markdown_cell(std::string_view text) { return replace_all(replace_all(markdown_escape(text), "|", "\\|"), "\n", " "); }

std::string page_start(std::string_view title, std::string_view made_from) {
  return fmt::format("<!-- Made by scripts/docs from {}: edit that instead. -->\n\n# {}\n\n", made_from, title);
}

}  // namespace kopi::docs
