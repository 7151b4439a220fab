// model/redaction_settings.hpp   (inside model only)
//
// Secrets in settings by the names that they stand under: in YAML, JSON and KEY=value files a name that means a secret tells enough,
// however short or plain its value is. In prose it does not: redaction.cpp asks for more there.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

#include "model/secret_shapes.hpp"

namespace kopi::detail {

constexpr std::string_view k_named = "the value of a name that means a secret";

/// `api_key`, `X-Api-Key`, `DB_PASSWORD`, `client_secret`, `Cookie`, ...
bool is_secret_name(std::string_view name);

/// Line by line, because files can be large: what a line leaves open (a block, a list, a quotation) is all that is remembered.
class SettingsScanner {
 public:
  struct Line {
    std::vector<SecretSpan> spans;  ///< by their begin
    bool dropped = false;           ///< a further line of a value whose first one was replaced
  };
  /// @param starts  false for what follows of a line that was too long to be looked at in one piece
  Line scan(std::string_view line, bool starts);

 private:
  void scan_open(std::string_view line, bool starts, Line& found);
  void scan_block(std::string_view line, std::size_t indent, Line& found);
  bool scan_below(std::string_view line, std::size_t indent, Line& found);
  void scan_start(std::string_view line, std::size_t indent, Line& found);
  void scan_pairs(std::string_view line, Line& found, bool in_prose) const;
  void scan_behind(std::string_view line, std::size_t at, Line& found) const;
  void scan_value(std::string_view line, std::size_t at, std::size_t column, bool is_json, Line& found);
  void scan_items(std::string_view line, std::size_t at, Line& found);
  void scan_options(std::string_view line, Line& found);
  std::size_t scan_word_behind(std::string_view line, std::size_t at, Line& found) const;

  bool in_block_ = false;
  bool block_is_secret_ = false;
  bool block_is_replaced_ = false;
  std::size_t block_column_ = 0;      ///< of its key: the block is whatever is indented deeper
  std::optional<std::size_t> below_;  ///< the column of a secret's name whose value is in the lines below
  bool in_items_ = false;             ///< within `[...]` of a secret's name
  char quote_ = 0;                    ///< a secret's quotation that the line before has not closed
  bool after_option_ = false;         ///< the last item was "--token": the next one is its value
};

}  // namespace kopi::detail
