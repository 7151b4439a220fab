// kopi_merge_driver: merges files from stdin and says what became of each, one line a merge. For tests/corpora/merge.
//
// In:  PATH FAVOR BASE OURS THEIRS\n, the last three as lengths in bytes (BASE may be - for none), then the bytes of the three texts.
//      FAVOR is none, ours or theirs. Again and again, so that one process merges a whole corpus.
// Out: {"text": ..., "clean": ..., "reason": ..., "keys": [{"key", "base", "ours", "theirs"}]}; a side is [value], or [] where it has none.
#include <fmt/core.h>

#include <cstdio>
#include <iostream>
#include <string>

#include "formats/json.hpp"
#include "installer/merge.hpp"

namespace {

using kopi::Node;

std::string read_bytes(const std::string& length) {
  std::string bytes(length == "-" ? 0 : std::stoul(length), '\0');
  std::cin.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  return bytes;
}

Node side(const std::optional<Node>& value) { return value ? Node::sequence({*value}) : Node::sequence(); }

}  // namespace

int main() {
  std::string path, favor, base_length, ours_length, theirs_length;
  while (std::cin >> path >> favor >> base_length >> ours_length >> theirs_length) {
    std::cin.ignore(1);
    const std::string base = read_bytes(base_length);
    const std::string ours = read_bytes(ours_length);
    const std::string theirs = read_bytes(theirs_length);
    const auto favored = favor == "ours" ? kopi::Favor::ours : favor == "theirs" ? kopi::Favor::theirs : kopi::Favor::none;
    const auto has_base = base_length != "-";
    const auto merged = kopi::merge_file({path, has_base ? std::optional<std::string_view>(base) : std::nullopt, ours, theirs, favored});
    Node keys = Node::sequence();
    for (const auto& key : merged.keys) {
      keys.push(Node::mapping({{"key", key.key}, {"base", side(key.base)}, {"ours", side(key.ours)}, {"theirs", side(key.theirs)}}));
    }
    fmt::print("{}\n", kopi::render_json(
                           Node::mapping({{"text", merged.text}, {"clean", merged.clean}, {"reason", merged.reason}, {"keys", keys}})));
    std::fflush(stdout);
  }
}
