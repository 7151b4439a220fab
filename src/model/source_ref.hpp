// model/source_ref.hpp
//
// Where a distribution comes from, as a person writes it: `github.com/you/bot#v1.2&subdirectory=agents/bot`. Parsing is
// pure; whether a path is a directory or a repository is found out when it is opened.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace kopi {

struct SourceRef {
  enum class Kind { git, path, registry };

  Kind kind = Kind::git;
  /// git: the URL to fetch from (it may carry a password: never shown or stored; see `recorded`). path: absolute.
  /// registry: "publisher/name[@range]".
  std::string location;
  std::optional<std::string> ref;  ///< tag, branch or full commit id, as given
  std::string subdirectory;        ///< "" = the root
  bool is_file_url = false;        ///< a path written as file://: the repository there is meant, not its work tree

  /// For records: no user's password, `ref` and `subdirectory` included. parse_source() reads it back.
  std::string recorded() const;
  /// The same for messages: a web address has no query either, because a token may stand there ("https://host/bot.git?…").
  std::string shown() const;
  /// `location` as shown, without user and password (the user of an ssh URL stays).
  std::string shown_location() const;
  /// One repository, however it is written: "github.com/you/bot" for https, ssh and scp forms; "file:/abs/path" on disk;
  /// with "/subdirectory" appended.
  std::string identity() const;
};

struct SourceContext {
  std::string home;               ///< for `~`
  std::string working_directory;  ///< for relative paths
};

/// @error source  not a source; the message says what it was taken for.   @error usage  `subdirectory` given twice, differently
Result<SourceRef> parse_source(std::string_view text, const std::optional<std::string>& subdirectory, const SourceContext& context);

/// The same place at another ref.   @error source  it can be the name of none
Result<SourceRef> with_ref(SourceRef source, std::string ref);

}  // namespace kopi
