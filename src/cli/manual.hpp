// cli/manual.hpp
//
// The man pages, from the command table: kopi.1, one page a command and one a group of commands. tools/kopi_docs.cpp writes them.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace kopi::cli {

struct ManPage {
  std::string file;  ///< "kopi-profile-install.1"
  std::string text;  ///< roff (man(7)), ASCII
};

std::vector<ManPage> man_pages();

/// Two words and what they mean, as a row of a manual's table.
struct ManualRow {
  std::string_view name;
  std::string_view says;
};
/// Environment variables that kopi reads, in the order of the manual.
std::span<const ManualRow> manual_variables();
/// Files and directories that a user meets.
std::span<const ManualRow> manual_files();

/// What an exit status means as a whole: "failed" for 1.   @return empty when no code leads to it
std::string_view exit_meaning(int exit);

/// Foreign text as roff shows it, character by character: no letter of it is taken for a request or an escape.
std::string roff_escape(std::string_view text);

}  // namespace kopi::cli
