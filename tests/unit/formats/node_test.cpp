#include "formats/node.hpp"

#include <limits>

#include "support/documents.hpp"

using namespace kopi;

namespace {

std::string typed(const Node& node) { return std::string(name(node.kind())) + " " + render_json(node); }

}  // namespace

TEST_CASE("a plain scalar has the type that YAML 1.2's core schema gives it") {
  const std::string rows[][2] = {
      {"", "null null"},          {"~", "null null"},          {"null", "null null"},      {"Null", "null null"},
      {"NULL", "null null"},      {"nULL", "string \"nULL\""}, {"true", "boolean true"},   {"True", "boolean true"},
      {"TRUE", "boolean true"},   {"tRUE", "string \"tRUE\""}, {"false", "boolean false"}, {"False", "boolean false"},
      {"FALSE", "boolean false"}, {"yes", "string \"yes\""},   {"Off", "string \"Off\""},  {"y", "string \"y\""}};
  for (const auto& [text, expected] : rows) {
    CAPTURE(text);
    CHECK(typed(Node::scalar(text, true)) == expected);
  }
}

TEST_CASE("a plain scalar is a number when YAML 1.2's core schema says so") {
  const std::string rows[][2] = {{"0", "integer 0"},
                                 {"-0", "integer 0"},
                                 {"+12", "integer 12"},
                                 {"017", "integer 17"},
                                 {"0o17", "integer 15"},
                                 {"0O17", "string \"0O17\""},
                                 {"0o8", "string \"0o8\""},
                                 {"0x1F", "integer 31"},
                                 {"0xfg", "string \"0xfg\""},
                                 {"0x", "string \"0x\""},
                                 {"-0x1", "string \"-0x1\""},
                                 {"+-1", "string \"+-1\""},
                                 {"1_000", "string \"1_000\""},
                                 {"1:30", "string \"1:30\""},
                                 {"0b11", "string \"0b11\""},
                                 {"9223372036854775807", "integer 9223372036854775807"},
                                 {"-9223372036854775808", "integer -9223372036854775808"},
                                 {"9223372036854775808", "number 9223372036854775808"},
                                 {"1.", "number 1.0"},
                                 {".5", "number 0.5"},
                                 {"+.5", "number 0.5"},
                                 {"-1.5e3", "number -1500.0"},
                                 {"1e3", "number 1000.0"},
                                 {"1E+3", "number 1000.0"},
                                 {"12e", "string \"12e\""},
                                 {".", "string \".\""},
                                 {"1.2.3", "string \"1.2.3\""},
                                 {"+", "string \"+\""},
                                 {"-", "string \"-\""},
                                 {"e3", "string \"e3\""},
                                 {".e3", "string \".e3\""},
                                 {"1e-400", "number 0.0"},
                                 {"1e400", "string \"1e400\""},
                                 {".inf", "string \".inf\""},
                                 {".nan", "string \".nan\""},
                                 {"inf", "string \"inf\""},
                                 {"nan", "string \"nan\""},
                                 {"2024-01-01", "string \"2024-01-01\""},
                                 {" 1", "string \" 1\""},
                                 {"1 ", "string \"1 \""}};
  for (const auto& [text, expected] : rows) {
    CAPTURE(text);
    CHECK(typed(Node::scalar(text, true)) == expected);
  }
}

TEST_CASE("a quoted scalar is a string, whatever it says") {
  for (const std::string text : {"", "null", "true", "1", "1.5", "yes"}) {
    const Node node = Node::scalar(text, false);
    CHECK(node.as_string() == text);
    CHECK_FALSE(node.as_bool());
    CHECK_FALSE(node.as_integer());
  }
}

TEST_CASE("a scalar's text is as it was written") {
  for (const std::string text : {"1.10", "0x1F", "007", "True", "1e3", "+5"}) CHECK(Node::scalar(text, true).as_text() == text);
  CHECK(Node(true).as_text() == "true");
  CHECK(Node(12).as_text() == "12");
  CHECK(Node(2.0).as_text() == "2.0");
  CHECK(Node(1e30).as_text() == "1e+30");
  CHECK(Node().as_text().empty());
}

TEST_CASE("yes, no, on and off count as booleans where one is wanted, when they are not quoted") {
  for (const std::string word : {"yes", "Yes", "ON", "on", "true"}) CHECK(Node::scalar(word, true).as_bool() == true);
  for (const std::string word : {"no", "NO", "off", "Off", "false"}) CHECK(Node::scalar(word, true).as_bool() == false);
  for (const std::string word : {"y", "n", "1", "0", "", "enabled"}) CHECK_FALSE(Node::scalar(word, true).as_bool());
  CHECK_FALSE(Node::scalar("yes", false).as_bool());
  CHECK(Node::scalar("yes", true).as_string() == "yes");
}

TEST_CASE("numbers are not taken for strings, nor strings for numbers; an integer is a real") {
  CHECK_FALSE(Node(1).as_string());
  CHECK_FALSE(Node("1").as_integer());
  CHECK(Node(1).as_real() == 1.0);
  CHECK_FALSE(Node(1.0).as_integer());
}

TEST_CASE("a mapping keeps its order and holds each key once") {
  Node node = Node::mapping({{"b", 1}, {"a", 2}});
  node.set("c", 3);
  node.set("b", 4);
  CHECK(render_json(node) == R"({"b": 4, "a": 2, "c": 3})");
  node.erase("a");
  node.erase("x");
  CHECK(render_json(node) == R"({"b": 4, "c": 3})");
  REQUIRE(node.find("c") != nullptr);
  CHECK(node.find("c")->key() == "c");
  CHECK(node.find("x") == nullptr);
  CHECK(Node("text").find("x") == nullptr);
}

TEST_CASE("equality is of data: order of keys, places and spelling do not matter, kinds do") {
  CHECK(test::json(R"({"a": 1, "b": [true, null]})") == test::json("{\"b\":[true,\nnull],\"a\":1}"));
  CHECK(Node::scalar("0x10", true) == Node(16));
  CHECK(Node::scalar("1.0", true) == Node(1.0));
  CHECK_FALSE(Node(1) == Node(1.0));
  CHECK_FALSE(Node(1) == Node("1"));
  CHECK_FALSE(Node() == Node(false));
  CHECK_FALSE(test::json("[1, 2]") == test::json("[2, 1]"));
  CHECK_FALSE(test::json(R"({"a": 1})") == test::json(R"({"a": 1, "b": null})"));
  CHECK_FALSE(test::json(R"({"a": 1})") == test::json(R"({"b": 1})"));
}

TEST_CASE("an optional becomes its value or null") {
  CHECK(Node(std::optional<int>()) == Node());
  CHECK(Node(std::optional<std::string>("x")) == Node("x"));
  CHECK(Node::strings({"a", "b"}) == test::json(R"(["a", "b"])"));
}
