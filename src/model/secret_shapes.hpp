// model/secret_shapes.hpp
//
// What secrets look like, wherever they stand: the prefixes that services give their keys, tokens with a form of their own, addresses
// that are keys, passwords in URLs and on command lines. One table for what replaces them (redaction.hpp) and for what tells of them
// (installer/lint_text.hpp). Only shapes: what a value's name says of it is judged elsewhere.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace kopi {

enum class SecretKind {
  key,           ///< a key or a token by its own shape
  private_key,   ///< in PEM
  url_password,  ///< of `scheme://user:password@host`
  named,         ///< a value whose name means a secret
};

/// A stretch of a text that is a secret.
struct SecretSpan {
  std::size_t begin = 0;
  std::size_t end = 0;
  std::string_view what;  ///< for people: "a GitHub token"
  SecretKind kind = SecretKind::key;
  bool needs_quotes = false;  ///< a number stood there, and JSON takes no word without quotes

  bool operator==(const SecretSpan&) const = default;
};

/// A secret that begins at `at`, or that the sign at `at` belongs to (the colon of a URL or of a bot's token). Asked for every byte of a
/// line in order; nearly all of them are answered by one look.
/// @param in_curl  the line goes on with a command of curl's
std::optional<SecretSpan> secret_shape_at(std::string_view line, std::size_t at, bool in_curl = false);

/// Words that stand where a secret would: a variable, a hint at what to fill in.
bool is_placeholder_for_secret(std::string_view value);

}  // namespace kopi
