#include "trust/kopi_sum.hpp"

#include "support/outcome.hpp"
#include "system/crypto.hpp"

using namespace kopi;
using kopi::test::code_of;
using kopi::test::must;

namespace {

RelPath path(std::string_view text) { return must(RelPath::parse(text)); }
LedgerEntry entry(std::string_view content, FileMode mode = FileMode::regular) { return {mode, sha256(content)}; }

KopiSum sample() {
  KopiSum sum{"research-bot", "1.2.0", 7, "2027-11-01T00:00:00Z", {}};
  sum.files.emplace(path("SOUL.md"), entry("soul"));
  sum.files.emplace(path("skills/a/run.sh"), entry("run", FileMode::executable));
  return sum;
}

std::string text_of(const KopiSum& sum) { return must(render_kopi_sum(sum)); }

std::string fault_of(const std::string& text) {
  const auto parsed = parse_kopi_sum(text, "kopi.sum");
  if (parsed) return "none";
  CHECK(parsed.error().code == Code::sig_invalid);
  return parsed.error().message;
}

std::string changed(std::string_view from, std::string_view to) {
  std::string text = text_of(sample());
  const auto at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

std::string with_file(std::string_view name) { return text_of(sample()) + sha256("x").hex() + "  " + std::string(name) + "\n"; }

}  // namespace

TEST_CASE("a sum is written one way, and read back") {
  const std::string text = text_of(sample());
  CHECK(text ==
        "# kopi-manifest 1\n# name: research-bot\n# version: 1.2.0\n# seq: 7\n# expires: 2027-11-01T00:00:00Z\n# exec: skills/a/run.sh\n" +
            sha256("soul").hex() + "  SOUL.md\n" + sha256("run").hex() + "  skills/a/run.sh\n");
  CHECK(must(parse_kopi_sum(text, "kopi.sum")) == sample());
  CHECK(trusted_comment_of(sample()) == "kopi 1 research-bot 1.2.0 seq=7");
  KopiSum bare{"x", "1", 1, "", {}};
  CHECK(must(parse_kopi_sum(text_of(bare), "kopi.sum")) == bare);
}

TEST_CASE("whatever else could be read two ways is refused, with its line") {
  CHECK(fault_of("") == "kopi.sum:1: the first line is not '# kopi-manifest 1'");
  CHECK(fault_of(changed("# kopi-manifest 1", "# kopi-manifest 2")) == "kopi.sum:1: the first line is not '# kopi-manifest 1'");
  CHECK(fault_of(changed("# name: ", "# nome: ")) == "kopi.sum:2: expected '# name:'");
  CHECK(fault_of(changed("# name: research-bot", "# name: ")) == "kopi.sum:2: the value is empty, or holds what no name does");
  for (const std::string seq : {"0", "07", "-1", "x", "1 ", "9007199254740993", "99999999999999999999"})
    CHECK(fault_of(changed("seq: 7", "seq: " + seq)).starts_with("kopi.sum:4: "));
  for (const std::string time : {"2027-11-01", "2027-11-01T00:00:00+00:00", "2027-13-01T00:00:00Z", "soon"})
    CHECK(fault_of(changed("2027-11-01T00:00:00Z", time)).starts_with("kopi.sum:5: "));
  CHECK(fault_of(changed("# exec: skills/a/run.sh", "# exec: other.sh")) == "kopi.sum: 'other.sh' is executable, and not listed");
  CHECK(fault_of(changed("  SOUL.md", " *SOUL.md")) == "kopi.sum:7: expected 64 hex digits, two spaces and a path");
  CHECK(fault_of(changed("  SOUL.md", "  ../SOUL.md")).starts_with("kopi.sum:7: "));
  CHECK(fault_of(changed("  SOUL.md\n", "  SOUL.md\r\n")).starts_with("kopi.sum:7: "));
  CHECK(fault_of(text_of(sample()) + "# more\n") == "kopi.sum:9: expected 64 hex digits, two spaces and a path");
  CHECK(fault_of(text_of(sample()) + "\n") == "kopi.sum:9: expected 64 hex digits, two spaces and a path");
  CHECK(fault_of(text_of(sample()) + "x") == "kopi.sum:9: the last line does not end");
  CHECK(fault_of(with_file("a")) == "kopi.sum:9: the files are not in order");
  CHECK(fault_of(with_file("skills/a/run.sh")) == "kopi.sum:9: the files are not in order");
  CHECK(fault_of(with_file("skills/a/run.sh.")).starts_with("kopi.sum:9: "));
  CHECK(fault_of(with_file("z/-x")).starts_with("kopi.sum:9: "));
  CHECK(fault_of(with_file("z\\x")).starts_with("kopi.sum:9: "));
  CHECK(fault_of(with_file("za\xcc\x88")).starts_with("kopi.sum:9: "));  // not NFC
  CHECK(fault_of(with_file("soul.md")) == "kopi.sum:9: 'soul.md' differs from another path only in case");
  CHECK(fault_of(with_file("z/A") + sha256("x").hex() + "  z/a\n") == "kopi.sum:10: 'z/a' differs from another path only in case");
  std::string upper = text_of(sample());
  upper.replace(upper.find(sha256("soul").hex()), 64, "A" + sha256("soul").hex().substr(1));
  CHECK(fault_of(upper) != "none");
}

TEST_CASE("a sum lists neither itself nor its signatures") {
  for (const std::string_view name : {"kopi.sum", "kopi.sum.minisig", "kopi.sum.E6F708192A3B4C5D.minisig"}) CHECK(is_sum_file(path(name)));
  for (const std::string_view name : {"a/kopi.sum", "kopi.sum.x", "kopi.sums", "kopi.sum/a.minisig"}) CHECK(!is_sum_file(path(name)));
  KopiSum empty{"x", "1", 1, "", {}};
  CHECK(fault_of(text_of(empty) + sha256("x").hex() + "  kopi.sum\n") == "kopi.sum:5: kopi.sum and its signatures can't list themselves");
}

TEST_CASE("files are held against the sum: content, executable bit, missing, extra") {
  Ledger shipped = sample().files;
  shipped.emplace(path("kopi.sum"), entry("anything"));
  shipped.emplace(path("kopi.sum.minisig"), entry("anything"));
  must(compare_with_sum(sample(), shipped));

  shipped[path("SOUL.md")] = entry("soul, but not the author's");
  shipped[path("skills/a/run.sh")].mode = FileMode::regular;
  shipped.emplace(path("extra"), entry("x"));
  const auto differs = compare_with_sum(sample(), shipped);
  REQUIRE(!differs);
  CHECK(differs.error().code == Code::digest);
  std::string rules;
  for (const Finding& finding : differs.error().findings) rules += finding.file + " " + finding.rule + "\n";
  CHECK(rules == "SOUL.md signature.digest\nextra signature.extra\nskills/a/run.sh signature.mode\n");
  shipped = sample().files;
  shipped.erase(path("SOUL.md"));
  CHECK(compare_with_sum(sample(), shipped).error().message == "'SOUL.md': signed, and not there");
}
