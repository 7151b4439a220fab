// How a page is made:
//   1. Every text goes through roff_escape(); only the requests written in this file reach roff as such.
//   2. `words in backticks` of our own texts become bold, as they are code on a web page.
//   3. Nothing in a page depends on the day or the machine, so that two builds give the same bytes.
#include "cli/manual.hpp"

#include <algorithm>
#include <cctype>
#include <set>

#include "base/code.hpp"
#include "base/text.hpp"
#include "base/unicode.hpp"
#include "cli/command.hpp"
#include "cli/context.hpp"
#include "cli/help.hpp"

namespace kopi::cli {
namespace {

constexpr std::string_view k_date = "2026-11-21";  // of the pages of version 0.1.0; a release changes both

constexpr ManualRow k_variables[] = {
    {"KOPI_HOME",
     "Where kopi keeps its profiles, instead of ~/.kopi. When its parent directory is called profiles, that one profile is chosen."},
    {"KOPI_PROFILE", "The profile to work with where -p is not given."},
    {"NO_COLOR", "Set to anything: no colours."},
    {"TERM", "dumb: no colours."},
    {"KOPI_LOG", "debug: what kopi does, line by line with times, on stderr; never a secret."},
    {"VISUAL, EDITOR", "The editor of `kopi config edit`."},
    {"GIT_SSH_COMMAND, GIT_SSH", "The ssh that sources are fetched with."},
    {"https_proxy, http_proxy, all_proxy, no_proxy", "The proxy for what is fetched; all but http_proxy in capitals too."},
    {"SSL_CERT_FILE, SSL_CERT_DIR, CURL_CA_BUNDLE", "The certificates to trust, instead of the system's."}};

constexpr ManualRow k_files[] = {{"~/.kopi", "kopi's home, and the default profile itself."},
                                 {"~/.kopi/profiles/NAME", "A profile of its own."},
                                 {"config.yaml", "A profile's settings; `kopi config` reads and changes them."},
                                 {".env", "A profile's keys and tokens, readable by you alone; `kopi env` reads and changes it."},
                                 {"SOUL.md", "Who the agent is: the beginning of its prompt."},
                                 {"skills/", "What the agent knows how to do."},
                                 {"distribution.yaml", "What an installed agent says of itself."},
                                 {".kopi/", "kopi's records of what was installed and what you agreed to."},
                                 {"~/.local/bin/NAME", "The command that stands for a profile."}};

struct ExitMeaning {
  int exit;
  std::string_view says;
};
constexpr ExitMeaning k_exits[] = {{0, "done, or declined by a person"},
                                   {1, "failed, none of those below"},
                                   {2, "the command line is wrong"},
                                   {3, "a check found a difference"},
                                   {4, "refused by policy, trust or capability gate, or consent is missing"},
                                   {5, "finished, but conflicts are left for you"},
                                   {6, "network or host unreachable, timed out, connection cut"},
                                   {7, "verification failed"},
                                   {8, "local state damaged; the message names the file and the command that repairs it"},
                                   {70, "a bug in kopi"},
                                   {130, "interrupted"}};

// Our own text: escaped, and what stands in backticks in bold.
std::string prose(std::string_view text) {
  std::string page;
  bool code = false;
  for (const std::string_view piece : split(text, '`')) {
    if (code) page += "\\fB";
    page += roff_escape(piece);
    if (code) page += "\\fR";
    code = !code;
  }
  return page;
}

std::string page_name(std::string_view path) { return path.empty() ? "kopi" : "kopi-" + replace_all(path, " ", "-"); }
std::string reference_to(std::string_view path) { return "\\fB" + roff_escape(page_name(path)) + "\\fR(1)"; }

// NAME lists read as one sentence fragment: "list all profiles".
std::string fragment(std::string_view summary) {
  std::string text(summary);
  if (text.size() > 1 && std::islower(static_cast<unsigned char>(text[1])) != 0) {
    text[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(text[0])));
  }
  return text;
}

std::string header(std::string_view path, std::string_view summary) {
  std::string title = page_name(path);
  std::transform(title.begin(), title.end(), title.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return fmt::format(".TH \"{}\" 1 \"{}\" \"kopi {}\" \"kopi manual\"\n.nh\n.ad l\n.SH NAME\n{} \\- {}\n", roff_escape(title), k_date,
                     program_version(), roff_escape(page_name(path)), prose(fragment(summary)));
}

std::string row(const std::string& words, const std::string& says) { return ".TP\n" + words + "\n" + says + "\n"; }

// "-y, --yes" in bold, the value's name in italics.
std::string option_tag(const OptionSpec& option) {
  std::string tag = "\\fB" + roff_escape(option_words(option)) + "\\fR";
  if (option.value.empty()) return tag;
  const std::string value = " " + roff_escape(option.value);
  tag.replace(tag.rfind(value), value.size() + 3, "\\fR \\fI" + roff_escape(option.value) + "\\fR");
  return tag;
}

std::string paragraphs(std::string_view text) {
  std::string page;
  for (const std::string_view line : split(text, '\n')) {
    if (!trim(line).empty()) page += (page.empty() ? "" : ".PP\n") + prose(trim(line)) + "\n";
  }
  return page;
}

std::string options_section(std::span<const OptionSpec> own) {
  std::string page = ".SH OPTIONS\n";
  for (const OptionSpec& option : own) page += row(option_tag(option), prose(option.help));
  for (const OptionSpec& option : common_options()) page += row(option_tag(option), prose(option.help));
  return page + row("\\fB\\-h, \\-\\-help\\fR", "help for the command");
}

std::string synopsis(const CommandSpec& command) {
  std::string page = ".SH SYNOPSIS\n\\fBkopi " + roff_escape(command.path) + "\\fR";
  for (const ArgumentSpec& argument : command.arguments) {
    const std::string word = "\\fI" + roff_escape(argument.name) + "\\fR" + (argument.repeated ? " .\\|.\\|." : "");
    page += argument.required ? " " + word : " [" + word + "]";
  }
  page += " [\\fIOPTIONS\\fR]\n";
  for (const ShortForm& form : short_forms()) {
    if (form.path == command.path) page += ".PP\nIn short: \\fBkopi " + roff_escape(form.word) + "\\fR\n";
  }
  return page;
}

// The group's other commands, and the pages above.
std::string see_also(std::string_view path) {
  std::string page = ".SH SEE ALSO\n" + reference_to("");
  const std::string group(path.substr(0, path.find(' ')));
  if (find_command(group) != nullptr && group != path) page += ",\n" + reference_to(group);
  for (const CommandSpec* other : commands_below(group)) {
    if (!other->hidden && other->path != path) page += ",\n" + reference_to(other->path);
  }
  return page + "\n";
}

std::string command_page(const CommandSpec& command) {
  std::string page = header(command.path, command.summary) + synopsis(command) + ".SH DESCRIPTION\n" + paragraphs(command.details);
  if (!command.arguments.empty()) page += ".SH ARGUMENTS\n";
  for (const ArgumentSpec& argument : command.arguments) page += row("\\fI" + roff_escape(argument.name) + "\\fR", prose(argument.help));
  page += options_section(command.options);
  page += ".SH EXAMPLES\n";
  for (const ExampleSpec& example : command.examples) {
    page += (page.ends_with(".SH EXAMPLES\n") ? "" : ".PP\n") + prose(example.says) + ":\n.PP\n.RS 4\n.nf\n\\fB" +
            roff_escape(example.command) + "\\fR\n.fi\n.RE\n";
  }
  return page + ".SH EXIT STATUS\n0 when the command did what it was asked to, otherwise as " + reference_to("") + " lists.\n" +
         see_also(command.path);
}

std::string group_page(std::string_view group) {
  std::string page = header(group, group_summary(group));
  page += ".SH SYNOPSIS\n\\fBkopi " + roff_escape(group) + "\\fR \\fICOMMAND\\fR [\\fIOPTIONS\\fR]\n.SH COMMANDS\n";
  for (const CommandSpec* command : commands_below(group)) {
    if (!command->hidden) page += row(reference_to(command->path), prose(command->summary));
  }
  return page + see_also(group);
}

std::string overview_page() {
  std::string page = header("", "puts whole agents on a machine and runs them");
  page +=
      ".SH SYNOPSIS\n\\fBkopi\\fR [\\fB\\-p\\fR \\fIPROFILE\\fR] \\fICOMMAND\\fR [\\fIARGUMENTS\\fR] [\\fIOPTIONS\\fR]\n.SH DESCRIPTION\n";
  page += paragraphs(
      "kopi installs an agent from a git repository or a directory, keeps it up to date without touching what you changed, and talks to "
      "it. "
      "An agent lives in a profile: a directory of its own with settings, keys, memory, sessions and skills.\n"
      "stdout carries the answer and stderr everything else. With --json the answer is one JSON object, whose form is published.");
  page += ".SH COMMANDS\n";
  for (const CommandSpec* command : all_commands()) {
    if (!command->hidden) page += row(reference_to(command->path), prose(command->summary));
  }
  page += ".SH GUIDE\n" + prose("`kopi help TOPIC` shows a page: " + join(guide_topics(), ", ") + ".") + "\n";
  page += options_section({}) + row("\\fB\\-V, \\-\\-version\\fR", "which kopi this is");
  page += ".SH EXIT STATUS\n";
  for (const ExitMeaning& meaning : k_exits) page += row(fmt::format("\\fB{}\\fR", meaning.exit), prose(meaning.says));
  page += ".SH ENVIRONMENT\n";
  for (const ManualRow& variable : k_variables) page += row("\\fB" + roff_escape(variable.name) + "\\fR", prose(variable.says));
  page += ".SH FILES\n";
  for (const ManualRow& file : k_files) page += row("\\fI" + roff_escape(file.name) + "\\fR", prose(file.says));
  return page + ".SH SEE ALSO\n\\fBgit\\fR(1), \\fBssh\\fR(1)\n";
}

}  // namespace

std::string roff_escape(std::string_view text) {
  std::string safe;
  for (bool at_line_start = true; !text.empty();) {
    const CodePoint point = decode_utf8(text);
    const char c = text.front();
    if (at_line_start && (c == '.' || c == '\'')) safe += "\\&";
    if (point.value >= 0x80) {
      safe += fmt::format("\\[u{:04X}]", static_cast<unsigned>(point.value));
    } else if (c == '\\') {
      safe += "\\(rs";
    } else if (c == '-') {
      safe += "\\-";  // a plain one may be set as a typographic hyphen, which no shell takes for an option
    } else if (c == '\'') {
      safe += "\\(aq";
    } else if (c == '`') {
      safe += "\\(ga";
    } else if (c == '"') {
      safe += "\\(dq";
    } else if (c == '^') {
      safe += "\\(ha";
    } else if (c == '~') {
      safe += "\\(ti";
    } else {
      safe += c;
    }
    at_line_start = c == '\n';
    text.remove_prefix(point.size);
  }
  return safe;
}

std::span<const ManualRow> manual_variables() { return k_variables; }
std::span<const ManualRow> manual_files() { return k_files; }

std::string_view exit_meaning(int exit) {
  const auto found = std::find_if(std::begin(k_exits), std::end(k_exits), [&](const ExitMeaning& meaning) { return meaning.exit == exit; });
  return found == std::end(k_exits) ? std::string_view() : found->says;
}

std::vector<ManPage> man_pages() {
  std::vector<ManPage> pages{{"kopi.1", overview_page()}};
  std::set<std::string> groups;
  for (const CommandSpec* command : all_commands()) {
    if (command->hidden) continue;
    pages.push_back({page_name(command->path) + ".1", command_page(*command)});
    const std::string group(command->path.substr(0, command->path.find(' ')));
    if (find_command(group) == nullptr && groups.insert(group).second) pages.push_back({page_name(group) + ".1", group_page(group)});
  }
  for (const ShortForm& form : short_forms()) pages.push_back({page_name(form.word) + ".1", ".so man1/" + page_name(form.path) + ".1\n"});
  return pages;
}

}  // namespace kopi::cli
