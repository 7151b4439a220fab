#include "runtime/provider/sse.hpp"

namespace kopi {
namespace {

constexpr std::size_t k_max_event = 16u << 20;
constexpr std::string_view k_byte_order_mark = "\xEF\xBB\xBF";

}  // namespace

Result<void> SseParser::feed(std::string_view bytes, std::vector<SseEvent>& events) {
  for (const char c : bytes) {
    // CR, LF and CRLF end a line; the LF of a CRLF may come with the next piece.
    if (after_carriage_return_) {
      after_carriage_return_ = false;
      if (c == '\n') continue;
    }
    if (c != '\n' && c != '\r') {
      line_ += c;
      continue;
    }
    after_carriage_return_ = c == '\r';
    std::string_view line = line_;
    if (at_start_ && line.starts_with(k_byte_order_mark)) line.remove_prefix(k_byte_order_mark.size());
    at_start_ = false;
    take_line(line, events);
    line_.clear();
  }
  if (line_.size() + data_.size() > k_max_event) return error(Code::limit, "the server sent an event larger than {} bytes", k_max_event);
  return {};
}

void SseParser::take_line(std::string_view line, std::vector<SseEvent>& events) {
  if (line.empty()) {
    if (has_data_) events.push_back({type_.empty() ? "message" : std::move(type_), std::move(data_)});
    type_.clear();
    data_.clear();
    has_data_ = false;
    return;
  }
  const auto colon = line.find(':');
  if (colon == 0) return;  // a comment
  const std::string_view field = line.substr(0, colon);
  std::string_view value = colon == std::string_view::npos ? std::string_view() : line.substr(colon + 1);
  if (value.starts_with(' ')) value.remove_prefix(1);
  if (field == "event") {
    type_ = value;
  } else if (field == "data") {
    if (has_data_) data_ += '\n';
    data_ += value;
    has_data_ = true;
  }
}

}  // namespace kopi
