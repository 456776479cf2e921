// SPDX-License-Identifier: Apache-2.0
#include "remote/address.hpp"

#include <sys/un.h>

#include <charconv>

#include <fmt/format.h>

#include "eddy/error.hpp"

namespace eddy::remote {
namespace {

constexpr std::size_t LongestPath = sizeof(sockaddr_un::sun_path) - 1;

Address unix_address(const std::string& uri, std::string path) {
  if (path.empty()) throw UsageError(fmt::format("address \"{}\": no path; expected unix://PATH", uri));
  if (path.size() > LongestPath)
    throw UsageError(fmt::format("address \"{}\": a socket's path may have {} bytes, this one has {}", uri, LongestPath,
                                 path.size()));
  return {.path = std::move(path), .host = {}, .port = 0};
}

Address tcp_address(const std::string& uri, const std::string& place) {
  const auto colon = place.rfind(':');
  std::string host = place.substr(0, colon);
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') host = host.substr(1, host.size() - 2);
  std::uint16_t port = 0;
  const char* end = place.data() + place.size();
  const char* first = colon == std::string::npos ? end : place.data() + colon + 1;
  const auto [last, error] = std::from_chars(first, end, port);
  if (host.empty() || first == end || last != end || error != std::errc{})
    throw UsageError(fmt::format("address \"{}\": expected tcp://HOST:PORT with a port up to 65535", uri));
  return {.path = {}, .host = std::move(host), .port = port};
}

}  // namespace

std::string Address::text() const {
  if (local()) return "unix://" + path;
  const bool v6 = host.find(':') != std::string::npos;
  return fmt::format("tcp://{}:{}", v6 ? "[" + host + "]" : host, port);
}

Address parse_address(const std::string& uri) {
  const std::string tcp = "tcp://", local = "unix://";
  if (uri.starts_with(tcp)) return tcp_address(uri, uri.substr(tcp.size()));
  if (uri.starts_with(local)) return unix_address(uri, uri.substr(local.size()));
  throw UsageError(fmt::format("address \"{}\": expected tcp://HOST:PORT or unix://PATH", uri));
}

}  // namespace eddy::remote
