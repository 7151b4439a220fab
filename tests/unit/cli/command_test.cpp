// Rules that hold for every command, because they are one table.
#include "cli/command.hpp"

#include <algorithm>
#include <set>

#include "base/text.hpp"
#include "cli/completion.hpp"
#include "cli/help.hpp"
#include "cli/parse.hpp"
#include "model/name.hpp"
#include "support/outcome.hpp"

namespace kopi::cli {
namespace {

std::vector<const CommandSpec*> shown_commands() {
  std::vector<const CommandSpec*> commands;
  for (const CommandSpec* command : all_commands()) {
    if (!command->hidden) commands.push_back(command);
  }
  return commands;
}

}  // namespace

TEST_CASE("every command says what it does and shows two examples that are read as that command") {
  for (const CommandSpec* command : shown_commands()) {
    INFO(command->path);
    CHECK_FALSE(command->summary.empty());
    CHECK_FALSE(command->summary.ends_with('.'));
    CHECK(command->run != nullptr);
    CHECK(command->examples.size() >= 2);
    bool one_is_plain = false;
    for (const ExampleSpec& example : command->examples) {
      CHECK_FALSE(example.says.empty());
      if (!example.command.starts_with("kopi ")) continue;
      std::vector<std::string> words;
      for (const std::string_view word : split(example.command.substr(5), ' ')) words.emplace_back(word);
      one_is_plain = one_is_plain || read_command_line(words).command == command;
    }
    CHECK(one_is_plain);
  }
}

TEST_CASE("every option has one long name, a help line and no second meaning") {
  for (const CommandSpec* command : all_commands()) {
    std::set<std::string_view> names;
    for (const auto options : {command->options, common_options()}) {
      for (const OptionSpec& option : options) {
        INFO(command->path << " " << option.names);
        CHECK(option.long_name().starts_with("--"));
        CHECK_FALSE(option.help.empty());
        for (const std::string_view name : split(option.names, ',')) {
          CHECK(names.insert(name).second);
          CHECK(find_option(command, name) == &option);
          CHECK((name.starts_with("--") ? name.size() > 3 : name.size() == 2));
        }
      }
    }
    CHECK_FALSE(names.contains("-h"));
    CHECK_FALSE(names.contains("--help"));
  }
}

TEST_CASE("only the last argument may be left out or repeated") {
  for (const CommandSpec* command : all_commands()) {
    INFO(command->path);
    for (std::size_t i = 0; i < command->arguments.size(); ++i) {
      const bool is_last = i + 1 == command->arguments.size();
      CHECK((is_last || !command->arguments[i].repeated));
      CHECK((is_last || command->arguments[i].required || !command->arguments[i + 1].required));
    }
  }
}

TEST_CASE("no alias can hide a command, and every short form leads to one") {
  const auto words = command_words();
  for (const CommandSpec* command : shown_commands()) {
    const std::string_view first = split(command->path, ' ').front();
    INFO(first);
    CHECK(std::find(words.begin(), words.end(), first) != words.end());
  }
  for (const ShortForm& form : short_forms()) {
    INFO(form.word);
    CHECK(find_command(form.path) != nullptr);
    CHECK(std::find(words.begin(), words.end(), form.word) != words.end());
  }
}

TEST_CASE("help names every option, argument and example of a command") {
  for (const CommandSpec* command : shown_commands()) {
    INFO(command->path);
    const std::string text = help_outcome(std::string(command->path)).text.render(false);
    CHECK(text.find(usage_line(*command)) != std::string::npos);
    for (const OptionSpec& option : command->options) CHECK(text.find(option.long_name()) != std::string::npos);
    for (const ArgumentSpec& argument : command->arguments) CHECK(text.find(argument.name) != std::string::npos);
    for (const ExampleSpec& example : command->examples) CHECK(text.find(example.command) != std::string::npos);
  }
  const std::string overview = help_outcome("").text.render(false);
  for (const CommandSpec* command : shown_commands()) CHECK(overview.find(std::string(command->path)) != std::string::npos);
  CHECK(overview.find("__complete") == std::string::npos);
}

TEST_CASE("the words of an option and of a usage line") {
  CHECK(option_words({"--yes,-y", "", ""}) == "-y, --yes");
  CHECK(option_words({"--name", "NAME", ""}) == "--name NAME");
  CHECK(option_words({"--profile,-p", "NAME", ""}) == "-p, --profile NAME");
  CHECK(usage_line(*find_command("profile create")) == "kopi profile create NAME [OPTIONS]");
}

TEST_CASE("the guide is compiled in, and a topic that is missing is a usage error") {
  REQUIRE_FALSE(guide_topics().empty());
  for (const std::string& topic : guide_topics()) {
    INFO(topic);
    const auto page = guide_outcome(topic);
    REQUIRE(page);
    CHECK(page->text.render(false).starts_with("# "));
    CHECK(page->text.render(false).find("<!--") == std::string::npos);
  }
  const auto missing = guide_outcome("../secrets");
  REQUIRE_FALSE(missing);
  CHECK(missing.error().code == Code::usage);
}

TEST_CASE("there is a completion script for three shells") {
  for (const std::string_view shell : {"bash", "zsh", "fish"}) {
    INFO(shell);
    const auto script = completion_script(shell);
    REQUIRE(script);
    CHECK(script->find("kopi") != std::string::npos);
    CHECK(script->find("__complete") != std::string::npos);
    CHECK(script->ends_with('\n'));
  }
  CHECK_FALSE(completion_script("powershell"));
  CHECK_FALSE(completion_script(""));
}

}  // namespace kopi::cli
