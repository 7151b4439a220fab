// kopi_read_document yaml|json: reads documents from stdin and says what kopi makes of each, one line a document.
//
// In:  <length in bytes>\n<the bytes>, again and again, so that one process reads a whole corpus.
// Out: {"value": ...} or {"code": "E_YAML", "message": "..."}
#include <cstdio>
#include <fmt/core.h>
#include <iostream>
#include <string>

#include "base/code.hpp"
#include "formats/json.hpp"
#include "formats/yaml.hpp"

int main(int argc, char** argv) {
  const bool yaml = argc == 2 && std::string(argv[1]) == "yaml";
  if (!yaml && (argc != 2 || std::string(argv[1]) != "json")) return 2;
  std::string length;
  while (std::getline(std::cin, length)) {
    std::string text(std::stoul(length), '\0');
    std::cin.read(text.data(), static_cast<std::streamsize>(text.size()));
    const auto read = yaml ? kopi::parse_yaml(text, "") : kopi::parse_json(text, "");
    const auto answer = read ? kopi::Node::mapping({{"value", *read}})
                             : kopi::Node::mapping({{"code", kopi::info(read.error().code).name}, {"message", read.error().message}});
    fmt::print("{}\n", kopi::render_json(answer));
    std::fflush(stdout);
  }
}
