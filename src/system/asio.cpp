// Asio's own code, compiled once (BOOST_ASIO_SEPARATE_COMPILATION) instead of into every file that uses it.
#include <utility>

#include <boost/asio/impl/src.hpp>
