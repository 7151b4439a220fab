#include "model/source_ref.hpp"

#include <algorithm>
#include <charconv>

#include "base/rel_path.hpp"
#include "base/text.hpp"
#include "base/unicode.hpp"

namespace kopi {
namespace {

struct Parts {
  std::string scheme;     ///< lower case; "" for the scp-like form
  std::string user_info;  ///< "user" or "user:password"
  std::string host;       ///< with ":port"
  std::string path;       ///< without the leading '/'
};

bool names_no_repository(const Parts& parts) {
  return parts.host.empty() || parts.host.starts_with(':') || parts.path.find_first_not_of('/') == std::string::npos;
}

bool is_web(const Parts& parts) { return parts.scheme == "http" || parts.scheme == "https"; }

std::string without_query(std::string_view url) {
  const auto query = url.find('?');
  return query == std::string_view::npos ? std::string(url) : std::string(url.substr(0, query)) + "?…";
}

// Where the host of user@host:path ends; an IPv6 host stands in brackets.
std::size_t host_end(std::string_view text) {
  const auto open = text.find('[');
  const bool at_host = open == 0 || (open != std::string_view::npos && text[open - 1] == '@');
  const auto close = at_host ? text.find(']', open) : std::string_view::npos;
  return text.find(':', close == std::string_view::npos ? 0 : close);
}

Parts parts_of(const std::string& url) {
  Parts parts;
  std::string rest = url;
  if (const auto scheme_end = url.find("://"); scheme_end != std::string::npos) {
    parts.scheme = to_lower_ascii(url.substr(0, scheme_end));
    rest = url.substr(scheme_end + 3);
    const auto slash = std::min(rest.find('/'), rest.size());
    parts.host = rest.substr(0, slash);
    parts.path = rest.substr(std::min(slash + 1, rest.size()));
  } else {
    const auto colon = host_end(rest);
    parts.host = rest.substr(0, colon);
    parts.path = rest.substr(std::min(colon, rest.size() - 1) + 1);
  }
  if (const auto at = parts.host.rfind('@'); at != std::string::npos) {
    parts.user_info = parts.host.substr(0, at);
    parts.host.erase(0, at + 1);
  }
  return parts;
}

bool is_path(std::string_view text) {
  return text.starts_with('/') || text.starts_with("./") || text.starts_with("../") || text.starts_with('~') || text == "." || text == "..";
}

// host.tld/path or host.tld:8443/path: a dot in the host tells it from publisher/name.
bool is_host_shorthand(std::string_view text) {
  const auto slash = text.find('/');
  if (slash == std::string_view::npos || slash == 0) return false;
  std::string_view host = text.substr(0, slash);
  if (const auto colon = host.find(':'); colon != std::string_view::npos) {
    if (!parse_integer(host.substr(colon + 1))) return false;
    host = host.substr(0, colon);
  }
  return host == "localhost" || (host.find('.') != std::string_view::npos && host.front() != '.' && host.back() != '.');
}

bool is_scp_like(std::string_view text) {
  const auto colon = host_end(text);
  const auto slash = text.find('/');
  // name::address would be one of git's remote helpers, which run programs.
  return colon != std::string_view::npos && colon > 0 && (slash == std::string_view::npos || colon < slash) &&
         text.substr(colon, 2) != "::";
}

constexpr std::string_view k_registry = "registry:";

// publisher/name or publisher/name@range; whether there is such an entry is the registry's to say.
bool is_registry_id(std::string_view text) {
  const auto is_word = [](std::string_view part) {
    constexpr std::string_view inside = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
    return !part.empty() && part.front() != '.' && part.front() != '-' && part.find_first_not_of(inside) == std::string_view::npos;
  };
  const auto parts = split(text.substr(0, text.find('@')), '/');
  return parts.size() == 2 && is_word(parts[0]) && is_word(parts[1]);
}

std::string expand_path(std::string_view text, const SourceContext& context) {
  std::string path(text);
  if (text == "~" || text.starts_with("~/")) path = context.home + std::string(text.substr(1));
  if (!path.starts_with('/')) path = context.working_directory + "/" + path;
  std::vector<std::string_view> kept;
  for (const std::string_view part : split(path, '/')) {
    if (part.empty() || part == ".") continue;
    if (part != "..") {
      kept.push_back(part);
    } else if (!kept.empty()) {
      kept.pop_back();
    }
  }
  std::string absolute;
  for (const std::string_view part : kept) (absolute += '/') += part;
  return absolute.empty() ? "/" : absolute;
}

// RFC 3986, section 2.1. A '%' that starts no escape is itself, as git takes it.
std::string percent_decoded(std::string_view text) {
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    unsigned value = 0;
    const bool escape = text[i] == '%' && i + 2 < text.size() &&
                        std::from_chars(text.data() + i + 1, text.data() + i + 3, value, 16).ptr == text.data() + i + 3;
    decoded += escape ? static_cast<char>(value) : text[i];
    if (escape) i += 2;
  }
  return decoded;
}

Result<void> take_fragment(std::string_view fragment, SourceRef& source) {
  for (const std::string_view piece : split(fragment, '&')) {
    if (piece.starts_with("subdirectory=")) {
      source.subdirectory = piece.substr(13);
    } else if (!piece.empty() && !source.ref) {
      source.ref = std::string(piece);
    } else if (!piece.empty()) {
      return error(Code::source, "'{}' is not understood behind '#'; use #ref&subdirectory=path", piece);
    }
  }
  return {};
}

Result<void> check_subdirectory(SourceRef& source) {
  // Trimmed as the source itself is, so that what is shown reads back as the same.
  std::string_view path = trim(source.subdirectory);
  while (path.ends_with('/')) path = trim(path.substr(0, path.size() - 1));
  while (path.starts_with("./")) path = trim(path.substr(2));
  source.subdirectory = std::string(path);
  if (source.subdirectory.empty() || source.subdirectory == ".") {
    source.subdirectory.clear();
    return {};
  }
  KOPI_CHECK(RelPath::parse(source.subdirectory));
  if (source.subdirectory.find_first_of("#&") != std::string::npos) {
    return error(Code::source, "the directory '{}' can't be written in a source: '#' and '&' separate its parts", source.subdirectory);
  }
  return {};
}

Result<void> check_ref(SourceRef& source) {
  if (source.ref == "HEAD") source.ref.reset();  // what a source means without a ref
  if (!source.ref) return {};
  const std::string& ref = *source.ref;
  // The characters that git itself allows in no ref (git-check-ref-format(1)); a leading '-' would read as an option.
  const bool bad = ref.starts_with('-') || ref.find_first_of(" ~^:?*[\\") != std::string::npos || ref.find("..") != std::string::npos ||
                   has_control_characters(ref) || ref.ends_with('/') || ref.starts_with('/') || ref.empty();
  if (bad) return error(Code::source, "'{}' is not the name of a tag, branch or commit", ref);
  if (ref.find_first_of("#&") != std::string::npos)
    return error(Code::source, "the ref '{}' can't be written in a source: '#' and '&' separate its parts", ref);
  return {};
}

// What nobody understands may hold a password all the same: what stands like one in front of a host is left out, and a URL's query.
std::string without_login(std::string_view text) {
  const auto scheme = text.find("://");
  const std::size_t begin = scheme == std::string_view::npos ? 0 : scheme + 3;
  const auto end = text.rfind('@');
  std::string kept(text);
  if (end != std::string_view::npos && end >= begin && text.substr(begin, end - begin).find(':') != std::string_view::npos) {
    kept.erase(begin, end + 1 - begin);
  }
  return scheme == std::string_view::npos ? kept : without_query(kept);
}

Error not_a_source(std::string_view text) {
  return with_hint(error(Code::source, "cannot understand the source '{}'", without_login(text)),
                   "write a git URL, github.com/owner/repository, or a directory as ./path");
}

Error password_without_scheme() {
  return with_hint(error(Code::source, "this is no source: a user and password stand in front of a host only in a URL"),
                   "write https:// in front of it");
}

Result<void> take_registry_id(std::string_view id, std::string_view text, SourceRef& source) {
  if (!is_registry_id(id)) return not_a_source(text);
  source.kind = SourceRef::Kind::registry;
  source.location = std::string(id);
  return {};
}

Result<void> take_file_url(std::string_view path, std::string_view text, const SourceContext& context, SourceRef& source) {
  if (path.starts_with("localhost/")) path.remove_prefix(9);
  if (!path.starts_with('/')) return error(Code::source, "'{}' does not name an absolute path", without_login(text));
  const std::string decoded = percent_decoded(path);
  if (has_control_characters(decoded)) return not_a_source(text);
  source.kind = SourceRef::Kind::path;
  source.location = expand_path(decoded, context);
  source.is_file_url = true;
  return {};
}

Result<void> take_location(std::string_view text, const SourceContext& context, SourceRef& source) {
  if (text.empty() || has_control_characters(text)) return not_a_source(text);
  if (is_path(text)) {
    source.kind = SourceRef::Kind::path;
    source.location = expand_path(text, context);
    return {};
  }
  if (text.starts_with(k_registry)) return take_registry_id(text.substr(k_registry.size()), text, source);
  if (const auto scheme_end = text.find("://"); scheme_end != std::string_view::npos) {
    const std::string scheme = to_lower_ascii(text.substr(0, scheme_end));
    if (scheme == "file") return take_file_url(text.substr(scheme_end + 3), text, context, source);
    if (scheme != "https" && scheme != "http" && scheme != "ssh" && scheme != "git") {
      return error(Code::source, "kopi does not fetch from {}:// URLs", scheme);
    }
    source.location = scheme + std::string(text.substr(scheme_end));
    if (names_no_repository(parts_of(source.location))) return not_a_source(source.shown_location());
    return {};
  }
  if (is_host_shorthand(text)) {
    source.location = "https://" + std::string(text);
    if (names_no_repository(parts_of(source.location))) return not_a_source(text);
    return {};
  }
  if (is_scp_like(text)) {
    source.location = std::string(text);
    const Parts parts = parts_of(source.location);
    // user:password@host/path without its scheme: not a word of it is repeated.
    if (std::string_view(parts.path).substr(0, parts.path.find('/')).find('@') != std::string_view::npos) return password_without_scheme();
    if (parts.user_info.find_first_of(":@[]") != std::string::npos) return password_without_scheme();
    // C:\bot is a path of another system, a host that starts with '-' would be an option of ssh's; without the user that '@'
    // promises, @registry:a/b would be shown as something else.
    const bool is_host = !names_no_repository(parts) && !parts.host.starts_with('-') && !text.starts_with('@');
    if (!is_host || parts.path.starts_with('\\')) return not_a_source(text);
    return {};
  }
  return take_registry_id(text, text, source);
}

// What a browser shows of a directory in a repository is the address that people copy; git knows nothing of it.
Result<void> refuse_web_page(const SourceRef& source) {
  if (source.kind != SourceRef::Kind::git) return {};
  Parts parts = parts_of(source.location);
  if (!is_web(parts)) return {};
  parts.path.resize(std::min(parts.path.find('?'), parts.path.size()));
  for (const std::string_view marker : {"/-/tree/", "/-/blob/", "/tree/", "/blob/", "/src/branch/", "/src/tag/"}) {
    const auto at = parts.path.find(marker);
    const bool behind_owner_and_name =
        at != std::string::npos && std::count(parts.path.begin(), parts.path.begin() + static_cast<std::ptrdiff_t>(at), '/') > 0;
    const bool is_githubs = marker != "/tree/" && marker != "/blob/" ? true : to_lower_ascii(parts.host) == "github.com";
    if (!behind_owner_and_name || !is_githubs) continue;
    const std::string rest = parts.path.substr(at + marker.size());
    const auto slash = std::min(rest.find('/'), rest.size());
    std::string meant = fmt::format("{}/{}#{}", parts.host, parts.path.substr(0, at), rest.substr(0, slash));
    if (slash + 1 < rest.size()) meant += "&subdirectory=" + rest.substr(slash + 1);
    return with_hint(error(Code::source, "{} is a page of a web site, not a repository", source.shown_location()),
                     "kopi install " + shell_quote(meant));
  }
  return {};
}

}  // namespace

Result<SourceRef> parse_source(std::string_view text, const std::optional<std::string>& subdirectory, const SourceContext& context) {
  SourceRef source;
  text = trim(text);
  const auto hash = text.rfind('#');
  if (hash != std::string_view::npos) {
    KOPI_CHECK(take_fragment(text.substr(hash + 1), source));
    text = text.substr(0, hash);
  }
  KOPI_CHECK(take_location(text, context, source));
  KOPI_CHECK(refuse_web_page(source));
  while (source.kind == SourceRef::Kind::git && source.location.ends_with('/')) source.location.pop_back();
  if (subdirectory) {
    SourceRef given = source;
    given.subdirectory = *subdirectory;
    KOPI_CHECK(check_subdirectory(given).while_doing("reading --subdir"));
    KOPI_CHECK(check_subdirectory(source));
    if (!source.subdirectory.empty() && source.subdirectory != given.subdirectory) {
      return error(Code::usage, "--subdir {} contradicts the source's subdirectory={}", *subdirectory, source.subdirectory);
    }
    source.subdirectory = given.subdirectory;
  }
  KOPI_CHECK(check_subdirectory(source).while_doing("reading the source's subdirectory"));
  KOPI_CHECK(check_ref(source));
  return source;
}

Result<SourceRef> with_ref(SourceRef source, std::string ref) {
  source.ref = std::move(ref);
  KOPI_CHECK(check_ref(source));
  return source;
}

namespace {

std::string recorded_location(const SourceRef& source) {
  const std::string& location = source.location;
  if (source.is_file_url) return "file://" + replace_all(location, "%", "%25");
  if (source.kind == SourceRef::Kind::registry) {
    const bool like_another =
        is_path(location) || location.find("://") != std::string::npos || is_host_shorthand(location) || is_scp_like(location);
    return like_another ? std::string(k_registry) + location : location;
  }
  if (source.kind != SourceRef::Kind::git) return location;
  const Parts parts = parts_of(location);
  std::string user = parts.user_info.substr(0, parts.user_info.find(':'));
  if (is_web(parts)) user.clear();
  if (!user.empty()) user += '@';
  if (parts.scheme.empty()) return user + parts.host + ":" + parts.path;
  return parts.scheme + "://" + user + parts.host + (parts.path.empty() ? "" : "/" + parts.path);
}

std::string with_fragment(std::string text, const SourceRef& source) {
  if (source.ref) text += "#" + *source.ref;
  if (!source.subdirectory.empty()) text += (source.ref ? "&" : "#") + ("subdirectory=" + source.subdirectory);
  // The last '#' counts: a directory whose name holds one needs another behind it. It also keeps a blank at the end.
  if (!source.ref && source.subdirectory.empty() && (text.find('#') != std::string::npos || trim(text) != text)) text += '#';
  return text;
}

}  // namespace

std::string SourceRef::recorded() const { return with_fragment(recorded_location(*this), *this); }
std::string SourceRef::shown() const { return with_fragment(shown_location(), *this); }

std::string SourceRef::shown_location() const {
  const std::string text = recorded_location(*this);
  return kind == Kind::git && is_web(parts_of(location)) ? without_query(text) : text;
}

std::string SourceRef::identity() const {
  const std::string below = subdirectory.empty() ? "" : "/" + subdirectory;
  if (kind == Kind::path) return "file:" + location + below;
  if (kind == Kind::registry) return "registry:" + location.substr(0, location.find('@'));
  Parts parts = parts_of(location);
  static constexpr std::pair<std::string_view, std::string_view> default_ports[] = {
      {"https", ":443"}, {"http", ":80"}, {"ssh", ":22"}, {"git", ":9418"}};
  for (const auto& [scheme, port] : default_ports) {
    if (parts.scheme == scheme && parts.host.ends_with(port)) parts.host.resize(parts.host.size() - port.size());
  }
  std::string path = parts.path;
  while (path.starts_with('/')) path.erase(0, 1);
  while (path.ends_with('/')) path.pop_back();
  std::string whole = to_lower_ascii(parts.host + "/" + path);
  if (whole.ends_with(".git")) whole.resize(whole.size() - 4);
  return whole + below;
}

}  // namespace kopi
