// model/redaction.hpp
//
// Text with keys, tokens and passwords taken out, by their shape: a net under the rule that secrets live in `.env`, not a proof that none
// is left. What is taken out is replaced by one word that every format can hold, so that a file which parsed still does.
//
// Shapes (secret_shapes.hpp), private keys in PEM, and values behind names like `api_key`, `password` or `Authorization`. In settings such
// a name is enough; in prose the value must look like one as well.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "model/redaction_settings.hpp"
#include "model/secret_shapes.hpp"
#include "model/utf16.hpp"

namespace kopi {

constexpr std::string_view k_redacted = "REDACTED_BY_KOPI";

struct Redaction {
  int line = 0;           ///< from 1
  std::string_view what;  ///< "an OpenAI or Anthropic key"; never the secret itself

  bool operator==(const Redaction&) const = default;
};

enum class TextKind {
  prose,     ///< and programs
  settings,  ///< YAML, JSON, KEY=value
};
/// By the name's end.
TextKind text_kind(std::string_view path);

using detail::is_secret_name;

/// Lines of one text in order, with where their secrets stand.
class SecretScanner {
 public:
  struct Line {
    std::vector<SecretSpan> spans;  ///< by their begin; no two of them overlap
    bool dropped = false;           ///< a further line of a secret whose first one was told of
    bool opens_key = false;         ///< a private key goes on in the next lines
  };
  explicit SecretScanner(TextKind kind) : kind_(kind) {}
  /// @param starts  false for what follows of a line that was too long to be looked at in one piece
  Line scan(std::string_view line, bool starts);

 private:
  TextKind kind_;
  detail::SettingsScanner settings_;
  bool in_curl_ = false;  ///< the line before goes on with a command of curl's
};
/// Of a whole text; of a private key, the line that begins it.
std::vector<SecretSpan> find_secret_spans(std::string_view text, TextKind kind);

/// A stream of text with its secrets replaced. A line is judged as a whole, up to 64 KiB of it. UTF-16 comes out as UTF-16.
class Redactor {
 public:
  using Sink = std::function<Result<void>(std::string_view text)>;
  explicit Redactor(Sink sink, TextKind kind = TextKind::prose) : sink_(std::move(sink)), scanner_(kind) {}

  Result<void> feed(std::string_view text);
  Result<void> finish();

  /// What was replaced, the first hundred of it.
  const std::vector<Redaction>& redactions() const { return redactions_; }
  /// The text holds the word that stands for a secret, put there now or by an earlier export.
  bool has_marks() const { return has_marks_; }

 private:
  Result<void> take_start(std::string_view& text, bool is_all);
  Result<void> feed_utf8(std::string_view text);
  Result<void> write(std::string_view text);
  Result<void> flush(std::string_view line);
  Result<bool> drop_key_line(std::string_view line);
  void note(std::string_view what);

  Sink sink_;
  std::string start_;
  bool is_started_ = false;
  std::optional<Utf16Decoder> decoder_;
  std::optional<Utf16Encoder> encoder_;
  SecretScanner scanner_;
  bool starts_line_ = true;
  std::string pending_;
  int line_ = 1;
  bool in_key_ = false;  ///< within a private key in PEM
  bool has_marks_ = false;
  std::vector<Redaction> redactions_;
};

struct Redacted {
  std::string text;
  std::vector<Redaction> redactions;
  bool has_marks = false;
};
Redacted redact(std::string_view text, TextKind kind = TextKind::prose);

/// Nothing in the first 64 KiB of a file says that it is anything but text, in UTF-16 or a form of ASCII's: no control characters beside
/// those of layout.
constexpr std::size_t k_text_start = 64u << 10;
bool looks_like_text(std::string_view start);

}  // namespace kopi
