#include <algorithm>

#include "installer/lint.hpp"

namespace kopi {
namespace {

using enum Severity;

constexpr LintRule k_rules[] = {
    // What an install refuses
    {"manifest.missing", high, "There is no distribution.yaml at the root, so this is no distribution.", "a directory with SOUL.md alone"},
    {"manifest.invalid", high, "The manifest can't be read, or a key can't mean anything.", "env_requires: yes"},
    {"manifest.name", high, "The name can't be a profile's: an install without --name fails.", "name: Release Bot"},
    {"manifest.requires", high, "This kopi is outside of kopi_requires, so it could not install it.", "kopi_requires: \">=9\""},
    {"config.unreadable", high, "config.yaml can't be read: what it would do could not be shown.", "model: [anthropic"},
    {"mcp.unreadable", high, "mcp.json can't be read: what it would start could not be shown.", "{\"mcpServers\": {,}}"},
    {"tree.link", high, "A symbolic link: distributions hold none, because it could lead out of the profile.",
     "skills/shared -> ../../shared"},
    {"tree.type", high, "Neither a file nor a directory, or a file with a mode that no file has here.", "a named pipe, a submodule"},
    {"tree.path", high, "A name that some system can't hold, or takes for another one.", "docs/a\\b.md, .GIT/config"},
    {"tree.collision", high, "Two names that are one where case or Unicode form do not count.", "Skills/a.md beside skills/a.md"},
    {"tree.limit", high, "Too many files, too much in all, a path too long or too deep.", "70 MiB of recordings in samples/"},
    {"install.refused", high, "An install would fail for another reason, which the message says.", ""},

    // Secrets
    {"secret.api-key", critical,
     "What looks like a key, a token or a webhook's address of a known service. Whoever installs the agent would have it.",
     "OPENAI_API_KEY=sk-proj-…"},
    {"secret.private-key", critical, "A private key.", "-----BEGIN OPENSSH PRIVATE KEY-----"},
    {"secret.url-password", critical, "A password in a URL.", "postgres://app:hunter2@db.example.com/app"},
    {"secret.literal", high,
     "A value where a variable should stand: a setting, a script's variable, an option or a URL's parameter whose name says that it is "
     "secret.",
     "\"env\": {\"API_TOKEN\": \"a1b2c3d4e5\"}"},
    {"secret.file", critical, "A file for credentials would be shipped, or is in the repository.", "skills/mail/.env"},
    {"secret.unignored", high, "A file for credentials that the next `git add .` would take: .gitignore does not keep it out.",
     ".env, and no .gitignore"},
    {"private.unignored", medium, "Memories, sessions or state in the work tree that .gitignore does not keep out.", "memories/MEMORY.md"},

    // The manifest
    {"manifest.version-missing", medium, "No version: nobody could say which one they have.", "name: bot, and no more"},
    {"manifest.version-form", low, "The version is not three numbers as Semantic Versioning writes them.", "version: latest"},
    {"manifest.description-missing", medium, "No description: it is the first thing that users see, and what a search finds.",
     "name: bot, and no more"},
    {"manifest.license-missing", low, "No license: nobody could know what they may do with it.", "name: bot, and no more"},
    {"manifest.unknown-key", low, "A key that kopi does not know; often a slip of the pen.", "kopi_require: \">=0.1\""},
    {"manifest.quoted-boolean", low, "A truth value in quotes.", "required: \"false\""},
    {"manifest.owned-ignored", low, "An entry of distribution_owned that always belongs to the user, or leaves the tree.", "- memories/"},
    {"manifest.owned-pattern", low, "An entry of distribution_owned with a `*`: entries are paths.", "- skills/*"},
    {"manifest.owned-empty", low, "distribution_owned names nothing: only the manifest is installed.", "distribution_owned: []"},
    {"manifest.owned-missing", medium, "An entry of distribution_owned that does not exist.", "- skils/"},

    // Variables
    {"env.undeclared", medium, "A variable is used and not in env_requires: nobody is asked for it.", "Bearer ${GITHUB_TOKEN}"},
    {"env.unused", low, "A variable is in env_requires and nothing names it.", "- name: OLD_TOKEN"},
    {"env.description-missing", medium, "A variable without description: a stranger can't know where to get it.", "- name: BRAVE_API_KEY"},
    {"env.secret-default", medium, "A secret variable with a default.", "default: abc123"},

    // Settings and servers
    {"config.unknown-key", low, "A setting that kopi does not know; often a slip of the pen.", "modle: anthropic/claude-sonnet-4-5"},
    {"config.type", medium, "A setting of another type than kopi reads.", "budget: {day: much}"},
    {"mcp.invalid", medium, "A server that can't be understood and is left out.", "\"search\": {\"args\": []}"},
    {"mcp.floating-package", medium, "A server that is downloaded at its newest version: what runs tomorrow nobody has seen today.",
     "npx -y @acme/search-mcp"},
    {"mcp.plain-http", medium, "A server that is talked to without encryption.", "\"url\": \"http://mcp.example.com\""},
    {"path.absolute", low, "A server is started from, or told, a path that other machines need not have.", "\"command\": \"/opt/acme/search\""},

    // Skills and jobs
    {"skill.front-matter", medium, "A SKILL.md without front matter: the agent can't find the skill.", "# Release notes"},
    {"skill.unreadable", low, "Front matter that is no YAML; its lines are taken as they stand.", "description: Notes: the long way"},
    {"skill.name-missing", low, "No name; the directory's is taken.", "description: …"},
    {"skill.name-form", low, "A name that is not of lower-case letters, digits and single hyphens, at most 64.", "name: Release Notes"},
    {"skill.name-differs", low, "A name that differs from the directory's.", "skills/notes with name: release-notes"},
    {"skill.description-missing", medium, "No description: the agent could not tell when to use it, so kopi leaves the skill out.",
     "name: release-notes"},
    {"skill.description-long", low, "A description of more than 1024 bytes.", ""},
    {"skill.duplicate", medium, "Another skill has the same name and comes first, so kopi leaves this one out.",
     "skills/a/notes beside skills/b/notes"},
    {"cron.invalid", medium, "A job that can't be read and is left out.", "schedule: [8"},
    {"cron.schedule", medium, "A schedule that is not five fields of cron(5), or none at all.", "schedule: \"0 25 * * *\""},
    {"cron.prompt-missing", medium, "A job that says nothing to do.", "schedule: \"0 8 * * *\", and no more"},

    // Files
    {"path.machine", medium, "A path of one person's machine: on any other it leads nowhere, and it tells who you are.", "/home/ada/notes"},
    {"file.lfs-pointer", medium, "A pointer of Git LFS: an install takes what the repository holds, and that is not the file.",
     "version https://git-lfs.github.com/spec/v1"},
    {"file.executable-text", low, "The executable bit on a text that does not say what runs it.", "notes.md with mode 0755"},
    {"file.crlf", medium, "A script with CRLF line ends: the system looks for an interpreter whose name ends in a carriage return.",
     "#!/bin/sh\\r\\n"},
    {"soul.missing", low, "No SOUL.md, or an empty one: the agent has no character of its own.", ""},
    {"tree.left-out", info, "Something at the root that always belongs to the user: it is not installed.", "bin/, workspace/"},
};

}  // namespace

std::span<const LintRule> lint_rules() { return k_rules; }

const LintRule& lint_rule(std::string_view id) {
  const auto found = std::find_if(std::begin(k_rules), std::end(k_rules), [&](const LintRule& rule) { return rule.id == id; });
  KOPI_ASSERT(found != std::end(k_rules));
  return *found;
}

}  // namespace kopi
