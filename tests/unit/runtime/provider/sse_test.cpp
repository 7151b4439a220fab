#include "runtime/provider/sse.hpp"

#include "support/outcome.hpp"

using namespace kopi;
using kopi::test::code_of;
using kopi::test::must;

namespace {

/// The stream in pieces of `size` bytes; each event as "type|data", a line each.
std::string events(std::string_view stream, std::size_t size) {
  SseParser parser;
  std::vector<SseEvent> found;
  for (; !stream.empty(); stream.remove_prefix(std::min(size, stream.size()))) must(parser.feed(stream.substr(0, size), found));
  std::string text;
  for (const SseEvent& event : found) text += event.type + "|" + event.data + "\n";
  return text;
}

std::string with_line_ends(std::string_view stream, std::string_view end) {
  std::string text;
  for (const char c : stream) c == '\n' ? text += end : text += c;
  return text;
}

}  // namespace

TEST_CASE("a stream means the same however it is cut and whatever ends its lines") {
  const std::string stream =
      "\xEF\xBB\xBF: a comment\nretry: 3000\nid: 1\nevent: first\ndata: one\n\n"
      "data:bare\ndata\ndata:  two blanks\n\n:\n\nevent: no data\n\nevent: 漢字\ndata: né 🎉\n\ndatax: not data\n\ndata\n\ndata: {\"a\": "
      "\"b: c\"}\n\n"
      "data: cut off";
  const std::string meant = "first|one\nmessage|bare\n\n two blanks\n漢字|né 🎉\nmessage|\nmessage|{\"a\": \"b: c\"}\n";
  for (const std::string_view end : {"\n", "\r", "\r\n"}) {
    const std::string sent = with_line_ends(stream, end);
    for (std::size_t size = 1; size <= sent.size(); ++size) {
      INFO("pieces of " << size << " bytes, line ends of " << end.size());
      REQUIRE(events(sent, size) == meant);
    }
  }
}

TEST_CASE("line ends may be mixed, and the two halves of one may come apart") {
  const std::string stream = "data: a\r\n\rdata: b\n\r\ndata: c\r\rdata: d\n\ndata: e\r\n\r\n";
  for (std::size_t cut = 0; cut <= stream.size(); ++cut) {
    SseParser parser;
    std::vector<SseEvent> found;
    must(parser.feed(std::string_view(stream).substr(0, cut), found));
    must(parser.feed("", found));
    must(parser.feed(std::string_view(stream).substr(cut), found));
    INFO("cut at " << cut);
    REQUIRE(found == std::vector<SseEvent>{{"message", "a"}, {"message", "b"}, {"message", "c"}, {"message", "d"}, {"message", "e"}});
  }
}

TEST_CASE("a byte order mark counts at the start alone") {
  CHECK(events("\xEF\xBB\xBF"
               "data: a\n\n\xEF\xBB\xBF"
               "data: b\n\n",
               7) == "message|a\n");
  CHECK(events("\n\xEF\xBB\xBF"
               "data: b\n\n",
               3)
            .empty());
}

TEST_CASE("the type of one event is not the next one's") { CHECK(events("event: a\ndata: 1\n\ndata: 2\n\n", 4) == "a|1\nmessage|2\n"); }

TEST_CASE("bytes that are no text pass as they are") {
  CHECK(events(std::string_view("data: \x00\xff\n\n", 10), 1) == "message|" + std::string("\x00\xff\n", 3));
}

TEST_CASE("an event of more than 16 MiB is refused, in one line or in many") {
  SseParser one_line;
  std::vector<SseEvent> found;
  must(one_line.feed("data: " + std::string((16u << 20) - 6, 'x'), found));
  CHECK(code_of(one_line.feed("xx", found)) == "E_LIMIT");

  SseParser many_lines;
  const std::string line = "data: " + std::string(1u << 20, 'x') + "\n";
  Result<void> fed;
  int taken = 0;
  for (; fed && taken < 100; ++taken) fed = many_lines.feed(line, found);
  CHECK(taken == 16);
  CHECK(test::outcome(fed) == "E_LIMIT the server sent an event larger than 16777216 bytes");
  CHECK(found.empty());
}
