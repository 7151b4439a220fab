#include "cli/several.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "cli/answer.hpp"
#include "store/install_record.hpp"
#include "store/profiles.hpp"

namespace kopi::cli {
namespace {

// The contract's order when several profiles end differently; a mere difference (3) counts least.
int weight_of(const Error& problem) {
  constexpr int order[] = {7, 4, 8, 5, 6, 1, 3};
  const auto found = std::find(std::begin(order), std::end(order), info(problem.code).exit);
  return static_cast<int>(found - std::begin(order));
}

}  // namespace

Result<std::vector<ProfileName>> named_profiles(const Context& context, const Arguments& given) {
  std::vector<ProfileName> names;
  if (!given.flag("--all")) {
    for (const std::string& text : given.all("NAME")) {
      KOPI_TRY(const ProfileName name, context.profile(text));
      if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
    }
    if (names.empty()) names.push_back(context.selection.name);
    return names;
  }
  if (!given.all("NAME").empty()) return error(Code::usage, "--all and names exclude each other");
  KOPI_TRY(const auto all, list_profiles(context.home));
  for (const ProfileName& name : all) {
    const auto record = read_install_record(context.home, name);
    if (!record || *record) names.push_back(name);
  }
  return names;
}

void SeveralOutcomes::add(Context& context, const std::string& name, Result<Outcome> one) {
  const std::optional<Error> problem = one ? one->problem : std::optional(one.error());
  if (one) text_.append(std::move(one->text));
  const Node data = one ? std::move(one->data) : Node();
  Node record = problem ? error_record(*problem, data, {})
                        : Node::mapping({{"ok", true}, {"exit", 0}, {"code", Node()}, {"data", data}, {"findings", Node::sequence()}});
  record.set("name", name);
  records_.push(std::move(record));
  if (!problem) return;
  context.console.error(Text().print("{}: ", name).append(describe(*problem)));
  // What is done and left conflicts has not failed.
  (problem->code == Code::conflict && one ? undecided_ : failed_).push_back(name);
  if (!worst_ || weight_of(*problem) < weight_of(*worst_)) worst_ = Error{problem->code, ""};
}

Outcome SeveralOutcomes::finish() && {
  Outcome outcome;
  outcome.text = std::move(text_);
  outcome.data = Node::mapping({{"profiles", std::move(records_)}});
  if (worst_) {
    std::vector<std::string> parts;
    if (!failed_.empty()) parts.push_back(fmt::format("{} {}", join(failed_, ", "), what_failed_));
    if (!undecided_.empty())
      parts.push_back(fmt::format("{} {} conflicts left to decide", join(undecided_, ", "), undecided_.size() == 1 ? "has" : "have"));
    worst_->message = join(parts, "; ");
  }
  outcome.problem = std::move(worst_);
  return outcome;
}

}  // namespace kopi::cli
