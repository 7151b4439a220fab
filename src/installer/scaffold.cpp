#include "installer/scaffold.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "formats/json.hpp"
#include "model/portable.hpp"
#include "system/directory.hpp"
#include "system/files.hpp"

namespace kopi {
namespace {

constexpr std::string_view k_manifest = R"(# What this distribution is, and what it asks of those who install it.
# All keys: kopi help authoring, docs/formats/distribution.md. Check it with: kopi profile validate

name: {name}
version: 0.1.0                # raise it with every release
description: {description}
license: MIT                  # yours to choose; say it in a LICENSE file too
# author: your name, or your team's
# homepage: https://git.example.com/you/{name}

kopi_requires: ">=0.1"

# Variables that the agent reads. A user sees each with its description before the install; values live in the user's own .env.
{variables}
# Without this list every file is installed, except what always belongs to the user (.env, memories, sessions, ...).
# With it, exactly these paths are, and this manifest.
# distribution_owned:
#   - SOUL.md
#   - config.yaml
#   - skills/
)";

constexpr std::string_view k_variables = R"(env_requires:
  - name: ANTHROPIC_API_KEY
    description: Key of the model that config.yaml names. Choose another provider with `kopi setup`.
#  - name: NOTES_DIRECTORY
#    description: Where the agent keeps its notes, as an absolute path
#    required: false
#    secret: false
)";

constexpr std::string_view k_no_variables = R"(# env_requires:
#   - name: ANTHROPIC_API_KEY
#     description: Key of the model that config.yaml names. Choose another provider with `kopi setup`.
)";

constexpr std::string_view k_soul = R"(# {name}

You are {name}. {description}

## How you work

- Say what you are going to do before you do it, in one line.
- Ask when a request can mean two things; decide yourself when it does not matter.
- Name your sources. What you do not know, you say.

## What you do not do

- You make nothing up, and you promise nothing on behalf of others.
- You change nothing that you were not asked to change.
)";

constexpr std::string_view k_config = R"(# How the agent runs. All keys: docs/reference/config.md
model:
  default: anthropic/claude-sonnet-4-5
)";

constexpr std::string_view k_skill = R"(---
name: summarise-findings
description: Turns notes, logs or search results into a short summary with sources. Use when the user asks for a summary.
---

# Summarise findings

1. Read everything that was given before you write a word.
2. Write three to seven points, the most important first, each in one sentence.
3. Put the source behind each point: a link, a file, a line.
4. End with what is still open, or leave that part out.
)";

constexpr std::string_view k_readme = R"(# {name}

{description}

## Install

    kopi install <where this repository is> --name {name} --alias
    {name} env set ANTHROPIC_API_KEY
    {name} chat

## What is in it

| file | what it is |
|---|---|
| `distribution.yaml` | name, version, and the variables that it asks for |
| `SOUL.md` | who the agent is |
| `config.yaml` | which model, which tools |
| `skills/` | how it does what it is asked for |
)";

constexpr std::string_view k_gitignore =
    R"(# What is private, or belongs to whoever runs the agent. Git keeps it out of your commits, and so out of what others clone. An install
# from this directory itself takes files as they lie here, whatever this list says; only .env, memories, sessions and the like stay out.

# Keys and credentials
{credentials}pairing/

# Memory, sessions, state
memories/
sessions/
logs/
plans/
workspace/
home/
local/
MEMORY.md
USER.md
state.db*
*.db-shm
*.db-wal
profile.yaml

# kopi's own
.kopi/
*.kopi-new

# Left-overs of tools
.DS_Store
__pycache__/
node_modules/
.venv/
)";

std::string fill(std::string_view pattern, const ScaffoldRequest& request) {
  std::string text = replace_all(pattern, "{variables}", request.has_config ? k_no_variables : k_variables);
  text = replace_all(text, "{name}", request.name.str());
  return replace_all(text, "{description}", request.description);
}

// As YAML in any case: a JSON string is one.
std::string fill_manifest(const ScaffoldRequest& request) {
  ScaffoldRequest quoted = request;
  const bool is_plain = request.description.find_first_of(":#'\"{}[]&*!|>%@`,\\") == std::string::npos &&
                        !request.description.starts_with('-') && !request.description.starts_with('?');
  if (!is_plain) quoted.description = render_json(Node(request.description));
  return fill(k_manifest, quoted);
}

void add(std::vector<ScaffoldFile>& files, std::string_view path, std::string content) {
  auto parsed = RelPath::parse(path);
  KOPI_ASSERT(parsed.has_value());
  files.push_back({*std::move(parsed), std::move(content)});
}

}  // namespace

std::vector<ScaffoldFile> plan_scaffold(const ScaffoldRequest& request) {
  std::vector<ScaffoldFile> files;
  add(files, "distribution.yaml", fill_manifest(request));
  add(files, "SOUL.md", fill(k_soul, request));
  add(files, "config.yaml", std::string(k_config));
  if (!request.has_skills) add(files, "skills/summarise-findings/SKILL.md", std::string(k_skill));
  add(files, "README.md", fill(k_readme, request));
  add(files, ".gitignore", replace_all(k_gitignore, "{credentials}", credential_ignore_rules()));
  return files;
}

Result<Scaffolded> write_scaffold(const std::string& directory, const std::vector<ScaffoldFile>& files, bool only_missing) {
  KOPI_CHECK(make_directories(directory));
  KOPI_TRY(const Directory target, Directory::open(directory));
  Scaffolded done;
  std::vector<const ScaffoldFile*> missing;
  for (const ScaffoldFile& file : files) {
    KOPI_TRY(const auto present, target.stat(file.path));
    if (present) {
      done.kept.push_back(file.path.str());
    } else {
      missing.push_back(&file);
    }
  }
  if (!done.kept.empty() && !only_missing) {
    const bool one = done.kept.size() == 1;
    return with_hint(
        error(Code::exists, "{} {} there already in {}; nothing was written", join(done.kept, ", "), one ? "is" : "are", directory),
        "--force adds what is missing and leaves the rest as it is");
  }
  for (const ScaffoldFile* file : missing) {
    auto made = target.create(file->path, file->content, 0644);
    if (!made) {
      for (const std::string& path : done.made) (void)target.remove(*RelPath::parse(path));  // the error below is the news
      return std::move(made).error();
    }
    done.made.push_back(file->path.str());
  }
  return done;
}

}  // namespace kopi
