// formats/node.hpp
//
// A document as a value: what YAML and JSON have in common (YAML 1.2's JSON schema). Every node that was read knows where
// it stood, so that a complaint can name file, line and key. A mapping is a list of nodes that carry a key; it keeps their
// order, and the keys are unique.
#pragma once

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace kopi {

struct Place {
  int line = 0;    ///< from 1; 0 for a node that was not read
  int column = 0;  ///< from 1, in characters
};

class Node {
 public:
  enum class Kind : std::uint8_t { null, boolean, integer, real, string, sequence, mapping };

  Node();
  // Out of line: nearly every file moves nodes about, and none of them should compile how.
  Node(const Node& other);
  Node(Node&& other) noexcept;
  Node& operator=(const Node& other);
  Node& operator=(Node&& other) noexcept;
  ~Node();
  Node(bool value);                                                                    // NOLINT: literals become nodes, here and below
  Node(std::integral auto value) : Node(Integer{static_cast<std::int64_t>(value)}) {}  // NOLINT
  Node(double value);                                                                  // NOLINT
  Node(std::string value);                                                             // NOLINT
  Node(std::string_view value);                                                        // NOLINT
  Node(const char* value);                                                             // NOLINT
  template <class T>
  Node(const std::optional<T>& value) : Node(value ? Node(*value) : Node()) {}  // NOLINT
  static Node sequence(std::vector<Node> items = {});
  static Node mapping(std::initializer_list<std::pair<std::string_view, Node>> members = {});
  static Node strings(const std::vector<std::string>& items);
  /// A scalar as a YAML file writes it: `text` without quotes; a plain one is resolved by YAML 1.2's core schema.
  static Node scalar(std::string text, bool plain);

  Kind kind() const { return kind_; }
  bool is(Kind kind) const { return kind_ == kind; }
  bool is_null() const { return kind_ == Kind::null; }
  bool is_scalar() const { return kind_ != Kind::sequence && kind_ != Kind::mapping; }

  /// The text of a scalar as it was written (an unquoted 1.10 stays "1.10"), or as JSON would print it.
  std::string as_text() const;
  /// A string scalar; numbers and booleans are not taken for strings.
  std::optional<std::string> as_string() const;
  std::optional<std::int64_t> as_integer() const;
  std::optional<double> as_real() const;
  /// A boolean; also YAML 1.1's plain yes/no/on/off, which today's authors still mean as such.
  std::optional<bool> as_bool() const;

  /// What a list or a mapping holds, in order; a mapping's each with its key().
  const std::vector<Node>& items() const& { return items_; }
  std::vector<Node>& items() & { return items_; }
  void items() const&& = delete;  // `for (... : make().items())` would walk over what is gone
  const std::string& key() const { return key_; }
  /// The member's value, or null when this is no mapping or has no such key.
  const Node* find(std::string_view key) const;
  Node* find(std::string_view key);
  Node& push(Node item);
  /// Adds or replaces a member.
  Node& set(std::string_view key, Node value);
  void erase(std::string_view key);

  Place place() const { return place_; }
  Place key_place() const { return key_place_; }
  void set_place(Place place) { place_ = place; }
  void set_key(std::string key, Place place) {
    key_ = std::move(key);
    key_place_ = place;
  }

  /// Equal data: places, quoting and the spelling of numbers do not matter; the order of keys does not either.
  bool operator==(const Node& other) const;

 private:
  struct Integer {
    std::int64_t value;
  };
  explicit Node(Integer value);

  Kind kind_ = Kind::null;
  bool boolean_ = false;
  bool plain_ = false;  ///< was written without quotes
  std::int64_t integer_ = 0;
  double real_ = 0;
  std::string text_;  ///< a string's value, or a number's spelling where it was read
  std::vector<Node> items_;
  std::string key_;
  Place place_;
  Place key_place_;
};

std::string_view name(Node::Kind kind);
/// With its article, for messages: "a list", "an integer".
std::string with_article(Node::Kind kind);

}  // namespace kopi
