#include "cli/answer.hpp"

#include "support/documents.hpp"

namespace kopi::cli {
namespace {

std::vector<std::string> keys(const Node& node) {
  std::vector<std::string> names;
  for (const Node& member : node.items()) names.push_back(member.key());
  return names;
}

}  // namespace

TEST_CASE("a finding is a record with all of its fields, null where it says nothing") {
  CHECK(to_json(Finding{Severity::high, "r", "f", 3, 1, "m", "e", "d"}) ==
        test::json(
            R"({"severity": "high", "rule": "r", "file": "f", "line": 3, "column": 1, "message": "m", "evidence": "e", "digest": "d"})"));
  CHECK(
      to_json(Finding{Severity::info, "r", "", 0, 0, "m", "", ""}) ==
      test::json(
          R"({"severity": "info", "rule": "r", "file": null, "line": null, "column": null, "message": "m", "evidence": null, "digest": null})"));
  CHECK(to_json(Findings{}) == Node::sequence());
}

TEST_CASE("texts become records of one key") {
  CHECK(records_of("name", {"a", "b"}) == test::json(R"([{"name": "a"}, {"name": "b"}])"));
  CHECK(records_of("name", {}) == Node::sequence());
}

TEST_CASE("an error is the contract's envelope, whatever it is about") {
  for (const CodeInfo& code : all_codes()) {
    const Node record = error_record(Error{code.code, "m"}, Node(), {});
    INFO(code.name);
    CHECK(keys(record) == std::vector<std::string>{"ok", "exit", "code", "message", "hint", "context", "data", "findings"});
    CHECK(record.find("ok")->as_bool() == (code.exit == 0));
    CHECK(record.find("exit")->as_integer() == code.exit);
    CHECK(record.find("code")->as_string() == std::string(code.name));
    CHECK(record.find("hint")->is_null());
  }
  const Error problem{
      Code::digest, "digest mismatch for a", "kopi x", {"updating b", "c"}, {{Severity::low, "own", "", 0, 0, "1", "", ""}}};
  const Node record = error_record(problem, test::json(R"({"x": 1})"), {{Severity::low, "warned", "", 0, 0, "2", "", ""}});
  CHECK(record.find("hint")->as_string() == "kopi x");
  CHECK(*record.find("context") == test::json(R"(["updating b", "c"])"));
  CHECK(*record.find("data") == test::json(R"({"x": 1})"));
  REQUIRE(record.find("findings")->items().size() == 2);
  CHECK(record.find("findings")->items()[0].find("rule")->as_string() == "own");
  CHECK(record.find("findings")->items()[1].find("rule")->as_string() == "warned");
}

TEST_CASE("one object on one line holds whatever was said") {
  const std::string text = render_json(error_record(Error{Code::io, "a\n\x1b\u202e\xff"}, Node(), {}));
  CHECK(text.find('\n') == std::string::npos);
  CHECK(text.find('\x1b') == std::string::npos);
  CHECK(text.find(R"("message": "a\n\u001b\u202e)") != std::string::npos);
}

}  // namespace kopi::cli
