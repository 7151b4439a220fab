// system/http_report.hpp   (inside system only)
//
// Tells a reporter of each request, for somebody who looks for a fault.
#pragma once

#include <memory>

#include "base/reporter.hpp"
#include "system/http.hpp"

namespace kopi::detail {

/// `client`, and one line of Reporter::debug a request: method, URL, status or failure, time to the status line. A query may hold a
/// key and is not shown; neither are headers and bodies. `reporter` outlives what is returned.
std::unique_ptr<HttpTransport> report_requests(std::unique_ptr<HttpTransport> client, Reporter& reporter);

}  // namespace kopi::detail
