#include "runtime/session/session_store.hpp"

#include "base/text.hpp"
#include "formats/json.hpp"
#include "system/crypto.hpp"

namespace kopi {
namespace {

constexpr int k_version = 1;
const std::vector<std::string_view> k_schema = {
    // activity: counts messages over all sessions, because several can come in one second; 0 until something is said
    "CREATE TABLE session (id TEXT PRIMARY KEY, kind TEXT NOT NULL, model TEXT NOT NULL, prompt TEXT NOT NULL,"
    " created_at TEXT NOT NULL, updated_at TEXT NOT NULL, activity INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID",
    // partial: of an answer that was cut off, and of a question that was given up
    // blocks: a JSON list of {type: "text", text}; more types come with tools
    "CREATE TABLE message (session_id TEXT NOT NULL REFERENCES session(id) ON DELETE CASCADE, seq INTEGER NOT NULL, role TEXT NOT NULL,"
    " blocks TEXT NOT NULL, partial INTEGER NOT NULL DEFAULT 0, created_at TEXT NOT NULL, PRIMARY KEY (session_id, seq)) WITHOUT ROWID",
    "CREATE TABLE usage (id INTEGER PRIMARY KEY, session_id TEXT NOT NULL REFERENCES session(id) ON DELETE CASCADE, model TEXT NOT NULL,"
    " input INTEGER, output INTEGER, cached INTEGER, created_at TEXT NOT NULL)",
    "CREATE INDEX session_by_activity ON session(activity)"};

constexpr std::string_view k_columns = "id, kind, model, prompt, created_at, updated_at";

Session session_from(const SqlRow& row) {
  return {row.text(0), row.text(1) == "interactive" ? SessionKind::interactive : SessionKind::oneshot,
          row.text(2), row.text(3),
          row.text(4), row.text(5)};
}

Result<std::string> text_in_blocks(const std::string& blocks) {
  KOPI_TRY(const Node list, parse_json(blocks, "a stored message", {.bytes = 64u << 20}));
  std::string text;
  for (const Node& block : list.items()) {
    if (const Node* part = block.find("text")) text += part->as_text();
  }
  return text;
}

SqlValue optional_integer(const std::optional<std::int64_t>& value) { return value ? SqlValue(*value) : SqlValue(nullptr); }

}  // namespace

std::string_view name(SessionKind kind) { return kind == SessionKind::interactive ? "interactive" : "oneshot"; }

Result<SessionStore> SessionStore::open(const std::string& path, const Clock& clock) {
  KOPI_TRY(Database database, Database::open(path));
  KOPI_CHECK(database.migrate(k_version, k_schema));
  return SessionStore(std::move(database), clock);
}

Result<Session> SessionStore::create(SessionKind kind, const std::string& model, const std::string& prompt) {
  const std::string now = format_time(clock_->now());
  // Sortable by time, and short enough to type the start of: 20261121-143000-a1b2c3
  std::string id = replace_all(replace_all(now.substr(0, 19), "-", ""), ":", "");
  id = replace_all(id, "T", "-") + "-" + random_hex(3);
  Session session{id, kind, model, prompt, now, now};
  KOPI_CHECK(database_.execute("INSERT INTO session (id, kind, model, prompt, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?)",
                               {session.id, std::string(name(kind)), model, prompt, now, now}));
  return session;
}

Result<Session> SessionStore::find(const std::string& id) {
  KOPI_TRY(const auto rows,
           database_.query(fmt::format("SELECT {} FROM session WHERE substr(id, 1, length(?1)) = ?1 LIMIT 2", k_columns), {id}));
  if (rows.empty() || id.empty()) return error(Code::not_found, "there is no session '{}'", id);
  if (rows.size() > 1 && rows[0].text(0) != id) return error(Code::not_found, "several sessions start with '{}'", id);
  return session_from(rows[0]);
}

Result<std::optional<Session>> SessionStore::newest(std::optional<SessionKind> kind) {
  const std::string wanted(kind ? name(*kind) : "");
  KOPI_TRY(
      const auto rows,
      database_.query(
          fmt::format("SELECT {} FROM session WHERE activity > 0 AND (?1 = '' OR kind = ?1) ORDER BY activity DESC LIMIT 1", k_columns),
          {wanted}));
  if (rows.empty()) return std::optional<Session>();
  return std::optional<Session>(session_from(rows[0]));
}

Result<void> SessionStore::set_prompt(Session& session, std::string prompt) {
  KOPI_CHECK(database_.execute("UPDATE session SET prompt = ? WHERE id = ?", {prompt, session.id}));
  session.prompt = std::move(prompt);
  return {};
}

Result<std::int64_t> SessionStore::add_message(const Session& session, const ChatMessage& message, bool partial) {
  const std::string now = format_time(clock_->now());
  const Node blocks = Node::sequence({Node::mapping({{"type", "text"}, {"text", message.text}})});
  const std::string role = message.role == ChatMessage::Role::user ? "user" : "assistant";
  KOPI_TRY(const auto rows,
           database_.query("INSERT INTO message (session_id, seq, role, blocks, partial, created_at)"
                           " SELECT ?1, coalesce(max(seq), 0) + 1, ?2, ?3, ?4, ?5 FROM message WHERE session_id = ?1 RETURNING seq",
                           {session.id, role, render_json(blocks), std::int64_t{partial}, now}));
  KOPI_CHECK(database_.execute("UPDATE session SET updated_at = ?, activity = (SELECT max(activity) + 1 FROM session) WHERE id = ?",
                               {now, session.id}));
  return rows.front().integer(0);
}

Result<void> SessionStore::give_up(const Session& session, std::int64_t number) {
  return database_.execute("UPDATE message SET partial = 1 WHERE session_id = ? AND seq = ?", {session.id, number});
}

Result<void> SessionStore::add_usage(const Session& session, const std::string& model, const TokenUsage& usage) {
  return database_.execute("INSERT INTO usage (session_id, model, input, output, cached, created_at) VALUES (?, ?, ?, ?, ?, ?)",
                           {session.id, model, optional_integer(usage.input), optional_integer(usage.output),
                            optional_integer(usage.cached), format_time(clock_->now())});
}

Result<std::vector<StoredMessage>> SessionStore::messages(const Session& session) {
  KOPI_TRY(const auto rows, database_.query("SELECT role, blocks, partial FROM message WHERE session_id = ? ORDER BY seq", {session.id}));
  std::vector<StoredMessage> messages;
  for (const SqlRow& row : rows) {
    StoredMessage stored;
    stored.message.role = row.text(0) == "user" ? ChatMessage::Role::user : ChatMessage::Role::assistant;
    stored.partial = row.integer(2) != 0;
    KOPI_TRY(stored.message.text, text_in_blocks(row.text(1)));
    messages.push_back(std::move(stored));
  }
  return messages;
}

Result<std::vector<std::string>> SessionStore::recent_questions(std::size_t count) {
  KOPI_TRY(const auto rows,
           database_.query("SELECT m.blocks FROM session s JOIN message m ON m.session_id = s.id"
                           " WHERE s.kind = 'interactive' AND m.role = 'user' ORDER BY s.activity DESC, m.seq DESC LIMIT ?",
                           {static_cast<std::int64_t>(count)}));
  std::vector<std::string> questions;
  for (auto row = rows.rbegin(); row != rows.rend(); ++row) {
    KOPI_TRY(std::string text, text_in_blocks(row->text(0)));
    questions.push_back(std::move(text));
  }
  return questions;
}

}  // namespace kopi
