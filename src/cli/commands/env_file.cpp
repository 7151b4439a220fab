#include "cli/commands/env_file.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "model/manifest.hpp"
#include "store/profiles.hpp"
#include "system/files.hpp"

namespace kopi::cli {

Result<VariablesView> view_variables(const Context& context) {
  VariablesView view;
  const ProfileName& name = context.selection.name;
  view.file = join_path(context.home.profile_path(name), ".env");
  KOPI_TRY(const auto text, read_file_if_present(view.file, 1u << 20));
  const Dotenv dotenv = parse_dotenv(text.value_or(""), view.file);
  view.findings = dotenv.findings;
  KOPI_TRY(const auto manifest_text, read_profile_file(context.home, name, "distribution.yaml"));
  Manifest manifest;
  if (manifest_text) {
    KOPI_TRY(auto reading, read_manifest(*manifest_text, join_path(context.home.profile_path(name), "distribution.yaml")));
    manifest = std::move(reading.manifest);
  }
  const auto add = [&](const std::string& variable, bool required, const std::string& description) {
    const DotenvEntry* entry = dotenv.find(variable);
    const bool in_file = entry != nullptr && !entry->value.empty();
    const bool outside = context.environment.get(variable).has_value();
    view.variables.push_back({variable, required, in_file || outside, in_file ? ".env" : outside ? "environment" : "", description});
  };
  for (const EnvRequirement& variable : manifest.env) add(variable.name, variable.required, variable.description);
  for (const DotenvEntry& entry : dotenv.entries) {
    const bool known = std::any_of(view.variables.begin(), view.variables.end(), [&](const auto& v) { return v.name == entry.name; });
    if (!known) add(entry.name, false, "");
  }
  KOPI_TRY(const auto present, stat_path(view.file));
  if (present && present->type == EntryType::file && (present->mode & 077) != 0) {
    view.findings.push_back({Severity::medium, "dotenv.mode", view.file, 0, 0,
                             fmt::format("others can read this file (mode {:04o}); chmod 600 mends it", present->mode), "", ""});
  }
  return view;
}

Node to_json(const VariablesView& view) {
  Node list = Node::sequence();
  for (const VariableView& variable : view.variables) {
    list.push(Node::mapping({{"name", variable.name},
                             {"required", variable.required},
                             {"set", variable.set},
                             {"from", variable.from.empty() ? Node() : Node(variable.from)},
                             {"description", variable.description.empty() ? Node() : Node(variable.description)}}));
  }
  return Node::mapping({{"file", view.file}, {"variables", std::move(list)}});
}

Text render(const VariablesView& view) {
  Text text;
  for (const VariableView& variable : view.variables) {
    text.styled(variable.set ? Style::green : Style::yellow, "{} ", variable.set ? "✓" : "•");
    text.print("{:<28} {:<14} {}", variable.name, variable.set ? "set (" + variable.from + ")" : "needs setting",
               variable.required ? "required" : "optional");
    if (!variable.description.empty()) text.print(" — {}", one_line(variable.description));
    text.print("\n");
  }
  if (view.variables.empty()) text.print("No variables: nothing is asked for, and {} sets none.\n", view.file);
  return text;
}

Result<void> edit_env_file(const Context& context, const std::string& holder,
                           const std::function<Result<std::string>(const std::string& text, const std::string& path)>& edit) {
  const std::string directory = context.home.profile_path(context.selection.name);
  const std::string path = join_path(directory, ".env");
  KOPI_TRY(const FileLock lock, context.lock_existing(context.selection.name, holder));
  KOPI_TRY(const auto text, read_file_if_present(path, 1u << 20));
  KOPI_TRY(const std::string edited, edit(text.value_or(""), path));
  KOPI_CHECK(make_directories(directory, 0700));
  return write_file(path, edited, 0600);
}

}  // namespace kopi::cli
