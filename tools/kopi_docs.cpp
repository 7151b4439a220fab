// Writes what is made from the command table and the schemas. It is run by the build and by scripts/docs, never by a user.
//   kopi-docs man DIRECTORY
//   kopi-docs completions DIRECTORY
//   kopi-docs reference DIRECTORY SOURCE_TREE
//   kopi-docs table                             the command table as JSON, on stdout
#include <cstdio>

#include "cli/completion.hpp"
#include "cli/manual.hpp"
#include "formats/json.hpp"
#include "reference.hpp"
#include "system/files.hpp"

namespace kopi::docs {
namespace {

// A file that is what it should be stays untouched, so that what is made from it need not be made again.
Result<void> write_changed(const std::string& directory, const std::string& name, const std::string& content) {
  const std::string path = join_path(directory, name);
  KOPI_TRY(const auto present, read_file_if_present(path));
  if (present == content) return {};
  KOPI_CHECK(make_directories(parent_path(path)));
  return write_file(path, content, 0644);
}

Result<void> write_man(const std::string& directory) {
  for (const cli::ManPage& page : cli::man_pages()) KOPI_CHECK(write_changed(directory, page.file, page.text));
  return {};
}

Result<void> write_completions(const std::string& directory) {
  constexpr std::pair<const char*, const char*> scripts[] = {{"bash", "bash/kopi"}, {"zsh", "zsh/_kopi"}, {"fish", "fish/kopi.fish"}};
  for (const auto& [shell, file] : scripts) KOPI_CHECK(write_changed(directory, file, *cli::completion_script(shell)));
  return {};
}

Result<Node> read_schema(const std::string& path) {
  KOPI_TRY(const std::string text, read_file(path));
  return parse_json(text, path);
}

Result<void> write_reference(const std::string& directory, const std::string& tree) {
  KOPI_CHECK(write_changed(directory, "commands.md", render_commands_page()));
  KOPI_CHECK(write_changed(directory, "exit-codes.md", render_exit_codes_page()));
  KOPI_CHECK(write_changed(directory, "validate.md", render_rules_page()));
  KOPI_TRY(const Node config, read_schema(join_path(tree, "schemas/config-v1.schema.json")));
  KOPI_CHECK(write_changed(directory, "config.md", render_config_page(config)));
  const RecordSources sources{
      [&](std::string_view name) { return read_schema(join_path(tree, fmt::format("schemas/output/{}.schema.json", name))); },
      [&](std::string_view name) -> std::optional<std::string> {
        const std::string folder = join_path(tree, "tests/golden/records");
        auto sample = read_file(join_path(folder, fmt::format("{}.json", name)));
        if (!sample) sample = read_file(join_path(folder, fmt::format("{}.jsonl", name)));
        return sample ? std::optional(*std::move(sample)) : std::nullopt;
      }};
  KOPI_TRY(const std::string records, render_records_page(sources));
  return write_changed(directory, "records.md", records);
}

Result<void> run(const std::vector<std::string>& words) {
  if (words.size() == 2 && words[0] == "man") return write_man(words[1]);
  if (words.size() == 2 && words[0] == "completions") return write_completions(words[1]);
  if (words.size() == 3 && words[0] == "reference") return write_reference(words[1], words[2]);
  if (words.size() == 1 && words[0] == "table") {
    std::puts(render_json(table_to_json(), JsonStyle::indented).c_str());
    return {};
  }
  return error(Code::usage, "kopi-docs man DIRECTORY | completions DIRECTORY | reference DIRECTORY SOURCE_TREE | table");
}

}  // namespace
}  // namespace kopi::docs

int main(int argc, char** argv) {
  const auto done = kopi::docs::run({argv + 1, argv + argc});
  if (done) return 0;
  std::fprintf(stderr, "kopi-docs: %s\n", done.error().message.c_str());
  return 1;
}
