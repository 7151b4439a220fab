#include "model/ledger.hpp"

#include "support/outcome.hpp"

using namespace kopi;
using kopi::test::must;
using kopi::test::outcome;

namespace {

constexpr std::string_view k_a = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
constexpr std::string_view k_b = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

std::string line(std::string_view mode, std::string_view digest, std::string_view path) {
  return fmt::format("{} {}  {}\n", mode, digest, path);
}

std::string read(std::string_view text) {
  const auto ledger = parse_ledger(text, ".kopi/ledger");
  return ledger ? render_ledger(*ledger) : test::shown(ledger.error());
}

}  // namespace

TEST_CASE("a ledger is written byte-sorted and read back the same") {
  const Ledger ledger = {{must(RelPath::parse("b")), {FileMode::regular, *Digest::parse(k_a)}},
                         {must(RelPath::parse("a/z")), {FileMode::executable, *Digest::parse(k_b)}},
                         {must(RelPath::parse("a-b")), {FileMode::regular, *Digest::parse(k_b)}},
                         {must(RelPath::parse("a  b")), {FileMode::regular, *Digest::parse(k_a)}},
                         {must(RelPath::parse("研究")), {FileMode::regular, *Digest::parse(k_a)}},
                         {must(RelPath::parse("B")), {FileMode::regular, *Digest::parse(k_a)}}};
  const std::string text = line("100644", k_a, "B") + line("100644", k_a, "a  b") + line("100644", k_b, "a-b") +
                           line("100755", k_b, "a/z") + line("100644", k_a, "b") + line("100644", k_a, "研究");
  CHECK(render_ledger(ledger) == text);
  CHECK(must(parse_ledger(text, "f")) == ledger);
  CHECK(render_ledger({}).empty());
  CHECK(must(parse_ledger("", "f")).empty());
}

TEST_CASE("a damaged ledger is refused with its line") {
  const std::string good = line("100644", k_a, "a");
  const std::string upper = "0123456789ABCDEF0123456789abcdef0123456789abcdef0123456789abcdef";
  const std::string rows[] = {"x\n",
                              "\n",
                              line("100600", k_a, "b"),
                              line("120000", k_a, "b"),
                              line("100644", upper, "b"),
                              line("100644", k_a.substr(1), "b"),
                              line("100644", std::string(k_a) + "0", "b"),
                              line("100644", k_a, ""),
                              line("100644", k_a, "../b"),
                              line("100644", k_a, "/b"),
                              line("100644", k_a, "b/"),
                              line("100644", k_a, "b\x1b"),
                              line("100644", k_a, "a"),  // the path of line 1 once more
                              "100644  " + std::string(k_a) + " b\n",
                              "100644\t" + std::string(k_a) + "  b\n",
                              "100644 " + std::string(k_a) + " b\n",
                              "100644 " + std::string(k_a)};
  for (const std::string& bad : rows) {
    CAPTURE(bad);
    CHECK(read(good + bad) == "E_STATE .kopi/ledger:2: not a ledger line");
  }
}

TEST_CASE("of a file's permissions only the owner's executable bit counts") {
  const std::pair<unsigned, FileMode> rows[] = {{0644, FileMode::regular},    {0600, FileMode::regular},    {0, FileMode::regular},
                                                {0055, FileMode::regular},    {0755, FileMode::executable}, {0100, FileMode::executable},
                                                {04700, FileMode::executable}};
  for (const auto& [bits, mode] : rows) CHECK(file_mode(bits) == mode);
  CHECK(permission_bits(FileMode::regular) == 0644);
  CHECK(permission_bits(FileMode::executable) == 0755);
}
