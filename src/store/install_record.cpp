#include "store/install_record.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "formats/json.hpp"
#include "system/crypto.hpp"
#include "system/files.hpp"

namespace kopi {
namespace {

constexpr std::size_t k_limit = 16u << 20;

std::string record_path(const std::string& directory) { return join_path(directory, ".kopi/install.json"); }
std::string ledger_path(const std::string& directory) { return join_path(directory, ".kopi/ledger"); }
std::string approvals_path(const std::string& directory) { return join_path(directory, ".kopi/approvals.json"); }

Error damaged(const std::string& path, std::string_view reason) {
  return with_hint(error(Code::state, "{} is damaged: {}", path, reason), "kopi doctor --repair");
}

// The parser's complaint names the file itself.
Error not_readable(const Error& problem) {
  return with_hint(error(Code::state, "kopi's record is damaged: {}", problem.message), "kopi doctor --repair");
}

Result<std::vector<Pending>> pending_from(const Node& list, const std::string& file) {
  std::vector<Pending> pending;
  for (const Node& item : list.items()) {
    const Node* path = item.find("path");
    const Node* held = item.find("held");
    const Node* keys = item.find("keys");
    auto parsed = RelPath::parse(path == nullptr ? "" : path->as_text());
    const auto theirs = ledger_entry_from(item.find("theirs"));
    const bool keys_are_whole = keys == nullptr || std::ranges::all_of(keys->items(), [](const Node& key) {
                                  const Node* place = key.find("key");
                                  return place != nullptr && place->is(Node::Kind::string);
                                });
    if (!parsed || !theirs || !keys_are_whole) return damaged(file, "an entry of 'pending' is incomplete");
    pending.push_back({*std::move(parsed), ledger_entry_from(item.find("base")), *theirs, keys == nullptr ? Node::sequence() : *keys,
                       held != nullptr && held->as_bool().value_or(false)});
  }
  return pending;
}

Result<std::vector<RelPath>> paths_from(const Node& list, std::string_view key, const std::string& file) {
  std::vector<RelPath> paths;
  for (const Node& item : list.items()) {
    auto path = RelPath::parse(item.is_scalar() ? item.as_text() : "");
    if (!path) return damaged(file, fmt::format("an entry of '{}' is no path", key));
    paths.push_back(*std::move(path));
  }
  return paths;
}

Node to_json(const std::vector<RelPath>& paths) {
  Node list = Node::sequence();
  for (const RelPath& path : paths) list.push(path.str());
  return list;
}

Node to_json(const std::vector<Pending>& pending) {
  Node list = Node::sequence();
  for (const Pending& item : pending) {
    list.push(Node::mapping({{"path", item.path.str()},
                             {"base", kopi::to_json(item.base)},
                             {"theirs", kopi::to_json(item.theirs)},
                             {"keys", item.keys},
                             {"held", item.held}}));
  }
  return list;
}

}  // namespace

bool keeps_back(const InstallRecord& record) {
  return std::any_of(record.pending.begin(), record.pending.end(), [](const Pending& item) { return item.held; });
}

Node to_json(const InstallRecord& record) {
  const auto or_null = [](const std::string& text) { return text.empty() ? Node() : Node(text); };
  return Node::mapping({{"schema", 1},
                        {"name", record.name},
                        {"version", or_null(record.version)},
                        {"description", record.description},
                        {"source", record.source},
                        {"identity", record.identity},
                        {"wanted", record.wanted},
                        {"ref_kind", or_null(record.ref_kind)},
                        {"subdirectory", or_null(record.subdirectory)},
                        {"commit", or_null(record.commit)},
                        {"tree", record.tree.str()},
                        {"manifest", record.manifest.str()},
                        {"seq", Node()},
                        {"signer", Node()},
                        {"trust", "unsigned"},
                        {"installed_at", record.installed_at},
                        {"updated_at", record.updated_at},
                        {"ledger", record.ledger},
                        {"state", record.state},
                        {"pending", to_json(record.pending)},
                        {"own", to_json(record.own)},
                        {"capabilities", kopi::to_json(record.capabilities)}});
}

Result<InstallRecord> install_record_from(const Node& node, const std::string& path) {
  const auto text = [&](std::string_view key) {
    const Node* value = node.find(key);
    return value == nullptr || value->is_null() ? std::string() : value->as_text();
  };
  const Node* schema = node.find("schema");
  if (schema == nullptr || schema->as_integer() != 1) return damaged(path, "it is not of schema 1");
  InstallRecord record;
  record.name = text("name");
  record.version = text("version");
  record.description = text("description");
  record.source = text("source");
  record.identity = text("identity");
  if (const std::string wanted = text("wanted"); !wanted.empty()) record.wanted = wanted;
  record.ref_kind = text("ref_kind");
  record.subdirectory = text("subdirectory");
  record.commit = text("commit");
  record.installed_at = text("installed_at");
  record.updated_at = text("updated_at");
  record.ledger = text("ledger");
  const auto tree = Digest::parse(text("tree"));
  const auto manifest = Digest::parse(text("manifest"));
  if (record.source.empty() || record.ledger.empty() || !tree || !manifest) return damaged(path, "it lacks a key");
  record.tree = *tree;
  record.manifest = *manifest;
  if (const Node* capabilities = node.find("capabilities")) record.capabilities = capabilities_from(*capabilities);
  if (const Node* state = node.find("state")) record.state = state->as_integer().value_or(0);
  if (const Node* pending = node.find("pending")) {
    KOPI_TRY(record.pending, pending_from(*pending, path));
  }
  if (const Node* own = node.find("own")) {
    KOPI_TRY(record.own, paths_from(*own, "own", path));
  }
  return record;
}

namespace {

// Whoever reads the record of one profile is told to look at that one.
template <class T>
Result<T> about(const ProfileName& name, Result<T> read) {
  if (!read && read.error().code == Code::state) read.error().hint = fmt::format("kopi -p {} doctor --repair", name.str());
  return read;
}

Result<std::optional<InstallRecord>> read_record(const Home& home, const ProfileName& name) {
  const std::string path = record_path(home.profile_path(name));
  KOPI_TRY(const auto text, read_file_if_present(path, k_limit));
  if (!text) {
    // Both are written together: a ledger alone means that the record was lost.
    if (path_exists(ledger_path(home.profile_path(name)))) return damaged(path, "it is missing");
    return std::optional<InstallRecord>();
  }
  const auto node = parse_json(*text, path, {.bytes = k_limit});
  if (!node) return not_readable(node.error());
  KOPI_TRY(InstallRecord record, install_record_from(*node, path));
  return std::optional<InstallRecord>(std::move(record));
}

Result<std::optional<Installed>> read_record_and_ledger(const Home& home, const ProfileName& name) {
  KOPI_TRY(auto record, read_record(home, name));
  if (!record) return std::optional<Installed>();
  const std::string path = ledger_path(home.profile_path(name));
  KOPI_TRY(const auto text, read_file_if_present(path, k_limit));
  if (!text) return damaged(path, "it is missing");
  if (sha256(*text).str() != record->ledger) return damaged(path, "it does not belong to install.json");
  KOPI_TRY(Ledger ledger, parse_ledger(*text, path));
  return std::optional<Installed>(Installed{*std::move(record), std::move(ledger)});
}

}  // namespace

Result<std::optional<InstallRecord>> read_install_record(const Home& home, const ProfileName& name) {
  return about(name, read_record(home, name));
}

Result<std::optional<Installed>> read_installed(const Home& home, const ProfileName& name) {
  return about(name, read_record_and_ledger(home, name));
}

Result<void> write_installed(const std::string& directory, Installed installed) {
  KOPI_CHECK(make_directories(join_path(directory, ".kopi"), 0700));
  const std::string ledger = render_ledger(installed.ledger);
  installed.record.ledger = sha256(ledger).str();
  KOPI_CHECK(write_file(ledger_path(directory), ledger, 0644));
  return write_file(record_path(directory), render_json(to_json(installed.record), JsonStyle::indented) + "\n", 0644);
}

Result<Approvals> read_approvals(const std::string& directory) {
  const std::string path = approvals_path(directory);
  KOPI_TRY(const auto text, read_file_if_present(path, k_limit));
  Approvals approvals;
  if (!text) return approvals;
  const auto node = parse_json(*text, path, {.bytes = k_limit});
  if (!node) return not_readable(node.error());
  for (const Node& kind : node->items()) {
    if (!kind.is(Node::Kind::mapping)) continue;
    for (const Node& entry : kind.items()) approvals.digests[kind.key()][entry.key()] = entry.as_text();
  }
  return approvals;
}

std::string render_approvals(const Approvals& approvals) {
  Node node = Node::mapping({{"schema", 1}});
  for (const auto& [kind, entries] : approvals.digests) {
    Node table = Node::mapping();
    for (const auto& [name, digest] : entries) table.set(name, digest);
    node.set(kind, std::move(table));
  }
  return render_json(node, JsonStyle::indented) + "\n";
}

Result<void> write_approvals(const std::string& directory, const Approvals& approvals) {
  KOPI_CHECK(make_directories(join_path(directory, ".kopi"), 0700));
  return write_file(approvals_path(directory), render_approvals(approvals), 0600);
}

}  // namespace kopi
