// base/secret.hpp
//
// A value that must not be seen: it cannot be formatted, compared or copied by accident, and its memory is wiped when it
// goes. The one way to the text is reveal(), which is easy to search for.
#pragma once

#include <string>
#include <string_view>
#include <utility>

namespace kopi {

class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string text) : text_(std::move(text)) {}
  Secret(const Secret&) = delete;
  Secret& operator=(const Secret&) = delete;
  Secret(Secret&& other) noexcept { take(other); }
  Secret& operator=(Secret&& other) noexcept {
    if (this != &other) {
      wipe();
      take(other);
    }
    return *this;
  }
  ~Secret() { wipe(); }

  bool empty() const { return text_.empty(); }
  std::string_view reveal() const { return text_; }
  Secret clone() const { return Secret(text_); }

 private:
  void take(Secret& other) {
    text_ = other.text_;  // a move would leave short texts behind, unwiped, in the string's inline buffer
    other.wipe();
  }
  void wipe() {
    volatile char* bytes = text_.data();
    for (std::size_t i = 0; i < text_.size(); ++i) bytes[i] = 0;
    text_.clear();
  }
  std::string text_;
};

}  // namespace kopi
