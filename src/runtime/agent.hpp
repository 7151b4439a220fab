// runtime/agent.hpp
//
// A profile, opened to be run: its settings, its variables, its skills, and the prompt that follows from them.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/finding.hpp"
#include "base/result.hpp"
#include "formats/dotenv.hpp"
#include "formats/node.hpp"
#include "model/settings.hpp"
#include "runtime/prompt/prompt.hpp"
#include "runtime/provider/endpoint.hpp"
#include "runtime/provider/provider.hpp"
#include "runtime/skill/skill.hpp"
#include "store/home.hpp"
#include "system/clock.hpp"

namespace kopi {

/// `.env` first, then kopi's own environment. What belongs to one profile never reaches another: each has its own object.
class ProfileVariables final : public Variables {
 public:
  ProfileVariables(const ProfileName& profile, std::string file, Dotenv dotenv, const Environment& environment)
      : command_("kopi -p " + profile.str()), file_(std::move(file)), dotenv_(std::move(dotenv)), environment_(environment) {}
  std::optional<Secret> find(std::string_view name) const override;
  const std::string& file() const override { return file_; }
  std::string command() const override { return command_; }
  std::string redact(std::string_view text) const override;
  const Dotenv& dotenv() const { return dotenv_; }

 private:
  std::string command_;
  std::string file_;
  Dotenv dotenv_;
  const Environment& environment_;
  mutable std::vector<Secret> given_out_;  ///< found in the environment: redact() knows them
};

/// @error io, limit  `.env` can't be read
Result<ProfileVariables> read_variables(const Home& home, const ProfileName& name, const Environment& environment);

/// The roots that a profile's skills are looked up in, nearest first.
std::vector<SkillRoot> skill_roots(const Home& home, const ProfileName& name);

struct Agent {
  ProfileName name = ProfileName::default_profile();
  std::string directory;
  Node config;
  std::unique_ptr<ProfileVariables> variables;
  SkillSet skills;
  PromptInputs prompt_inputs;
  std::vector<PromptSection> prompt;  ///< of today
};

/// The whole system prompt as a session gets it that began on `day` ("2026-11-21"): it stays the same while the files do.
std::string prompt_of_day(const Agent& agent, std::string_view day);

/// Reads everything under the profile's shared lock, so that no update is seen half-done.
/// @error yaml, limit, io  names the file
Result<Agent> open_agent(const Home& home, const ProfileName& name, const Environment& environment, const Clock& clock);

/// The model that answers: `chosen` (from the command line) before config.yaml.
/// @error not_found  none is configured: the hint says how
Result<ModelSetting> choose_model(const Agent& agent, const std::optional<std::string>& chosen);

/// The script of `replay/<file>`, relative to the profile's directory.
std::string replay_file(const std::string& directory, const ModelSetting& model);

/// @error auth, not_found, schema  as resolve_endpoint
Result<std::unique_ptr<Provider>> make_provider(const Agent& agent, const ModelSetting& model, HttpTransport& http, Loop& loop);

}  // namespace kopi
