#include "installer/archive_record.hpp"

#include <algorithm>
#include <array>

#include "formats/json.hpp"
#include "model/ownership.hpp"
#include "system/archive.hpp"
#include "system/crypto.hpp"
#include "system/files.hpp"

namespace kopi {
namespace {

constexpr std::size_t k_limit = 16u << 20;

Error bad(std::string_view reason) { return error(Code::archive, "{} is not what kopi writes: {}", k_archive_record, reason); }

Node or_null(const std::string& text) { return text.empty() ? Node() : Node(text); }

Node to_json(const Ledger& ledger) {
  Node list = Node::sequence();
  for (const auto& [path, entry] : ledger) {
    const char* mode = entry.mode == FileMode::executable ? "0755" : "0644";
    list.push(Node::mapping({{"path", path.str()}, {"mode", mode}, {"digest", entry.digest.str()}}));
  }
  return list;
}

/// What an update or `kopi update` may one day replace or remove: never a file of the user's.
bool may_be_shipped(const RelPath& path, std::string_view key) {
  return key == "bundled" ? path.first() == "skills" && path.depth() > 2 : !is_user_owned(path);
}

bool is_commit(std::string_view text) { return text.size() == 40 && text.find_first_not_of("0123456789abcdef") == std::string_view::npos; }

/// As kopi writes times: 2026-03-14T15:09:26Z.
bool is_time(std::string_view text) {
  constexpr std::string_view form = "0000-00-00T00:00:00Z";
  return std::equal(text.begin(), text.end(), form.begin(), form.end(),
                    [](char c, char f) { return f == '0' ? c >= '0' && c <= '9' : c == f; });
}

Result<Ledger> ledger_from(const Node& node, std::string_view key) {
  Ledger ledger;
  const Node* list = node.find(key);
  if (list == nullptr || !list->is(Node::Kind::sequence)) return bad(fmt::format("it has no list '{}'", key));
  for (const Node& item : list->items()) {
    const Node* path = item.find("path");
    const Node* mode = item.find("mode");
    const Node* digest = item.find("digest");
    if (path == nullptr || mode == nullptr || digest == nullptr) return bad(fmt::format("an entry of '{}' lacks a key", key));
    KOPI_TRY(RelPath parsed, RelPath::parse(path->as_text()));
    const auto value = Digest::parse(digest->as_text());
    const std::string bits = mode->as_text();
    if (!value || (bits != "0644" && bits != "0755")) return bad(fmt::format("an entry of '{}' is wrong: {}", key, parsed.str()));
    if (!may_be_shipped(parsed, key)) return bad(fmt::format("'{}' names a file that nobody ships: {}", key, parsed.str()));
    const LedgerEntry entry{bits == "0755" ? FileMode::executable : FileMode::regular, *value};
    if (!ledger.emplace(std::move(parsed), entry).second) return bad(fmt::format("'{}' names a file twice", key));
  }
  return ledger;
}

}  // namespace

std::string render_archive_record(const ArchiveRecord& record) {
  const InstallRecord& installed = record.installed ? *record.installed : InstallRecord{};
  const bool is_installed = record.installed.has_value();
  const Node document = Node::mapping({{"schema", 1},
                                       {"name", or_null(installed.name)},
                                       {"version", or_null(installed.version)},
                                       {"description", or_null(installed.description)},
                                       {"source", or_null(installed.source)},
                                       {"identity", or_null(installed.identity)},
                                       {"wanted", installed.wanted},
                                       {"ref_kind", or_null(installed.ref_kind)},
                                       {"subdirectory", or_null(installed.subdirectory)},
                                       {"commit", or_null(installed.commit)},
                                       {"manifest", is_installed ? Node(installed.manifest.str()) : Node()},
                                       {"seq", Node()},
                                       {"signer", Node()},
                                       {"installed_at", or_null(installed.installed_at)},
                                       {"updated_at", or_null(installed.updated_at)},
                                       {"memories", record.memories},
                                       {"sessions", record.sessions},
                                       {"redacted", Node::strings(record.redacted)},
                                       {"ledger", to_json(record.ledger)},
                                       {"bundled", to_json(record.bundled)}});
  return render_json(document, JsonStyle::indented) + "\n";
}

Result<ArchiveRecord> parse_archive_record(std::string_view text) {
  const auto node = parse_json(text, k_archive_record, {.bytes = k_limit, .nodes = 1'000'000});
  if (!node) return error(Code::archive, "{}", node.error().message);
  const Node* schema = node->find("schema");
  if (schema == nullptr || !schema->as_integer()) return bad("it has no schema");
  if (*schema->as_integer() != 1) return with_hint(bad(fmt::format("it has the schema {}", *schema->as_integer())), "kopi update");
  const auto string = [&](std::string_view key) {
    const Node* value = node->find(key);
    return value == nullptr ? std::string() : value->as_string().value_or("");
  };
  const auto flag = [&](std::string_view key) {
    const Node* value = node->find(key);
    return value != nullptr && value->as_bool().value_or(false);
  };
  ArchiveRecord record;
  record.memories = flag("memories");
  record.sessions = flag("sessions");
  KOPI_TRY(record.ledger, ledger_from(*node, "ledger"));
  KOPI_TRY(record.bundled, ledger_from(*node, "bundled"));
  if (const Node* redacted = node->find("redacted")) {
    for (const Node& path : redacted->items()) record.redacted.push_back(path.as_text());
  }
  if (string("source").empty()) {
    if (!record.ledger.empty()) return bad("it has a ledger and no source");
    return record;
  }
  InstallRecord installed;
  installed.name = string("name");
  installed.version = string("version");
  installed.description = string("description");
  installed.source = string("source");
  installed.identity = string("identity");
  if (const std::string wanted = string("wanted"); !wanted.empty()) installed.wanted = wanted;
  installed.ref_kind = string("ref_kind");
  installed.subdirectory = string("subdirectory");
  installed.commit = string("commit");
  installed.installed_at = string("installed_at");
  installed.updated_at = string("updated_at");
  if (!installed.commit.empty() && !is_commit(installed.commit)) return bad("its commit is none");
  if (!is_time(installed.installed_at) || !is_time(installed.updated_at)) return bad("its times are none");
  const auto manifest = Digest::parse(string("manifest"));
  if (!manifest) return bad("it has no digest of the manifest");
  installed.manifest = *manifest;
  installed.tree = sha256(render_ledger(record.ledger));
  record.installed = std::move(installed);
  return record;
}

std::optional<std::string> own_archive_root(const Descriptor& file) {
  constexpr std::string_view header("\x1f\x8b\x08\0\0\0\0\0\0\0", 10);  // no name, no time, no system: nobody else writes it so
  std::array<char, header.size()> start{};
  const auto read = read_some(file, "an archive", start);
  if (!read || std::string_view(start.data(), *read) != header || !rewind(file, "an archive")) return std::nullopt;
  const auto source = [&](char* buffer, std::size_t size) { return read_some(file, "an archive", {buffer, size}); };
  auto reader = ArchiveReader::open(source, {});
  if (!reader) return std::nullopt;
  const auto member = reader->next();
  if (!member || !*member || !(*member)->is_directory) return std::nullopt;
  return std::string((*member)->path.first());
}

}  // namespace kopi
