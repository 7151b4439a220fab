// formats/rewrite.hpp
//
// Makes a YAML or JSON text hold other data by changing only the bytes that must change: comments, order, quoting, blank lines and line
// ends of everything else stay. What is new is copied, with its comments and its layout, from texts that have it. The result is
// proven before it is returned: it is read again, must hold exactly the data asked for, and every comment that was there.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "formats/node.hpp"

namespace kopi {

enum class Syntax : std::uint8_t { yaml, json };

/// A text and what it reads as. Both must outlive the call.
struct ReadText {
  std::string_view text;
  const Node* value;
};

/// How often each comment stands in a text, from its '#' to the end of its line.
using Comments = std::map<std::string, int>;
/// Of a YAML text; empty for one that does not parse.
Comments find_comments(std::string_view yaml);
/// Every comment of `needed` stands in the text, as often as it must.
bool has_comments(std::string_view yaml, const Comments& needed);

struct Rewrite {
  Syntax syntax = Syntax::yaml;
  std::string_view file;          ///< how the user knows the text, for messages
  ReadText live;                  ///< what is changed
  const Node* target = nullptr;   ///< what it holds afterwards
  std::vector<ReadText> sources;  ///< where new values are copied from; the first that has one as it should be is taken
  Comments may_go = {};           ///< comments that go with what they stand at: their author took them out
  Comments must_stay = {};        ///< comments that the result must have, so often
};

/// Records (items with an `id` or `name`) that both have stand in `to` in another order: they take their comments along.
bool moves_records(const Node& from, const Node& to);

/// @error yaml  the change can't be made in place (anchors and aliases in the way, `? key`, a comment would be lost); the text stays
Result<std::string> rewrite(const Rewrite& rewrite);

}  // namespace kopi
