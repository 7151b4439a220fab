// tools/reference.hpp
//
// The pages of docs/reference, as Markdown: made from the command table, the table of codes and the published schemas, so that
// they say what the program does.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "formats/node.hpp"

namespace kopi::docs {

/// Every command with usage, arguments, options and examples.
std::string render_commands_page();
/// Every exit status, and every code that leads to it.
std::string render_exit_codes_page();
/// Every rule of `kopi profile validate`.
std::string render_rules_page();
/// Every key of config.yaml, from its schema.
std::string render_config_page(const Node& schema);

/// What the page of records is made of.
struct RecordSources {
  std::function<Result<Node>(std::string_view name)> schema;  ///< "common": schemas/output/common.schema.json
  /// A sample of the command's whole record, or of its lines, as text: "profile-list"; nothing when there is none.
  std::function<std::optional<std::string>(std::string_view name)> sample;
};
/// Every record that --json prints.
Result<std::string> render_records_page(const RecordSources& sources);

/// The command table as data, for the tests that look at it.
Node table_to_json();

/// Plain text for Markdown: what it would take for markup is escaped; `code` stays.
std::string markdown_escape(std::string_view text);
/// As above, in a table's cell.
std::string markdown_cell(std::string_view text);
/// What stands at the top of every page.
std::string page_start(std::string_view title, std::string_view made_from);

}  // namespace kopi::docs
