#include "base/text.hpp"
#include "cli/commands/commands.hpp"
#include "cli/commands/env_file.hpp"
#include "system/files.hpp"
#include "system/terminal.hpp"

namespace kopi::cli {
namespace {

constexpr ArgumentSpec arguments[] = {
    {"NAME", "the variable", true, false, Offers::variable},
    {"VALUE", "its value; asked for, or read from stdin, when left out; - reads stdin", false, false, Offers::nothing, true}};
constexpr ExampleSpec examples[] = {{"kopi env set OPENAI_API_KEY", "asks for the value and shows nothing of it"},
                                    {"pass show openai | kopi -p coder env set OPENAI_API_KEY", "from another program"}};

Result<Secret> read_value(Context& context, const std::string& name, const std::optional<std::string>& given, bool from_stdin) {
  if (given) return Secret(*given);
  if (context.console.can_ask() && !from_stdin) {
    auto typed = context.console.ask_hidden(Text().print("{}: ", name));
    if (context.interrupt.requested()) return interrupted_error();
    if (!typed || typed->empty()) return Error{Code::declined, "declined"};
    return *std::move(typed);
  }
  KOPI_TRY(std::string text, read_all_input(64 * 1024));
  while (text.ends_with('\n') || text.ends_with('\r')) text.pop_back();
  Secret value(std::move(text));
  if (value.empty()) return error(Code::usage, "no value for {}: give it as an argument or on stdin", name);
  return value;
}

// What is no name at all may be the value, typed in the wrong place: it is not repeated.
Error not_a_name(const std::string& name) {
  std::string upper = name;
  for (char& c : upper) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  if (!is_variable_name(upper) || name.size() > 40) return Error{Code::name, "a variable's name must match [A-Z_][A-Z0-9_]*"};
  return with_hint(error(Code::name, "'{}' is not a variable's name: it must match [A-Z_][A-Z0-9_]*", name), "kopi env set " + upper);
}

Result<Outcome> run(Context& context, const Arguments& given) {
  std::string name = *given.value("NAME");
  std::optional<std::string> written = given.value("VALUE");
  const bool from_stdin = written == "-";
  if (from_stdin) written.reset();
  if (const auto equals = name.find('='); equals != std::string::npos && !given.flag("VALUE")) {
    written = name.substr(equals + 1);
    name.resize(equals);
  }
  if (!is_variable_name(name)) return not_a_name(name);
  if (is_protected_variable(name))
    return error(Code::name, "'{}' can't be set in .env: it steers the shell, the loader or kopi itself", name);
  KOPI_TRY(const Secret value, read_value(context, name, written, from_stdin));
  std::string path;
  KOPI_CHECK(edit_env_file(context, "kopi env set", [&](const std::string& text, const std::string& file) {
    path = file;
    return set_dotenv_value(text, file, name, value);
  }));
  Outcome outcome;
  outcome.data = Node::mapping({{"name", name}, {"file", path}});
  outcome.text.print("{} is set in {}\n", name, path);
  return outcome;
}

}  // namespace

const CommandSpec env_set_command{
    "env set",
    "Set a variable of a profile",
    "Writes the value into the profile's .env, which only you can read (mode 0600). Without a value kopi asks for it and shows nothing of "
    "what you type; off a terminal, and where the value is -, it reads stdin. A value given as an argument is visible to other users while "
    "kopi runs.",
    arguments,
    {},
    examples,
    Needs::profile,
    run};

}  // namespace kopi::cli
