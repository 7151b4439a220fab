#include "model/ledger.hpp"

#include "base/text.hpp"

namespace kopi {

std::string render_ledger(const Ledger& ledger) {
  std::string text;
  for (const auto& [path, entry] : ledger) {
    text += fmt::format("{} {}  {}\n", git_mode(entry.mode), entry.digest.hex(), path.str());
  }
  return text;
}

Result<Ledger> parse_ledger(std::string_view text, std::string_view file) {
  Ledger ledger;
  int number = 0;
  for (const std::string_view line : split_lines(text)) {
    ++number;
    const auto bad = [&] { return error(Code::state, "{}:{}: not a ledger line", file, number); };
    constexpr std::size_t path_at = 6 + 1 + 64 + 2;
    if (line.size() <= path_at || line[6] != ' ' || line.substr(71, 2) != "  ") return bad();
    const std::string_view mode = line.substr(0, 6);
    if (mode != "100644" && mode != "100755") return bad();
    const auto digest = Digest::parse(line.substr(7, 64));
    auto path = RelPath::parse(line.substr(path_at));
    if (!digest || !path) return bad();
    const LedgerEntry entry{mode == "100755" ? FileMode::executable : FileMode::regular, *digest};
    if (!ledger.emplace(*std::move(path), entry).second) return bad();
  }
  return ledger;
}

Node to_json(const std::optional<LedgerEntry>& entry) {
  if (!entry) return {};
  return Node::mapping({{"mode", git_mode(entry->mode)}, {"digest", entry->digest.str()}});
}

std::optional<LedgerEntry> ledger_entry_from(const Node* node) {
  const Node* mode = node == nullptr ? nullptr : node->find("mode");
  const Node* digest = node == nullptr ? nullptr : node->find("digest");
  const auto parsed = digest == nullptr ? std::nullopt : Digest::parse(digest->as_text());
  if (mode == nullptr || !parsed) return std::nullopt;
  return LedgerEntry{mode->as_text() == "100755" ? FileMode::executable : FileMode::regular, *parsed};
}

std::string_view git_mode(FileMode mode) { return mode == FileMode::executable ? "100755" : "100644"; }

unsigned permission_bits(FileMode mode) { return mode == FileMode::executable ? 0755 : 0644; }

FileMode file_mode(unsigned permission_bits) { return (permission_bits & 0100) != 0 ? FileMode::executable : FileMode::regular; }

}  // namespace kopi
