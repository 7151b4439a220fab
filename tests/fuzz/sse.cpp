// Server-sent events: however the bytes are cut, the events are the same; and both codecs take whatever the events hold.
#include "runtime/provider/sse.hpp"

#include <vector>

#include "fuzz.hpp"
#include "runtime/provider/wire.hpp"

using namespace kopi;

namespace {

void tell(Wire wire, const std::vector<SseEvent>& events, std::string_view whole) {
  const auto codec = make_codec(wire);
  std::vector<StreamEvent> out;
  for (const SseEvent& event : events) {
    const auto fed = codec->feed(event, out);
    if (!fed) {
      KOPI_MUST(fed.error().code == Code::provider, fuzz::words_of(fed.error()));
      break;
    }
  }
  codec->finish(out);
  KOPI_MUST(!codec->is_over() || codec->is_complete(), "over, and yet not complete");
  for (const StreamEvent& event : out) {
    KOPI_MUST(event.kind == StreamEvent::Kind::failed || is_valid_utf8(event.text), event.text);  // a failure is the API's own text
  }

  std::vector<StreamEvent> at_once;
  const auto taken = make_codec(wire)->feed_whole(whole, at_once);
  KOPI_MUST(taken || taken.error().code == Code::provider, fuzz::words_of(taken.error()));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  std::vector<SseEvent> whole;
  SseParser in_one;
  KOPI_MUST(in_one.feed(bytes, whole).has_value(), "refused");

  std::vector<SseEvent> single;
  SseParser byte_by_byte;
  for (std::size_t i = 0; i < size; ++i) KOPI_MUST(byte_by_byte.feed(bytes.substr(i, 1), single).has_value(), "refused");
  KOPI_MUST(whole == single, "another cut gives other events");

  // Pieces as long as the input's own bytes say.
  std::vector<SseEvent> cut;
  SseParser in_pieces;
  for (std::size_t at = 0; at < size;) {
    const std::size_t length = std::max<std::size_t>(1, data[size - 1 - at] % 17);
    KOPI_MUST(in_pieces.feed(bytes.substr(at, length), cut).has_value(), "refused");
    at += length;
  }
  KOPI_MUST(whole == cut, "another cut gives other events");

  for (const SseEvent& event : whole) {
    KOPI_MUST(!event.type.empty(), event.data);
    KOPI_MUST(event.data.find('\r') == std::string::npos, event.data);
  }
  for (const Wire wire : {Wire::openai_chat, Wire::anthropic_messages}) tell(wire, whole, bytes);
  return 0;
}
