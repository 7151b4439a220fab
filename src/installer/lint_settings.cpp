#include <algorithm>
#include <functional>
#include <map>
#include <set>

#include "base/text.hpp"
#include "formats/dotenv.hpp"
#include "formats/json.hpp"
#include "formats/yaml.hpp"
#include "installer/lint_text.hpp"
#include "installer/lint_work.hpp"
#include "model/mcp.hpp"
#include "model/settings.hpp"

namespace kopi::detail {
namespace {

constexpr std::string_view k_config = "config.yaml";
constexpr std::string_view k_mcp = "mcp.json";

/// Every scalar below `node`, with its path.
using Visitor = std::function<void(const Node& scalar, const std::string& path)>;
void walk(const Node& node, const std::string& path, const Visitor& visit) {
  if (node.is_scalar()) return visit(node, path);
  std::size_t index = 0;
  for (const Node& item : node.items()) {
    walk(item, node.is(Node::Kind::mapping) ? fmt::format("{}.{}", path, item.key()) : fmt::format("{}[{}]", path, index++), visit);
  }
}

void read_documents(LintWork& work) {
  if (const LintFile* file = work.find(k_config); file != nullptr && file->taken && file->text) {
    auto document = parse_yaml(*file->text, k_config);
    if (!document) {
      work.add_error("config.unreadable", *file, document.error().message);
    } else if (!document->is_null() && !document->is(Node::Kind::mapping)) {
      work.add("config.unreadable", k_config, document->place(), "expected keys and values, found " + with_article(document->kind()));
    } else {
      work.config = *std::move(document);
      for (const Finding& finding : check_config(work.config, k_config)) work.add(finding);
    }
  }
  if (const LintFile* file = work.find(k_mcp); file != nullptr && file->taken && file->text) {
    auto document = parse_json(*file->text, k_mcp);
    if (!document) {
      work.add_error("mcp.unreadable", *file, document.error().message);
    } else if (!document->is(Node::Kind::mapping)) {
      work.add("mcp.unreadable", k_mcp, document->place(), "expected an object, found " + with_article(document->kind()));
    } else {
      work.mcp = *std::move(document);
    }
  }
  for (const Finding& finding : read_mcp_servers(work.mcp, work.config, k_mcp, k_config).findings) work.add(finding);
}

// ---- variables -------------------------------------------------------------------------------------------------------------

// Every process has these.
bool is_everybodys(std::string_view name) {
  constexpr std::string_view names[] = {
      "HOME",          "PATH",           "USER",      "LOGNAME",      "SHELL",      "PWD",      "TMPDIR",
      "LANG",          "TERM",           "TZ",        "EDITOR",       "PAGER",      "HOSTNAME", "XDG_CONFIG_HOME",
      "XDG_DATA_HOME", "XDG_CACHE_HOME", "KOPI_HOME", "KOPI_PROFILE", "HERMES_HOME"};
  return std::find(std::begin(names), std::end(names), name) != std::end(names);
}

struct Use {
  std::string_view file;
  Place place;
  std::string path;
  bool has_default = false;
};

std::map<std::string, Use> collect_uses(const LintWork& work) {
  std::map<std::string, Use> uses;
  const auto in = [&](const Node& document, std::string_view file) {
    walk(document, "$", [&](const Node& scalar, const std::string& path) {
      const std::string text = scalar.as_text();
      for (const std::string& name : variable_references(text))
        uses.try_emplace(name, Use{file, scalar.place(), path, text.find("${" + name + ":-") != std::string::npos});
      if (path.ends_with(".api_key_env") && !text.empty()) uses.try_emplace(text, Use{file, scalar.place(), path});
    });
  };
  in(work.config, k_config);
  in(work.mcp, k_mcp);
  return uses;
}

// As a word: OLD_TOKEN is not named by MY_OLD_TOKEN.
bool names_word(std::string_view text, std::string_view word) {
  const auto is_part = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_'; };
  for (auto at = text.find(word); at != std::string_view::npos; at = text.find(word, at + 1)) {
    const std::size_t end = at + word.size();
    if ((at == 0 || !is_part(text[at - 1])) && (end >= text.size() || !is_part(text[end]))) return true;
  }
  return false;
}

// The variable that the model's provider is known to read, whatever else names it.
bool is_model_key(const LintWork& work, std::string_view name) {
  if (name.ends_with("_BASE_URL")) return true;
  const auto model = model_setting(work.config);
  if (!model) return name.ends_with("_API_KEY") && work.find(k_config) == nullptr;
  std::string upper;
  for (const char c : model->provider) upper += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c == '-' ? '_' : c;
  return name == upper + "_API_KEY" || (upper == "GOOGLE" && name == "GEMINI_API_KEY");
}

void check_variables(LintWork& work) {
  if (!work.manifest) return;
  const auto& declared = work.manifest->env;
  for (const auto& [name, use] : collect_uses(work)) {
    if (is_everybodys(name) || std::any_of(declared.begin(), declared.end(), [&](const auto& v) { return v.name == name; })) continue;
    work.add("env.undeclared", use.file, use.place, fmt::format("{}: {} is not in env_requires, so nobody is asked for it", use.path, name),
             use.has_default ? std::optional(Severity::low) : std::nullopt);
  }
  const Node* list = work.manifest_document.find("env_requires");
  for (std::size_t i = 0; i < declared.size(); ++i) {
    const std::string& name = declared[i].name;
    const bool is_named = is_model_key(work, name) || std::any_of(work.files.begin(), work.files.end(), [&](const LintFile& file) {
                            const std::string_view file_name = file.path.str();
                            const bool is_a_list = file_name == "distribution.yaml" || to_lower_ascii(file_name).starts_with(".env.");
                            return file.taken && file.text && !is_a_list && names_word(*file.text, name);
                          });
    if (is_named || list == nullptr || i >= list->items().size()) continue;
    work.add("env.unused", "distribution.yaml", list->items()[i].place(),
             fmt::format("$.env_requires[{}]: nothing in the distribution names {}", i, name));
  }
}

// ---- servers ---------------------------------------------------------------------------------------------------------------

// "1.2.3", with whatever a version may have behind it; not "latest", "^1", "1.x".
bool is_exact_version(std::string_view version) {
  if (version.starts_with("==")) version.remove_prefix(2);
  if (version.starts_with('v')) version.remove_prefix(1);
  return !version.empty() && version.front() >= '0' && version.front() <= '9' &&
         version.find_first_of("*^~<>= |,") == std::string_view::npos && version.find(".x") == std::string_view::npos &&
         version.find('.') != std::string_view::npos;
}

// What stands behind the name of a package; "" when nothing does.
std::string_view npm_version(std::string_view package) {
  const auto at = package.find('@', 1);  // the first one may be a scope's
  return at == std::string_view::npos ? std::string_view() : package.substr(at + 1);
}
std::string_view python_version(std::string_view package) {
  auto at = package.find("==");
  if (at == std::string_view::npos) at = package.find('@');
  if (at == std::string_view::npos) return {};
  return package.substr(package[at] == '@' ? at + 1 : at);
}

bool is_commit(std::string_view text) { return text.size() >= 40 && text.find_first_not_of("0123456789abcdef") == std::string_view::npos; }

bool is_pinned_source(std::string_view package) {  // git+https://host/o/r@COMMIT, github:o/r#COMMIT
  const auto mark = package.find_last_of("@#");
  return mark != std::string_view::npos && is_commit(package.substr(mark + 1));
}

enum class Ecosystem { none, npm, python, image };

struct Runner {
  std::string_view command, first;  ///< "npm", "exec"; `first` may be ""
  Ecosystem ecosystem;
};
constexpr Runner k_runners[] = {
    {"npx", "", Ecosystem::npm},        {"bunx", "", Ecosystem::npm},        {"pnpx", "", Ecosystem::npm},
    {"npm", "exec", Ecosystem::npm},    {"npm", "x", Ecosystem::npm},        {"pnpm", "dlx", Ecosystem::npm},
    {"yarn", "dlx", Ecosystem::npm},    {"bun", "x", Ecosystem::npm},        {"uvx", "", Ecosystem::python},
    {"pipx", "run", Ecosystem::python}, {"docker", "run", Ecosystem::image}, {"podman", "run", Ecosystem::image}};

// Options of those commands that take the next word.
bool takes_value(Ecosystem ecosystem, std::string_view option) {
  constexpr std::string_view of_npm[] = {"--registry", "--cache", "-c", "--call", "--workspace", "-w"};
  constexpr std::string_view of_python[] = {"--python",          "-p",          "--with",     "--index-url", "--index",
                                            "--extra-index-url", "--directory", "--env-file", "--spec"};
  constexpr std::string_view of_image[] = {
      "-e",         "--env",      "-v",        "--volume",   "--mount",        "--name",       "-p",       "--publish", "--network",
      "--user",     "-u",         "-w",        "--workdir",  "--env-file",     "--entrypoint", "--memory", "-m",        "--cpus",
      "--platform", "--add-host", "--cap-add", "--cap-drop", "--security-opt", "--label",      "-l",       "-h",        "--hostname",
      "--pull",     "--tmpfs",    "--device",  "--gpus"};
  const auto has = [&](const auto& list) { return std::find(std::begin(list), std::end(list), option) != std::end(list); };
  return ecosystem == Ecosystem::npm ? has(of_npm) : ecosystem == Ecosystem::python ? has(of_python) : has(of_image);
}

std::string floating_npm(std::string_view package) {
  if (package.starts_with("./") || package.starts_with("/") || package.starts_with("../") || is_pinned_source(package)) return {};
  if (package.find("://") != std::string_view::npos || package.starts_with("github:")) return "names a repository without a commit";
  const auto version = npm_version(package);
  if (version.empty()) return "has no version";
  return is_exact_version(version) ? std::string() : fmt::format("has '{}' for a version, which is not one alone", version);
}

std::string floating_python(std::string_view package) {
  if (package.starts_with("./") || package.starts_with("/") || package.starts_with("../") || is_pinned_source(package)) return {};
  if (package.find("://") != std::string_view::npos) return "names a repository without a commit";
  const auto version = python_version(package);
  if (version.empty()) return package.find_first_of("<>~!") == std::string_view::npos ? "has no version" : "has a range for a version";
  return is_exact_version(version) ? std::string() : fmt::format("has '{}' for a version, which is not one alone", version);
}

std::string floating_image(std::string_view image) {
  if (image.find("@sha256:") != std::string_view::npos) return {};
  const auto slash = image.rfind('/');
  const std::string_view name = slash == std::string_view::npos ? image : image.substr(slash + 1);
  const auto colon = name.find(':');
  if (colon == std::string_view::npos) return "is an image without a tag, which is its newest one";
  return name.substr(colon + 1) == "latest" ? "is an image's newest one" : "";
}

std::string floating(Ecosystem ecosystem, std::string_view package) {
  switch (ecosystem) {
    case Ecosystem::npm: return floating_npm(package);
    case Ecosystem::python: return floating_python(package);
    case Ecosystem::image: return floating_image(package);
    case Ecosystem::none: break;
  }
  return {};
}

std::string base_name(std::string_view command) {
  const auto slash = command.find_last_of("/\\");
  std::string name = to_lower_ascii(slash == std::string_view::npos ? command : command.substr(slash + 1));
  for (const std::string_view end : {".cmd", ".exe"}) {
    if (name.ends_with(end)) name.resize(name.size() - end.size());
  }
  return name;
}

class ServerCheck {
 public:
  ServerCheck(LintWork& work, std::string_view file, std::string path) : work_(work), file_(file), path_(std::move(path)) {}

  void run(const Node& server) {
    const Node* command = server.find("command");
    const Node* url = server.find("url");
    if (url != nullptr && url->is_scalar()) check_url(*url);
    if (command == nullptr || !command->is_scalar()) return;
    const Node* arguments = server.find("args");
    static const std::vector<Node> none;
    const auto& words = arguments != nullptr && arguments->is(Node::Kind::sequence) ? arguments->items() : none;
    check_command(*command, words);
    check_place(*command, "command");
    for (std::size_t i = 0; i < words.size(); ++i) check_place(words[i], fmt::format("args[{}]", i));
    if (const Node* directory = server.find("cwd")) check_place(*directory, "cwd");
  }

 private:
  void check_url(const Node& url) {
    const std::string text = to_lower_ascii(url.as_text());
    if (!text.starts_with("http://")) return;
    std::string_view host = std::string_view(text).substr(7);
    host = host.substr(0, host.find_first_of("/?#"));
    for (const std::string_view local : {"localhost", "127.", "[::1]", "${"}) {
      if (host.starts_with(local)) return;
    }
    work_.add("mcp.plain-http", file_, url.place(), fmt::format("{}.url: {} is talked to without encryption", path_, host));
  }

  // A path that this machine has, and another need not have. Homes of people are told of wherever they stand (path.machine).
  void check_place(const Node& word, std::string_view where) {
    if (!word.is(Node::Kind::string)) return;
    const std::string text = word.as_text();
    const bool is_absolute = (text.starts_with('/') && !text.starts_with("//")) || text.starts_with("~/");
    if (!is_absolute || is_common_place(text) || !find_machine_paths(text).empty()) return;
    work_.add("path.absolute", file_, word.place(), fmt::format("{}.{}: '{}' need not be there on another machine", path_, where, text), {},
              text);
  }

  static bool is_common_place(std::string_view path) {
    constexpr std::string_view common[] = {"/bin/", "/sbin/", "/usr/bin/", "/usr/sbin/", "/usr/local/bin/",
                                           "/tmp",  "/dev/",  "/etc/",     "/proc/"};
    return path == "/" ||
           std::any_of(std::begin(common), std::end(common), [&](std::string_view place) { return path.starts_with(place); });
  }

  void check_command(const Node& command, const std::vector<Node>& arguments) {
    const std::string name = base_name(command.as_text());
    std::size_t first = 0;
    Ecosystem ecosystem = Ecosystem::none;
    for (const Runner& runner : k_runners) {
      if (runner.command != name) continue;
      if (!runner.first.empty() && (arguments.empty() || arguments.front().as_text() != runner.first)) continue;
      ecosystem = runner.ecosystem;
      first = runner.first.empty() ? 0 : 1;
    }
    const bool is_uv_tool = name == "uv" && arguments.size() > 2 && arguments[0].as_text() == "tool" && arguments[1].as_text() == "run";
    if (is_uv_tool) {
      ecosystem = Ecosystem::python;
      first = 2;
    }
    if (ecosystem != Ecosystem::none) check_package(ecosystem, arguments, first);
  }

  // The package is what an option names, else the first word that is no option.
  void check_package(Ecosystem ecosystem, const std::vector<Node>& arguments, std::size_t first) {
    for (std::size_t i = first; i < arguments.size(); ++i) {
      const std::string word = arguments[i].is_scalar() ? arguments[i].as_text() : "";
      const bool names_package = (ecosystem == Ecosystem::npm && (word == "--package" || word == "-p")) ||
                                 (ecosystem == Ecosystem::python && (word == "--from" || word == "--spec"));
      if (names_package && i + 1 < arguments.size()) return judge(ecosystem, arguments[i + 1], i + 1, arguments[i + 1].as_text());
      for (const std::string_view option : {"--package=", "--from="}) {
        if (word.starts_with(option)) return judge(ecosystem, arguments[i], i, std::string_view(word).substr(option.size()));
      }
      if (word.starts_with('-')) {
        if (takes_value(ecosystem, word)) ++i;
        continue;
      }
      return judge(ecosystem, arguments[i], i, word);
    }
  }

  void judge(Ecosystem ecosystem, const Node& argument, std::size_t index, std::string_view package) {
    if (package.empty() || package.find("${") != std::string_view::npos) return;
    const std::string problem = floating(ecosystem, package);
    if (problem.empty()) return;
    work_.add("mcp.floating-package", file_, argument.place(), fmt::format("{}.args[{}]: '{}' {}", path_, index, package, problem), {},
              std::string(package));
  }

  LintWork& work_;
  std::string_view file_;
  std::string path_;
};

void check_servers(LintWork& work, const Node& document, std::string_view file) {
  for (const std::string_view key : {"mcp_servers", "mcpServers"}) {
    const Node* table = document.find(key);
    if (table == nullptr || !table->is(Node::Kind::mapping)) continue;
    for (const Node& server : table->items()) {
      if (server.is(Node::Kind::mapping)) ServerCheck(work, file, fmt::format("$.{}.{}", key, server.key())).run(server);
    }
  }
}

// ---- values that should be variables ---------------------------------------------------------------------------------------

std::string_view without_scheme(std::string_view value) {
  for (const std::string_view scheme : {"Bearer ", "bearer ", "Basic ", "Token ", "token "}) {
    if (value.starts_with(scheme)) return trim(value.substr(scheme.size()));
  }
  return value;
}

void check_literals(LintWork& work, const Node& document, std::string_view file) {
  walk(document, "$", [&](const Node& scalar, const std::string& path) {
    if (!scalar.is(Node::Kind::string)) return;
    const auto dot = path.rfind('.');
    const std::string_view key = std::string_view(path).substr(dot == std::string::npos ? 0 : dot + 1);
    const std::string text = scalar.as_text();
    const std::string_view value = without_scheme(text);
    const bool is_value = value.size() >= 8 && value.find(' ') == std::string_view::npos && !is_placeholder(value);
    if (!names_secret(key) || !is_value || !find_secrets(text).empty()) return;
    work.add("secret.literal", file, scalar.place(),
             fmt::format("{}: a secret stands here; write ${{NAME}} and ask for it in env_requires", path));
  });
}

// An example says what belongs there, not what the author has there.
void check_example(LintWork& work) {
  for (const LintFile& file : work.files) {
    const std::string name = to_lower_ascii(file.path.str());
    if ((name != ".env.example" && name != ".env.template") || !file.text) continue;
    for (const DotenvEntry& entry : parse_dotenv(*file.text, file.path.str()).entries) {
      const std::string_view value = entry.value.reveal();
      if (!names_secret(entry.name) || value.size() < 8 || is_placeholder(value) || !find_secrets(value).empty()) continue;
      work.add("secret.literal", file.path.str(), {entry.line, 0},
               fmt::format("{} has a value that could be a real one; leave it empty", entry.name));
    }
  }
}

}  // namespace

void lint_settings(LintWork& work) {
  read_documents(work);
  check_servers(work, work.config, k_config);
  check_servers(work, work.mcp, k_mcp);
  check_literals(work, work.config, k_config);
  check_literals(work, work.mcp, k_mcp);
  check_example(work);
  check_variables(work);
}

}  // namespace kopi::detail
