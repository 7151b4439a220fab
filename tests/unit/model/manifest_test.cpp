#include "model/manifest.hpp"

#include "formats/dotenv.hpp"
#include "support/outcome.hpp"

using namespace kopi;
using kopi::test::must;

namespace {

Result<ManifestReading> read(std::string_view text) { return read_manifest(text, "distribution.yaml"); }

// The whole manifest as text, one key a line; or the error with every finding behind it.
std::string shown(const Result<ManifestReading>& reading) {
  if (!reading) return test::shown(reading.error());
  const Manifest& manifest = reading->manifest;
  std::string text;
  const auto add = [&](std::string_view key, std::string_view value) {
    if (!value.empty()) text += fmt::format("{}={}\n", key, value);
  };
  add("name", manifest.name);
  add("version", manifest.version);
  add("description", manifest.description);
  add("author", manifest.author);
  add("license", manifest.license);
  add("homepage", manifest.homepage);
  if (manifest.kopi_requires) add("kopi_requires", manifest.kopi_requires->str());
  add("hermes_requires", manifest.hermes_requires);
  for (const EnvRequirement& variable : manifest.env) {
    text += fmt::format("env={}|{}|{}|{}|{}\n", variable.name, variable.description, variable.required ? "required" : "optional",
                        variable.default_value.value_or("-"), variable.secret ? "secret" : "plain");
  }
  if (manifest.owned) text += "owned\n";
  if (manifest.owned) {
    for (const std::string& entry : *manifest.owned) add("owns", entry);
  }
  return text + test::shown(reading->findings);
}

}  // namespace

TEST_CASE("every key of a manifest is read as its author wrote it") {
  CHECK(shown(read("name: research-bot\n"
                   "version: 1.10\n"
                   "description: |\n  Finds papers.\n  Reads them.\n"
                   "author: Ada <ada@acme.example>\n"
                   "license: MIT\n"
                   "homepage: https://acme.example/bot\n"
                   "kopi_requires: '>=0.1, <2'\n"
                   "hermes_requires: \">=0.4.0\"\n"
                   "env_requires:\n"
                   "  - name: SEARCH_API_KEY\n    description: from the console\n"
                   "  - {name: REGION, desc: where, required: false, default: 10, secret: false}\n"
                   "  - {name: _X9, required: true, default: '', secret: true}\n"
                   "distribution_owned: [SOUL.md, skills/, .\\cron\\digest.json]\n"
                   "source: https://elsewhere.example/x\n"
                   "installed_at: never\n")) ==
        "name=research-bot\n"
        "version=1.10\n"
        "description=Finds papers.\nReads them.\n\n"
        "author=Ada <ada@acme.example>\n"
        "license=MIT\n"
        "homepage=https://acme.example/bot\n"
        "kopi_requires=>=0.1, <2\n"
        "hermes_requires=>=0.4.0\n"
        "env=SEARCH_API_KEY|from the console|required|-|secret\n"
        "env=REGION|where|optional|10|plain\n"
        "env=_X9||required||secret\n"
        "owned\nowns=SOUL.md\nowns=skills\nowns=cron/digest.json\n");
}

TEST_CASE("a name is enough, and nothing is made up") {
  CHECK(shown(read("name: x")) == "name=x\n");
  CHECK(shown(read("name: x\nversion:\ndescription: ~\nenv_requires:\ndistribution_owned: null\nkopi_requires: ''\n")) == "name=x\n");
  const Manifest empty = must(read("name: x\nenv_requires: []\ndistribution_owned: []\n")).manifest;
  CHECK(empty.env.empty());
  CHECK(empty.owned == std::vector<std::string>{});  // listed: nothing, which is not the same as not listed
}

TEST_CASE("scalars that YAML takes for something else stay the text that was written") {
  for (const std::string_view version : {"1.10", "1.0", "2", "0x10", "1e3", "1_000", "2024-01-02", "true", "~1", ".5", "1.0.0"}) {
    CHECK(shown(read(fmt::format("name: x\nversion: {}\n", version))) == fmt::format("name=x\nversion={}\n", version));
  }
  CHECK(shown(read("name: 42\n")) == "name=42\n");
}

TEST_CASE("what is wrong is said with its place and its key") {
  const std::string rows[][2] = {
      {"", "E_MANIFEST distribution.yaml: the file is empty; it needs at least a name"},
      {"# only a comment\n", "E_MANIFEST distribution.yaml: the file is empty; it needs at least a name"},
      {"- a\n", "E_MANIFEST distribution.yaml:1: expected keys and values, found a list"},
      {"text\n", "E_MANIFEST distribution.yaml:1: expected keys and values, found a string"},
      {"version: 1\n", "E_MANIFEST distribution.yaml:1:1: $.name: the name is required"},
      {"version: 1\nname:\n", "E_MANIFEST distribution.yaml:2:1: $.name: the name is required"},
      {"version: 1\nname: '  '\n", "E_MANIFEST distribution.yaml:2:7: $.name: the name is required"},
      {"name: x\nversion: [1, 2]\n", "E_MANIFEST distribution.yaml:2:10: $.version: expected text, found a list"},
      {"name: x\nauthor:\n  mail: y\n", "E_MANIFEST distribution.yaml:3:3: $.author: expected text, found a mapping"},
      {"name: x\nkopi_requires: '>=1 ||2'\n", "E_MANIFEST distribution.yaml:2:16: $.kopi_requires: '>=1 ||2' is not a version range"},
      {"name: x\nenv_requires: KEY\n", "E_MANIFEST distribution.yaml:2:15: $.env_requires: expected a list, found a string"},
      {"name: x\nenv_requires:\n  KEY: y\n", "E_MANIFEST distribution.yaml:3:3: $.env_requires: expected a list, found a mapping"},
      {"name: x\nenv_requires:\n  - KEY\n", "E_MANIFEST distribution.yaml:3:5: $.env_requires[0]: expected a mapping with a name"},
      {"name: x\nenv_requires:\n  - {name: A}\n  - description: d\n",
       "E_MANIFEST distribution.yaml:4:5: $.env_requires[1].name: the variable's name is required"},
      {"name: x\nenv_requires:\n  - name: lower\n",
       "E_MANIFEST distribution.yaml:3:11: $.env_requires[0].name: 'lower' must match [A-Z_][A-Z0-9_]*"},
      {"name: x\nenv_requires:\n  - name: 9A\n",
       "E_MANIFEST distribution.yaml:3:11: $.env_requires[0].name: '9A' must match [A-Z_][A-Z0-9_]*"},
      {"name: x\nenv_requires:\n  - name: \"A\\nB=1\"\n",
       "E_MANIFEST distribution.yaml:3:11: $.env_requires[0].name: 'A\nB=1' must match [A-Z_][A-Z0-9_]*"},
      {"name: x\nenv_requires:\n  - name: A\n  - name: A\n",
       "E_MANIFEST distribution.yaml:4:11: $.env_requires[1].name: 'A' is listed twice"},
      {"name: x\nenv_requires:\n  - {name: A, required: maybe}\n",
       "E_MANIFEST distribution.yaml:3:25: $.env_requires[0].required: expected true or false, found 'maybe'"},
      {"name: x\ndistribution_owned: skills\n", "E_MANIFEST distribution.yaml:2:21: $.distribution_owned: expected a list, found a string"},
      {"name: x\ndistribution_owned:\n  - [a]\n", "E_MANIFEST distribution.yaml:3:5: $.distribution_owned[0]: expected a path"}};
  for (const auto& [text, expected] : rows) {
    CAPTURE(text);
    CHECK(shown(read(text)) == expected);
  }
}

TEST_CASE("variables that steer programs can't be asked for") {
  for (const std::string_view name :
       {"PATH", "HOME", "SHELL", "IFS", "NODE_OPTIONS", "PYTHONPATH", "LD_PRELOAD", "LD_X", "DYLD_INSERT_LIBRARIES", "KOPI_HOME", "KOPI_X",
        "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"}) {
    CHECK(shown(read(fmt::format("name: x\nenv_requires:\n  - name: {}\n", name))) ==
          fmt::format("E_MANIFEST distribution.yaml:3:11: $.env_requires[0].name: no distribution may ask for '{}'", name));
  }
  for (const std::string_view name : {"PATHS", "MY_PATH", "HOMEPAGE", "LDAP_HOST", "PROXY", "KOPIX"}) {
    CAPTURE(name);
    CHECK(test::code_of(read(fmt::format("name: x\nenv_requires:\n  - name: {}\n", name))) == "ok");
  }
}

TEST_CASE("every complaint is reported at once, by place") {
  const auto reading = read("version: [1]\nenv_requires:\n  - name: bad name\n  - 7\ndistribution_owned: 1\nlicence: MIT\n");
  REQUIRE_FALSE(reading);
  CHECK(reading.error().message == "distribution.yaml:1:1: $.name: the name is required (and 4 more)");
  CHECK(test::shown(reading.error().findings) ==
        "high manifest.invalid distribution.yaml:1:1 $.name: the name is required\n"
        "high manifest.invalid distribution.yaml:1:10 $.version: expected text, found a list\n"
        "high manifest.invalid distribution.yaml:3:11 $.env_requires[0].name: 'bad name' must match [A-Z_][A-Z0-9_]*\n"
        "high manifest.invalid distribution.yaml:4:5 $.env_requires[1]: expected a mapping with a name\n"
        "high manifest.invalid distribution.yaml:5:21 $.distribution_owned: expected a list, found an integer\n"
        "low manifest.unknown-key distribution.yaml:6:1 $.licence: unknown key, did you mean 'license'?\n");
}

TEST_CASE("what does no harm is a finding") {
  CHECK(shown(read("name: x\n"
                   "model_default: y\n"
                   "env_requires:\n"
                   "  - {name: A_TOKEN, required: \"false\", secret: 'No', exmaple: 1}\n"
                   "distribution_owned:\n  - skills\n  - ../x\n  - /etc\n  - memories/\n")) ==
        "name=x\n"
        "env=A_TOKEN||optional|-|plain\n"
        "owned\nowns=skills\n"
        "low manifest.unknown-key distribution.yaml:2:1 $.model_default: unknown key\n"
        "low manifest.quoted-boolean distribution.yaml:4:31 $.env_requires[0].required: 'false' is text; write it without quotes\n"
        "low manifest.quoted-boolean distribution.yaml:4:48 $.env_requires[0].secret: 'no' is text; write it without quotes\n"
        "low manifest.unknown-key distribution.yaml:4:54 $.env_requires[0].exmaple: unknown key\n"
        "low manifest.owned-ignored distribution.yaml:7:5 $.distribution_owned[1]: '../x' is ignored: path '../x' is not allowed: it holds "
        "'..'\n"
        "low manifest.owned-ignored distribution.yaml:8:5 $.distribution_owned[2]: '/etc' is ignored: it is absolute\n"
        "low manifest.owned-ignored distribution.yaml:9:5 $.distribution_owned[3]: 'memories/' is ignored: 'memories' always belongs to "
        "the user\n");
}

TEST_CASE("a variable is a secret when its name says so, unless the author says otherwise") {
  const std::pair<std::string_view, bool> rows[] = {{"OPENAI_API_KEY", true}, {"BOT_TOKEN", true}, {"DB_PASSWORD", true},
                                                    {"A_SECRET", true},       {"REGION", false},   {"BASE_URL", false},
                                                    {"CREDENTIALS", true}};
  for (const auto& [name, secret] : rows) {
    CAPTURE(name);
    CHECK(must(read(fmt::format("name: x\nenv_requires:\n  - name: {}\n", name))).manifest.env[0].secret == secret);
    CHECK(must(read(fmt::format("name: x\nenv_requires:\n  - {{name: {}, secret: {}}}\n", name, !secret))).manifest.env[0].secret ==
          !secret);
  }
}

TEST_CASE("`description` wins over `desc`, in whichever order they come") {
  CHECK(must(read("name: x\nenv_requires:\n  - {name: A, description: long, desc: short}\n")).manifest.env[0].description == "long");
  CHECK(must(read("name: x\nenv_requires:\n  - {name: A, desc: short, description: long}\n")).manifest.env[0].description == "long");
}

TEST_CASE("the example of a .env is comments and assignments, whatever a description or a default says") {
  Manifest manifest;
  manifest.env = {{"KEY", "first line\nPATH=/evil\r\nlast", true, std::nullopt, true},
                  {"REGION", "", false, "eu", false},
                  {"GREETING", "a\rB=2\x1b[2J", true, "two words # and more\nX=1", false},
                  {"OPTIONAL", "", false, "one\nTWO=2", false},
                  {"NUL", "", true, std::string("\0\nEVIL=1", 8), false},
                  {"EMPTY", "", true, "", false}};
  const std::string text = render_env_example(manifest);
  const Dotenv read_back = parse_dotenv(text, ".env.EXAMPLE");
  std::vector<std::pair<std::string, std::string>> variables;
  for (const DotenvEntry& entry : read_back.entries) variables.emplace_back(entry.name, std::string(entry.value.reveal()));
  CHECK(variables == std::vector<std::pair<std::string, std::string>>{
                         {"KEY", ""}, {"GREETING", "two words # and more\nX=1"}, {"NUL", ""}, {"EMPTY", ""}});
  CHECK(test::shown(read_back.findings).empty());
  for (const std::string_view line :
       {"# first line\n", "# PATH=/evil\n", "# last\n", "# (optional)\n# REGION=eu\n", "# (required)\nKEY=\n"}) {
    CAPTURE(text, line);
    CHECK(text.find(line) != std::string::npos);
  }
  for (const char c : text) CHECK((c == '\n' || static_cast<unsigned char>(c) >= 0x20));
}
