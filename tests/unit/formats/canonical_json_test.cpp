// RFC 8785, the JSON Canonicalization Scheme, by its own examples.
#include <bit>
#include <cstdint>

#include "support/documents.hpp"

using namespace kopi;

TEST_CASE("the example of section 3.2.2 has the canonical form of section 3.2.3") {
  const Node example = test::json(R"({
      "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
      "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
      "literals": [null, true, false]
    })");
  CHECK(canonical_json(example) ==
        R"({"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\u000f\nA'B\"\\\\\"/"})");
}

TEST_CASE("keys are sorted by UTF-16 units, as in section 3.2.3") {
  const Node example = test::json(R"({
      "\u20ac": "Euro Sign", "\r": "Carriage Return", "\ufb33": "Hebrew Letter Dalet With Dagesh", "1": "One",
      "\ud83d\ude00": "Emoji: Grinning Face", "\u0080": "Control", "\u00f6": "Latin Small Letter O With Diaeresis"})");
  CHECK(canonical_json(example) ==
        "{\"\\r\":\"Carriage Return\",\"1\":\"One\",\"\u0080\":\"Control\",\"ö\":\"Latin Small Letter O With Diaeresis\","
        "\"€\":\"Euro Sign\",\"😀\":\"Emoji: Grinning Face\",\"\uFB33\":\"Hebrew Letter Dalet With Dagesh\"}");
}

TEST_CASE("numbers are written as in appendix B") {
  const std::pair<std::uint64_t, std::string> rows[] = {{0x0000000000000000, "0"},
                                                        {0x8000000000000000, "0"},
                                                        {0x0000000000000001, "5e-324"},
                                                        {0x8000000000000001, "-5e-324"},
                                                        {0x7fefffffffffffff, "1.7976931348623157e+308"},
                                                        {0xffefffffffffffff, "-1.7976931348623157e+308"},
                                                        {0x4340000000000000, "9007199254740992"},
                                                        {0xc340000000000000, "-9007199254740992"},
                                                        {0x4430000000000000, "295147905179352830000"},
                                                        {0x44b52d02c7e14af5, "9.999999999999997e+22"},
                                                        {0x44b52d02c7e14af6, "1e+23"},
                                                        {0x44b52d02c7e14af7, "1.0000000000000001e+23"},
                                                        {0x444b1ae4d6e2ef4e, "999999999999999700000"},
                                                        {0x444b1ae4d6e2ef4f, "999999999999999900000"},
                                                        {0x444b1ae4d6e2ef50, "1e+21"},
                                                        {0x3eb0c6f7a0b5ed8c, "9.999999999999997e-7"},
                                                        {0x3eb0c6f7a0b5ed8d, "0.000001"},
                                                        {0x41b3de4355555553, "333333333.3333332"},
                                                        {0x41b3de4355555554, "333333333.33333325"},
                                                        {0x41b3de4355555555, "333333333.3333333"},
                                                        {0x41b3de4355555556, "333333333.3333334"},
                                                        {0x41b3de4355555557, "333333333.33333343"},
                                                        {0xbecbf647612f3696, "-0.0000033333333333333333"},
                                                        {0x43143ff3c1cb0959, "1424953923781206.2"}};
  for (const auto& [bits, text] : rows) CHECK(canonical_json(Node(std::bit_cast<double>(bits))) == text);
}

TEST_CASE("integers and reals of one value have one form") {
  CHECK(canonical_json(Node(2)) == "2");
  CHECK(canonical_json(Node(2.0)) == "2");
  CHECK(canonical_json(Node(-17)) == "-17");
  CHECK(canonical_json(test::json("9007199254740993")) == "9007199254740992");
}

TEST_CASE("strings keep every character but the C0 controls, the quote and the backslash") {
  CHECK(canonical_json(Node("\x7f\u0080\u202E\u2028é/")) == "\"\x7f\u0080\u202E\u2028é/\"");
  CHECK(canonical_json(Node("\b\t\n\f\r\x01\x1f\"\\")) == R"("\b\t\n\f\r\u0001\u001f\"\\")");
  CHECK(canonical_json(test::json(R"({"b": [{}, []], "a": {"d": 1, "c": ""}})")) == R"({"a":{"c":"","d":1},"b":[{},[]]})");
}
