#include "cli/editor.hpp"

#include "system/files.hpp"
#include "system/process.hpp"

namespace kopi::cli {

Result<EditedCopy> edit_copy(const Context& context, const std::string& copy, const std::string& text) {
  const Environment& environment = context.environment;
  const std::string editor = environment.get("VISUAL").value_or(environment.get("EDITOR").value_or("vi"));
  auto words = split_command_line(editor);
  if (!words || words->empty()) return error(Code::usage, "cannot understand the editor '{}' (VISUAL, EDITOR)", editor);
  KOPI_CHECK(write_file(copy, text, 0600));
  words->push_back(copy);
  // With --json stdout is one object's, whatever an editor has to say.
  auto status = run_in_foreground({*words, environment}, context.json ? ForegroundOutput::own_stderr : ForegroundOutput::own_stdout);
  if (status && *status != 0) status = error(Code::io, "the editor ended with status {}; nothing was changed", *status);
  if (!status) {
    KOPI_CHECK(remove_file(copy));
    return std::move(status).error();
  }
  KOPI_TRY(std::string after, read_file(copy));
  return EditedCopy{copy, std::move(after)};
}

}  // namespace kopi::cli
