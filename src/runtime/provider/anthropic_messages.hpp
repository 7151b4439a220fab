// runtime/provider/anthropic_messages.hpp
//
// Anthropic's Messages API (version 2023-06-01).
#pragma once

#include "formats/node.hpp"
#include "runtime/provider/stream_json.hpp"
#include "runtime/provider/wire.hpp"

namespace kopi {

class AnthropicMessages final : public WireCodec {
 public:
  std::string_view path() const override { return "/messages"; }
  std::string body(const ChatRequest& request) const override;
  Result<void> feed(const SseEvent& event, std::vector<StreamEvent>& out) override;
  Result<void> feed_whole(std::string_view json, std::vector<StreamEvent>& out) override;
  /// Why it ended says that it did: not every gateway sends the last event.
  bool is_complete() const override { return stopped_ || !reason_.empty(); }
  bool is_over() const override { return stopped_; }
  void finish(std::vector<StreamEvent>& out) override;

 private:
  void take_block(const Node& block, std::vector<StreamEvent>& out);
  void take_usage(const Node* usage);
  void close(std::string reason, std::vector<StreamEvent>& out);

  SurrogateJoiner text_;
  SurrogateJoiner reasoning_;
  TokenUsage usage_;
  std::optional<std::int64_t> uncached_, cache_written_;
  std::string reason_;
  bool stopped_ = false;
};

}  // namespace kopi
