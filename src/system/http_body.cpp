#include "base/text.hpp"
#include "system/http.hpp"

namespace kopi {

Task<Result<std::string>> read_body(HttpResponse& response, std::size_t max_bytes) {
  std::string body;
  for (;;) {
    KOPI_CO_TRY(auto piece, co_await response.read());
    if (!piece) co_return body;
    body += *piece;
    if (body.size() > max_bytes) co_return error(Code::limit, "the answer is larger than {}", human_bytes(max_bytes));
  }
}

}  // namespace kopi
