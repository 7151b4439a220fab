#include "formats/rewrite.hpp"

#include <algorithm>

#include "formats/json.hpp"
#include "formats/rewrite_block.hpp"
#include "formats/rewrite_flow.hpp"
#include "formats/rewrite_order.hpp"
#include "formats/rewrite_text.hpp"
#include "formats/yaml.hpp"

namespace kopi {
namespace {

using detail::FlowWriter;
using detail::LaidOut;

Comments count(const LaidOut& text) {
  Comments comments;
  for (const detail::Range& comment : text.comments) ++comments[text.comment_text(comment)];
  return comments;
}

Result<std::string> rewrite_json(const LaidOut& live, const Node& target, const detail::Spots& spots, const Comments& may_go) {
  const detail::YamlLayout& root = live.roots[0];
  KOPI_TRY(std::string value, FlowWriter(live, Syntax::json, may_go).value(root, *live.node, target, spots));
  const std::string_view text = live.text();
  return std::string(text.substr(0, root.begin)).append(value).append(text.substr(root.end));
}

Result<std::string> rewrite_yaml(const LaidOut& live, const Node& target, const detail::Spots& spots, const Comments& may_go) {
  detail::BlockWriter writer(live, may_go);
  KOPI_CHECK(writer.root(target, spots));
  return writer.apply();
}

// Read again, the text holds exactly what it shall, and every comment that may not go.
Result<std::string> proven(std::string text, const Rewrite& asked) {
  const auto read = asked.syntax == Syntax::json ? parse_json(text, asked.file) : parse_yaml(text, asked.file);
  const bool both_empty = read && read->is_null() && asked.target->is(Node::Kind::mapping) && asked.target->items().empty();
  if (!read || !(both_empty || means_the_same(*read, *asked.target))) {
    return error(Code::yaml, "{}: this change can't be made without touching other lines", asked.file);
  }
  if (asked.syntax == Syntax::yaml && !has_comments(text, asked.must_stay)) {
    return error(Code::yaml, "{}: this change can't be made without losing a comment", asked.file);
  }
  return text;
}

Result<std::string> rewritten(const LaidOut& live, const Rewrite& asked, const detail::Spots& spots) {
  KOPI_TRY(std::string text, asked.syntax == Syntax::json ? rewrite_json(live, *asked.target, spots, asked.may_go)
                                                          : rewrite_yaml(live, *asked.target, spots, asked.may_go));
  auto done = proven(text, asked);
  // A block of text that came to stand last needs the line end that the file did without.
  if (!done && asked.syntax == Syntax::yaml && !text.ends_with('\n')) return proven(text + live.newline(), asked);
  return done;
}

}  // namespace

Comments find_comments(std::string_view yaml) {
  const auto laid = detail::lay_out(Syntax::yaml, {yaml, nullptr}, "");
  return laid ? count(*laid) : Comments();
}

bool has_comments(std::string_view yaml, const Comments& needed) {
  if (needed.empty()) return true;
  const Comments there = find_comments(yaml);
  return std::all_of(needed.begin(), needed.end(), [&](const auto& comment) {
    const auto found = there.find(comment.first);
    return found != there.end() && found->second >= comment.second;
  });
}

namespace {

// Order first, then the rest: a record that moves is then one that stays where it is.
Result<std::string> rewrite_in_order(const Rewrite& asked) {
  if (means_the_same(*asked.live.value, *asked.target)) return proven(std::string(asked.live.text), asked);
  KOPI_TRY(const LaidOut live, detail::lay_out(asked.syntax, asked.live, asked.file));
  std::vector<LaidOut> sources;
  for (const ReadText& source : asked.sources) {
    KOPI_TRY(LaidOut laid, detail::lay_out(asked.syntax, source, asked.file));
    sources.push_back(std::move(laid));
  }
  detail::Spots spots;
  for (const LaidOut& source : sources) {
    if (!source.roots.empty()) spots.push_back({&source, source.node, &source.roots[0]});
  }
  auto done = rewritten(live, asked, spots);
  if (done) return done;
  // What the author wrote may not fit into its new place, as a block of text before blank lines. On one line it does.
  auto plainly = rewritten(live, asked, {});
  return plainly ? std::move(plainly) : std::move(done);
}

}  // namespace

Result<std::string> rewrite(const Rewrite& asked) {
  if (asked.syntax == Syntax::json || !moves_records(*asked.live.value, *asked.target)) return rewrite_in_order(asked);
  constexpr int most_lists = 100;
  std::string text(asked.live.text);
  Node value = *asked.live.value;
  for (int i = 0; i < most_lists; ++i) {
    KOPI_TRY(const LaidOut live, detail::lay_out(asked.syntax, {text, &value}, asked.file));
    KOPI_TRY(auto reordered, detail::reorder_records(live, *asked.target));
    if (!reordered) break;
    KOPI_TRY(value, parse_yaml(*reordered, asked.file));
    text = *std::move(reordered);
  }
  Rewrite rest = asked;
  rest.live = {text, &value};
  return rewrite_in_order(rest);
}

}  // namespace kopi
