#include <map>

#include "base/text.hpp"
#include "cli/answer.hpp"
#include "cli/commands/commands.hpp"
#include "cli/preview.hpp"
#include "cli/profile_view.hpp"
#include "cli/several.hpp"
#include "installer/import.hpp"
#include "model/capability.hpp"
#include "model/settings.hpp"
#include "store/profiles.hpp"
#include "system/files.hpp"

namespace kopi::cli {
namespace {

constexpr ArgumentSpec arguments[] = {{"FILE", "a .tar.gz or a directory; - is stdin", true, false, Offers::file}};
constexpr OptionSpec options[] = {{"--name", "NAME", "import as profile NAME instead of the archive's own name"},
                                  {"--alias", "", "make a command of the profile's name"},
                                  {"--all", "", "every archive in the directory FILE"},
                                  {"--yes,-y", "", "agree to what the preview shows"},
                                  {"--dry-run,--plan", "", "show what would happen and stop"}};
constexpr ExampleSpec examples[] = {{"kopi profile import coder.tar.gz --alias", "the profile of that archive, and the command `coder`"},
                                    {"kopi profile import coder.tar.gz --name work --dry-run", "look at what it would bring"},
                                    {"kopi profile import --all ~/backup --yes", "what kopi profile export --all wrote"}};

void row(Text& text, std::string_view label, const std::string& value) { text.styled(Style::dim, "  {:<10}", label).print(" {}\n", value); }

void capabilities(Text& text, const ImportPlan& plan) {
  text.styled(Style::bold, "\ncapabilities\n");
  bool any = false;
  for (const Capability& capability : plan.brought.capabilities) {
    if (capability.kind == "env") continue;  // shown with its state below
    any = true;
    text.styled(Style::yellow, "  • ").print("{:<24} {}", describe_kind(capability.kind), capability.name);
    text.print(capability.detail.empty() ? "{}\n" : ": {}\n", capability.detail);
  }
  if (!any) text.print("  none beyond chatting\n");
}

void variables(Text& text, const ImportPlan& plan) {
  if (plan.env.empty()) return;
  text.styled(Style::bold, "\nvariables\n");
  for (const EnvStatus& status : plan.env) {
    text.styled(status.set ? Style::green : Style::yellow, "  {} ", status.set ? "✓" : "•");
    text.print("{:<24} {} ({})\n", status.variable.name, status.set ? "set" : "needs setting",
               status.variable.required ? "required" : "optional");
  }
}

Text preview(const ImportPlan& plan, const Context& context) {
  Text text;
  const Manifest& manifest = plan.brought.manifest;
  const InstallRecord* installed = plan.record && plan.record->installed ? &*plan.record->installed : nullptr;
  text.styled(Style::bold, "{}", plan.root).print("{}\n", manifest.version.empty() ? "" : " " + manifest.version);
  const std::string description = replace_all(manifest.description, "\n", " ");
  if (!description.empty()) text.print("  {}\n", trim(description));
  text.print("\n");
  if (installed != nullptr) row(text, "source", installed->source);
  if (installed != nullptr && !installed->commit.empty()) row(text, "commit", installed->commit.substr(0, 12));
  row(text, "target", context.home.profile_path(plan.name) + (plan.name.is_default() ? " (the default profile, unused so far)" : " (new)"));
  row(text, "files", fmt::format("{}, {}", count_of(plan.files.size(), "file"), human_bytes(plan.bytes)));
  if (plan.memories || plan.sessions)
    row(text, "data", plan.memories && plan.sessions ? "memories and sessions" : plan.memories ? "memories" : "sessions");
  if (plan.record && !plan.record->redacted.empty()) row(text, "redacted", join(plan.record->redacted, ", "));
  std::map<std::string, std::vector<std::string>> reasons;
  for (const LeftOut& item : plan.left_out) reasons[item.reason].push_back(item.path);
  for (const auto& [reason, paths] : reasons) row(text, "left out", fmt::format("{} ({})", join(paths, ", "), reason));
  capabilities(text, plan);
  variables(text, plan);
  const bool starts = !plan.brought.mcp_servers.empty() || !plan.brought.cron_jobs.empty();
  if (starts) text.print("\nno approval travels: MCP servers and scheduled jobs stay off until you approve them here\n");
  text.print("\n");
  return text;
}

Node record_of(const ImportPlan& plan, const Context& context, const std::optional<std::string>& alias) {
  Node left_out = Node::sequence();
  for (const LeftOut& item : plan.left_out) left_out.push(Node::mapping({{"path", item.path}, {"reason", item.reason}}));
  Node files = Node::sequence();
  for (const ImportMember& file : plan.files) {
    files.push(Node::mapping({{"path", file.path.str()}, {"mode", file.executable ? "100755" : "100644"}, {"bytes", file.size}}));
  }
  const bool installed = plan.record && plan.record->installed;
  const auto or_null = [](const std::string& value) { return value.empty() ? Node() : Node(value); };
  const InstallRecord record = installed ? *plan.record->installed : InstallRecord{};
  return Node::mapping({{"name", plan.name.str()},
                        {"path", context.home.profile_path(plan.name)},
                        {"alias", alias},
                        {"version", or_null(installed ? record.version : plan.brought.manifest.version)},
                        {"source", or_null(record.source)},
                        {"commit", or_null(record.commit)},
                        {"signer", Node()},
                        {"trust", installed ? Node("unsigned") : Node()},
                        {"memories", plan.memories},
                        {"sessions", plan.sessions},
                        {"bytes", plan.bytes},
                        {"files", std::move(files)},
                        {"left_out", std::move(left_out)},
                        {"redacted", records_of("path", plan.record ? plan.record->redacted : std::vector<std::string>())},
                        {"capabilities", kopi::to_json(plan.brought.capabilities)},
                        {"env", to_json(plan.env)}});
}

void tell_next_steps(Text& text, const Context& context, const ImportPlan& plan, const Imported& imported,
                     const std::optional<std::string>& alias) {
  const std::string command = alias.value_or("kopi -p " + plan.name.str());
  text.styled(Style::green, "✓").print(" Imported '{}' at {}\n", plan.name.str(), imported.path);
  for (const EnvStatus& status : plan.env) {
    if (status.variable.required && !status.set) text.print("  needs setting: {} env set {}\n", command, status.variable.name);
  }
  if (plan.record && !plan.record->redacted.empty()) text.print("  secrets to fill in again: {}\n", join(plan.record->redacted, ", "));
  if (!imported.record && !plan.brought.manifest.name.empty())
    text.print("  to get updates: kopi profile install SOURCE --name {} --force\n", plan.name.str());
  if (alias) tell_path_hint(context, text);
  const auto config = read_config(context.home, plan.name);
  if (config && !model_setting(*config)) text.print("  needs a model: {} setup\n", command);
  text.print("  talk to it: {} chat\n", command);
}

Result<Outcome> import_one(Context& context, const Arguments& given, const ImportRequest& request) {
  const InstallContext install = context.install_context();
  KOPI_TRY(const ImportPlan plan, prepare_import(request, install));
  report_findings(plan.brought.findings, context);
  Outcome outcome;
  if (given.flag("--dry-run")) {
    outcome.data = record_of(plan, context, std::nullopt);
    outcome.text = preview(plan, context);
    return outcome;
  }
  context.console.talk(preview(plan, context));
  KOPI_CHECK(context.consent(Text().print("Import it as profile '{}'?", plan.name.str()), given.flag("--yes")));
  const AliasContext aliases = context.alias_context();
  KOPI_TRY(const Imported imported, apply_import(plan, install, given.flag("--alias") ? &aliases : nullptr));
  const auto& alias = imported.published.alias;
  if (imported.published.no_alias) warn_no_alias(context, plan.name, *imported.published.no_alias);
  outcome.data = record_of(plan, context, alias);
  tell_next_steps(outcome.text, context, plan, imported, alias);
  return outcome;
}

Result<Outcome> import_all(Context& context, const Arguments& given, const std::string& directory) {
  if (!is_directory(directory)) return error(Code::not_found, "there is no directory {}", directory);
  KOPI_TRY(const auto names, list_directory(directory));
  SeveralOutcomes outcomes("could not be imported");
  bool any = false;
  for (const std::string& name : names) {
    if (!name.ends_with(".tar.gz") && !name.ends_with(".tgz")) continue;
    if (name.starts_with('.')) continue;  // not the user's: other systems put ._NAME beside files
    any = true;
    auto one = import_one(context, given, {join_path(directory, name), std::nullopt});
    const bool can_be_renamed = !one && one.error().hint == "add --name NAME";  // not together with --all
    if (can_be_renamed) one.error().hint = "kopi profile import " + shell_quote(join_path(directory, name)) + " --name NAME";
    if (!one && one.error().code == Code::interrupted) return one;
    outcomes.add(context, name, std::move(one));
  }
  if (!any) return error(Code::not_found, "there is no .tar.gz in {}", directory);
  return std::move(outcomes).finish();
}

Result<Outcome> run(Context& context, const Arguments& given) {
  const std::string file = *given.value("FILE");
  if (file == "-" && context.console.can_ask()) return error(Code::usage, "- reads an archive from a pipe, and stdin is a terminal");
  const std::string path = file == "-" ? file : absolute_path(file, context.working_directory);
  if (!given.flag("--all")) return import_one(context, given, {path, given.value("--name")});
  if (given.flag("--name")) return error(Code::usage, "--all and --name exclude each other");
  if (file == "-") return error(Code::usage, "--all takes a directory of archives");
  return import_all(context, given, path);
}

}  // namespace

const CommandSpec profile_import_command{
    "profile import",
    "Make a profile from an exported file",
    "Reads a .tar.gz that `kopi profile export` wrote, one of another program in the same layout, or a directory; shows what it can do, "
    "and "
    "after your consent makes a profile of it. Nothing of an archive is believed: links, devices, names that leave it or that clash, and "
    "whatever is larger than the limits are refused before anything is written. Keys, caches and approvals are never taken. A profile that "
    "came "
    "from a distribution goes on getting its updates.",
    arguments,
    options,
    examples,
    Needs::choice,
    run};

}  // namespace kopi::cli
