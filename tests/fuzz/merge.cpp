// The merge of one file: whatever three texts are merged, what goes live can be read where the user's could, and holds what they said.
//
// The input is path, base, ours and theirs, with a line of `====` between them.
#include "installer/merge.hpp"

#include <array>

#include "formats/json.hpp"
#include "formats/node_compare.hpp"
#include "formats/yaml.hpp"
#include "fuzz.hpp"

using namespace kopi;

namespace {

// Path, base, ours, theirs; what is missing is empty.
std::array<std::string_view, 4> parts_of(std::string_view input) {
  static constexpr std::string_view line = "====\n";
  std::array<std::string_view, 4> parts;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const auto end = i + 1 < parts.size() ? input.find(line) : std::string_view::npos;
    parts[i] = input.substr(0, end);
    input = end == std::string_view::npos ? std::string_view() : input.substr(end + line.size());
  }
  return parts;
}

// A file of comments only is a mapping without keys.
Result<Node> read(std::string_view path, std::string_view text) {
  auto read = path.ends_with(".json") ? parse_json(text, "live") : parse_yaml(text, "live");
  if (read && read->is_null()) return Node::mapping();
  return read;
}

// What the user set and the author left alone, or both changed, is as the user has it: at every key of mappings.
void check_kept(const Node* base, const Node& ours, const Node* theirs, const Node* live, const std::string& text) {
  if (base != nullptr && means_the_same(*base, ours)) return;
  const auto maps = [](const Node* node) { return node != nullptr && node->is(Node::Kind::mapping); };
  if (maps(&ours) && maps(theirs)) {
    KOPI_MUST(maps(live), text);
    const MemberIndex before(maps(base) ? base : nullptr);
    const MemberIndex there(theirs);
    const MemberIndex now(live);
    for (const Node& member : ours.items())
      check_kept(before.find(member.key()), member, there.find(member.key()), now.find(member.key()), text);
    return;
  }
  const auto lists = [](const Node* node) { return node == nullptr || node->is(Node::Kind::sequence); };
  if (ours.is(Node::Kind::sequence) && lists(theirs) && theirs != nullptr) return;  // records: the units of the corpus
  KOPI_MUST(live != nullptr && means_the_same(*live, ours), text);
}

// What is neither the author's old nor the author's new value is the user's own.
void check_own(const Node* base, const Node& mine, const Node* taken, const Node* live, const std::string& text) {
  if ((base != nullptr && means_the_same(*base, mine)) || (taken != nullptr && means_the_same(*taken, mine))) return;
  const auto maps = [](const Node* node) { return node != nullptr && node->is(Node::Kind::mapping); };
  if (maps(&mine) && (maps(taken) || maps(base))) {
    const MemberIndex before(maps(base) ? base : nullptr);
    const MemberIndex there(maps(taken) ? taken : nullptr);
    const MemberIndex now(maps(live) ? live : nullptr);
    for (const Node& member : mine.items())
      check_own(before.find(member.key()), member, there.find(member.key()), now.find(member.key()), text);
    return;
  }
  if (mine.is(Node::Kind::sequence) && taken != nullptr && taken->is(Node::Kind::sequence)) return;  // records: as above
  KOPI_MUST(live != nullptr && means_the_same(*live, mine), text);
}

// Undecided, and then the author is back at the base: nothing is left to decide, and the user's values are all there.
void check_undecided(const char* path, std::string_view base, const Node& mine, std::string_view theirs, const MergeOutcome& outcome) {
  if (outcome.clean || outcome.keys.empty()) return;
  TakenVersion version{theirs, {}};
  for (const KeyConflict& conflict : outcome.keys) version.undecided.insert(conflict.key);
  const MergeOutcome same = merge_file({path, base, outcome.text, theirs, Favor::none, version});
  const auto stays = read(path, same.text);
  const auto before = read(path, outcome.text);
  KOPI_MUST(stays && before && means_the_same(*stays, *before), same.text);
  const MergeOutcome back = merge_file({path, base, outcome.text, base, Favor::none, version});
  const auto live = read(path, back.text);
  const auto known = read(path, base);
  KOPI_MUST(live.has_value(), back.text);
  KOPI_MUST(back.keys.empty(), back.text);
  const auto taken = read(path, theirs);
  if (known && taken && back.clean) check_own(&*known, mine, &*taken, &*live, back.text);
}

void check_prose(const MergeOutcome& outcome, std::string_view ours) {
  if (!outcome.clean) KOPI_MUST(outcome.text == ours && outcome.keys.empty(), outcome.text);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto [kind, base, ours, theirs] = parts_of({reinterpret_cast<const char*>(data), size});
  const char* const path = kind.starts_with("j") ? "a.json" : kind.starts_with("p") ? "a.md" : "a.yaml";
  const bool has_base = kind.find("!") == std::string_view::npos;
  const auto merge = [&](Favor favor) { return merge_file({path, has_base ? std::optional(base) : std::nullopt, ours, theirs, favor}); };
  const MergeOutcome outcome = merge(Favor::none);
  if (kind.starts_with("p")) {
    check_prose(outcome, ours);
    for (const Favor favor : {Favor::ours, Favor::theirs}) merge(favor);
    return 0;
  }
  const auto mine = read(path, ours);
  if (!mine) {
    KOPI_MUST(outcome.text == ours || (has_base && ours == base && outcome.text == theirs), outcome.text);
    return 0;
  }
  const bool untouched = has_base && ours == base;  // theirs is taken as it is, whatever it is
  if (untouched) return 0;
  for (const Favor favor : {Favor::none, Favor::ours, Favor::theirs}) {
    const MergeOutcome favored = merge(favor);
    const auto live = read(path, favored.text);
    KOPI_MUST(live.has_value(), favored.text);
    if (favor == Favor::theirs) continue;
    const auto before = has_base ? read(path, base) : Result<Node>(Node::mapping());
    const auto shipped = read(path, theirs);
    if (before && shipped) check_kept(&*before, *mine, &*shipped, &*live, favored.text);
    if (!favored.clean && favored.keys.empty()) KOPI_MUST(favored.text == ours, favored.text);
    KOPI_MUST(favored.clean || favor == Favor::none || favored.keys.empty(), favored.reason);
  }
  if (has_base) check_undecided(path, base, *mine, theirs, outcome);
  // Merged once more with the same author, nothing changes.
  if (outcome.clean) KOPI_MUST(merge_file({path, theirs, outcome.text, theirs}).text == outcome.text, outcome.text);
  return 0;
}
