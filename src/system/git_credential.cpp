// git-credential(1): the user's own helpers, asked through git, because only git knows how they are configured.
#include "base/text.hpp"
#include "system/git_context.hpp"
#include "system/process.hpp"

namespace kopi::detail {
namespace {

std::optional<std::string> description(const Url& url) {
  const std::string host = url.port == 0 ? url.host : fmt::format("{}:{}", url.host, url.port);
  const std::string path = url.path.starts_with('/') ? url.path.substr(1) : url.path;
  std::string text = fmt::format("protocol={}\nhost={}\npath={}\n", url.scheme, host, path);
  if (!url.user.empty()) text += fmt::format("username={}\n", url.user);
  // A line break inside a value would start another one (CVE-2020-5260).
  const std::size_t lines = url.user.empty() ? 3 : 4;
  if (split(text, '\n').size() != lines + 1 || text.find('\r') != std::string::npos) return std::nullopt;
  return text;
}

Command git_credential(const GitContext& context, std::string_view action) {
  Command command{{"git", "credential", std::string(action)}, *context.request.environment};
  if (!context.request.may_ask) {
    command.environment.set("GIT_TERMINAL_PROMPT", "0");
    command.environment.set("GIT_ASKPASS", "");
    command.environment.set("SSH_ASKPASS", "");
    command.environment.set("GCM_INTERACTIVE", "never");
  }
  return command;
}

}  // namespace

Result<std::optional<GitCredential>> find_git_credential(GitContext& context, const Url& url) {
  const auto text = description(url);
  if (!text) return std::optional<GitCredential>();
  if (context.request.reporter != nullptr)
    context.request.reporter->debug(fmt::format("asks git's credential helpers about {}", url.without_credentials()));
  const auto limit = context.request.may_ask ? std::chrono::minutes(5) : std::chrono::minutes(1);
  auto finished = run_command(git_credential(context, "fill"), *text + "\n", limit, context.request.interrupt);
  if (!finished) {
    if (finished.error().code == Code::not_found) return std::optional<GitCredential>();  // no git here: no helpers
    return std::move(finished).error();
  }
  if (finished->status != 0) return std::optional<GitCredential>();
  GitCredential credential;
  for (const std::string_view line : split_lines(finished->output)) {
    if (line.starts_with("username=")) credential.user = line.substr(9);
    if (line.starts_with("password=")) credential.password = Secret(std::string(line.substr(9)));
  }
  Secret wipe(std::move(finished->output));
  if (credential.password.empty()) return std::optional<GitCredential>();
  return std::optional<GitCredential>(std::move(credential));
}

void report_git_credential(GitContext& context, const Url& url, const GitCredential& credential, bool worked) {
  Url described{url.scheme, credential.user, Secret(), url.host, url.port, url.path};
  const auto text = description(described);
  if (!text) return;
  const Secret input(fmt::format("{}password={}\n\n", *text, credential.password.reveal()));
  // A helper that cannot store or forget is the user's to mend; the fetch itself went as it went.
  (void)run_command(git_credential(context, worked ? "approve" : "reject"), input.reveal(), std::chrono::seconds(10));
}

}  // namespace kopi::detail
