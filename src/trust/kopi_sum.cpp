#include "trust/kopi_sum.hpp"

#include <algorithm>
#include <set>

#include "base/text.hpp"
#include "base/unicode.hpp"
#include "system/clock.hpp"

namespace kopi {
namespace {

constexpr std::string_view k_first = "# kopi-manifest 1";

bool is_word(std::string_view text) {
  return !text.empty() && text == trim(text) && is_valid_utf8(text) && is_nfc(text) && !has_control_characters(text);
}

// Beyond RelPath: what other programs read a line or a name differently for.
std::string_view fault_of(const RelPath& path) {
  for (const std::string_view name : path.components()) {
    if (name.starts_with('-')) return "a name begins with '-'";
    if (name.ends_with('.') || name.ends_with(' ')) return "a name ends with a dot or a space";
  }
  if (!is_nfc(path.str())) return "it is not in Unicode's normal form C";
  return {};
}

/// Reads the text line by line; what it read is then held against the one way to write it.
class Reader {
 public:
  Reader(std::string_view text, const std::string& file) : rest_(text), file_(file) {}

  Result<KopiSum> read() {
    KOPI_CHECK(line());
    if (text_ != k_first) return broken(fmt::format("the first line is not '{}'", k_first));
    KOPI_CHECK(line());
    KOPI_TRY(sum_.name, value("# name: "));
    KOPI_TRY(sum_.version, value("# version: "));
    KOPI_TRY(const std::string seq, value("# seq: "));
    const auto number = parse_integer(seq);
    if (!number || *number < 1 || *number > k_most_seq || std::to_string(*number) != seq) return broken("seq is no number from 1", -1);
    sum_.seq = *number;
    if (text_.starts_with("# expires: ")) {
      KOPI_TRY(sum_.expires, value("# expires: "));
      const auto time = parse_time(sum_.expires);
      if (!time || format_time(*time) != sum_.expires) return broken("expires is no time like 2027-11-01T00:00:00Z", -1);
    }
    std::set<RelPath> executables;
    while (text_.starts_with("# exec: ")) {
      KOPI_TRY(RelPath path, read_path(text_.substr(8)));
      if (!executables.empty() && path <= *executables.rbegin()) return broken("the executable files are not in order");
      executables.insert(std::move(path));
      KOPI_CHECK(line());
    }
    while (!at_end_) KOPI_CHECK(read_entry(executables));
    if (!executables.empty()) return error(Code::sig_invalid, "{}: '{}' is executable, and not listed", file_, executables.begin()->str());
    return std::move(sum_);
  }

 private:
  Error broken(std::string_view reason, int lines = 0) const {
    return error(Code::sig_invalid, "{}:{}: {}", file_, number_ + lines, reason);
  }

  // The next line into text_. Behind the last one at_end_ is set.
  Result<void> line() {
    ++number_;
    if (rest_.empty()) {
      at_end_ = true;
      text_ = {};
      return {};
    }
    const auto end = rest_.find('\n');
    if (end == std::string_view::npos) return broken("the last line does not end");
    text_ = rest_.substr(0, end);
    rest_.remove_prefix(end + 1);
    return {};
  }

  Result<std::string> value(std::string_view label) {
    if (!text_.starts_with(label)) return broken(fmt::format("expected '{}'", trim(label)));
    std::string word(text_.substr(label.size()));
    if (!is_word(word)) return broken("the value is empty, or holds what no name does");
    KOPI_CHECK(line());
    return word;
  }

  Result<RelPath> read_path(std::string_view text) const {
    auto path = RelPath::parse(text);
    if (!path) return broken(path.error().message);
    if (const auto fault = fault_of(*path); !fault.empty()) return broken(fmt::format("'{}': {}", text, fault));
    return path;
  }

  Result<void> read_entry(std::set<RelPath>& executables) {
    const auto digest = text_.size() > 66 && text_.substr(64, 2) == "  " ? Digest::parse(text_.substr(0, 64)) : std::nullopt;
    if (!digest) return broken("expected 64 hex digits, two spaces and a path");
    KOPI_TRY(RelPath path, read_path(text_.substr(66)));
    if (!sum_.files.empty() && path <= sum_.files.rbegin()->first) return broken("the files are not in order");
    if (is_sum_file(path)) return broken("kopi.sum and its signatures can't list themselves");
    if (!folded_.insert(fold(path.str())).second) return broken(fmt::format("'{}' differs from another path only in case", path.str()));
    const FileMode mode = executables.erase(path) > 0 ? FileMode::executable : FileMode::regular;
    sum_.files.emplace(std::move(path), LedgerEntry{mode, *digest});
    return line();
  }

  std::string_view rest_;
  const std::string& file_;
  std::string_view text_;
  int number_ = 0;
  bool at_end_ = false;
  KopiSum sum_;
  std::set<std::string> folded_;
};

Finding difference(const RelPath& path, std::string_view rule, std::string message, std::string digest) {
  return {Severity::critical, std::string(rule), path.str(), 0, 0, std::move(message), "", std::move(digest)};
}

}  // namespace

Result<KopiSum> parse_kopi_sum(std::string_view text, const std::string& file) {
  KOPI_TRY(KopiSum sum, Reader(text, file).read());
  const auto again = render_kopi_sum(sum);
  if (!again || *again != text) return error(Code::sig_invalid, "{}: it is not written as kopi writes it", file);
  return sum;
}

Result<std::string> render_kopi_sum(const KopiSum& sum) {
  if (!is_word(sum.name)) return error(Code::manifest, "the name '{}' can't be signed", sum.name);
  if (!is_word(sum.version)) return error(Code::manifest, "the version '{}' can't be signed", sum.version);
  KOPI_ASSERT(sum.seq >= 1 && sum.seq <= k_most_seq);
  std::string head = fmt::format("{}\n# name: {}\n# version: {}\n# seq: {}\n", k_first, sum.name, sum.version, sum.seq);
  if (!sum.expires.empty()) head += fmt::format("# expires: {}\n", sum.expires);
  std::string lines;
  std::set<std::string> folded;
  for (const auto& [path, entry] : sum.files) {
    if (const auto fault = fault_of(path); !fault.empty()) return error(Code::path, "'{}' can't be signed: {}", path.str(), fault);
    if (!folded.insert(fold(path.str())).second) {
      return error(Code::collision, "'{}' differs from another path only in case or Unicode form", path.str());
    }
    if (entry.mode == FileMode::executable) head += fmt::format("# exec: {}\n", path.str());
    lines += fmt::format("{}  {}\n", entry.digest.hex(), path.str());
  }
  return head + lines;
}

std::string trusted_comment_of(const KopiSum& sum) { return fmt::format("kopi 1 {} {} seq={}", sum.name, sum.version, sum.seq); }

bool is_sum_file(const RelPath& path) {
  const std::string& name = path.str();
  return name == k_sum_file || (name.starts_with(k_sum_file) && name.ends_with(".minisig") && path.depth() == 1);
}

Result<void> compare_with_sum(const KopiSum& sum, const Ledger& shipped) {
  Error problem = error(Code::digest, "the files are not those that were signed");
  Findings& findings = problem.findings;
  for (const auto& [path, entry] : sum.files) {
    const auto found = shipped.find(path);
    if (found == shipped.end()) {
      findings.push_back(difference(path, "signature.missing", "signed, and not there", ""));
    } else if (found->second.digest != entry.digest) {
      findings.push_back(difference(path, "signature.digest", "other content than was signed", found->second.digest.str()));
    } else if (found->second.mode != entry.mode) {
      const std::string_view now =
          found->second.mode == FileMode::executable ? "executable, and not signed as that" : "not executable, and signed as that";
      findings.push_back(difference(path, "signature.mode", std::string(now), found->second.digest.str()));
    }
  }
  for (const auto& [path, entry] : shipped) {
    if (!is_sum_file(path) && !sum.files.contains(path))
      findings.push_back(difference(path, "signature.extra", "there, and not signed", entry.digest.str()));
  }
  if (findings.empty()) return {};
  sort_by_place(findings);
  const Finding& first = findings.front();
  problem.message = findings.size() == 1 ? fmt::format("'{}': {}", first.file, first.message)
                                         : fmt::format("{} are not as they were signed; the first is '{}': {}",
                                                       count_of(findings.size(), "file"), first.file, first.message);
  return problem;
}

}  // namespace kopi
