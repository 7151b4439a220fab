#include "model/name.hpp"

#include "support/outcome.hpp"

using namespace kopi;
using kopi::test::code_of;
using kopi::test::must;

namespace {

std::string read(std::string_view text) {
  const auto name = ProfileName::parse(text);
  return name ? name->str() : test::shown(name.error());
}

}  // namespace

TEST_CASE("a profile name is trimmed, lower-cased and then held against the pattern") {
  const std::string longest(64, 'a');
  const std::string rows[][2] = {
      {"coder", "coder"},      {"  Coder\t\n", "coder"}, {"A", "a"},       {"0", "0"},       {"9_-", "9_-"},   {"a_b-c", "a_b-c"},
      {"DEFAULT", "default"},  {longest, longest},       {"kopi", "kopi"}, {"main", "main"}, {"chat", "chat"}, {"a--b", "a--b"},
      {" " + longest, longest}};
  for (const auto& [text, expected] : rows) CHECK(read(text) == expected);
}

TEST_CASE("what could leave the directory of profiles, hide in it or differ only in form is no name") {
  const std::string too_long(65, 'a');
  for (const std::string& text :
       {std::string(),          std::string(" "),    std::string("."),       std::string(".."),
        std::string("a/b"),     std::string("a\\b"), std::string(".hidden"), std::string("-a"),
        std::string("_a"),      std::string("a.b"),  std::string("a b"),     std::string("a\nb"),
        std::string("a\0b", 3), std::string("é"),    std::string("ａ"),      std::string("\u212a"),  // the Kelvin sign folds to k
        std::string("a\u200b"), std::string("~"),    std::string("a*"),      too_long}) {
    CHECK(read(text) == "E_NAME invalid profile name '" + text + "': it must match [a-z0-9][a-z0-9_-]{0,63}");
  }
}

TEST_CASE("default is recognised however it is spelled") {
  CHECK(must(ProfileName::parse(" Default ")).is_default());
  CHECK(ProfileName::default_profile().is_default());
  CHECK(ProfileName::default_profile() == must(ProfileName::parse("default")));
  CHECK_FALSE(must(ProfileName::parse("default2")).is_default());
}

TEST_CASE("a new profile can take no reserved name, whatever its case and the blanks round it") {
  for (const std::string_view name : {"kopi", "hermes", "test", "tmp", "root", "sudo", "main", "default"}) {
    std::string shouted = " ";
    for (const char c : name) shouted += static_cast<char>(std::toupper(c));
    for (const std::string& text : {std::string(name), shouted}) {
      CAPTURE(text);
      const auto refused = parse_new_profile_name(text);
      REQUIRE_FALSE(refused);
      CHECK(refused.error().code == Code::name);
      CHECK(refused.error().message.find("'" + std::string(name) + "'") != std::string::npos);
    }
  }
  for (const std::string_view name : {"chat", "install", "tests", "main2", "roots", "kopi2", "update"}) {
    CAPTURE(name);
    CHECK(must(parse_new_profile_name(name)).str() == name);
  }
  CHECK(code_of(parse_new_profile_name("../x")) == "E_NAME");
}

TEST_CASE("an alias hides no command of kopi's and no reserved name") {
  CHECK(test::outcome(parse_alias(" Coder ")) == "coder");
  CHECK(test::outcome(parse_alias("main")) == "main");
  CHECK(test::outcome(parse_alias("../../.bashrc")) == "E_ALIAS invalid alias '../../.bashrc': it must match [a-z0-9][a-z0-9_-]{0,63}");
  for (const std::string_view word : {"kopi", "hermes", "default", "test", "tmp", "root", "sudo"}) {
    CHECK(test::outcome(parse_alias(word)) == "E_ALIAS the alias '" + std::string(word) + "' is reserved");
  }
  for (const std::string_view word : command_words()) {
    CHECK(test::outcome(parse_alias(word)) == "E_ALIAS the alias '" + std::string(word) + "' is the name of a kopi command");
    CHECK(code_of(parse_existing_alias(word)) == "ok");  // it may be older than the command
  }
}
