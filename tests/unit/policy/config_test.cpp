#include "policy/config.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "samples.h"

using namespace wallcheck;
using namespace wallcheck::policy;

namespace {

LoadedConfig load(std::string text, const std::string& path = "net/.wallcheck.json") { return load_config(path, disk({{path, std::move(text)}}).read); }

std::string complaints(std::string text) {
  const LoadedConfig loaded = load(std::move(text), ".wallcheck.json");
  CHECK(loaded.config.has_value() == loaded.diagnostics.empty());
  return shown(loaded.sources, loaded.diagnostics);
}

constexpr std::string_view example = R"({
  "policy": "rightscale",
  "roles": { "cloud": ["10.0.0.0/8"], "rightscale": ["54.225.248.128/27"], "user": null },
  "files": [ { "match": "firewalls/web-*.rules", "role": "cloud", "position": "host", "ipset": "firewalls/sets.save" },
             { "match": "edge/pf.conf", "role": "clod", "position": "gateway", "inside": ["em1"], "outside": ["em0"],
               "address_sets": { "bogons": "/etc/bogons" }, "groups": "sg-1", "input_format": "pf", "environments": ["aws"] } ],
  "ignore": [ { "code": "WC301", "match": "legacy/**", "reason": "replaced in March", "until": "2027-03-31" } ],
  "fail_on": "warning"
})";

}  // namespace

TEST_CASE("the config says what each file protects") {
  const LoadedConfig loaded = load(std::string(example));
  INFO(shown(loaded.sources, loaded.diagnostics));
  REQUIRE(loaded.config);
  const Config& config = *loaded.config;
  CHECK(config.directory == "net");
  CHECK(config.policy == "rightscale");
  CHECK(config.fail_on == FailOn::warning);
  REQUIRE(config.roles.size() == 3);
  CHECK(config.roles[0].role == "cloud");
  CHECK(to_string(config.roles[0].addresses->front()) == "10.0.0.0/8");
  CHECK_FALSE(config.roles[2].addresses);

  const FileEntry* web = config.entry_for("firewalls/web-1.rules");
  REQUIRE(web);
  CHECK(web->site == SiteChoice{.role = "cloud", .position = Position::host, .inside = {}, .outside = {}});
  CHECK(web->ipsets == std::vector<std::string>{"net/firewalls/sets.save"});
  CHECK_FALSE(web->input_format);
  const FileEntry* edge = config.entry_for("edge/pf.conf");
  REQUIRE(edge);
  CHECK(edge->site == SiteChoice{.role = "clod", .position = Position::gateway, .inside = {"em1"}, .outside = {"em0"}});
  CHECK(edge->address_sets == std::map<std::string, std::string>{{"bogons", "/etc/bogons"}});
  CHECK(edge->groups == std::vector<std::string>{"sg-1"});
  CHECK(edge->input_format == ir::Format::pf);
  CHECK(edge->environments == std::vector<std::string>{"aws"});
  CHECK_FALSE(config.entry_for("x/edge/pf.conf"));

  REQUIRE(config.ignore.size() == 1);
  CHECK(config.ignore[0].match.matches("legacy/a/b"));
  CHECK(config.ignore[0].suppression.covers("WC301"));
  CHECK(config.ignore[0].suppression.reason == "replaced in March");
  CHECK(to_string(*config.ignore[0].suppression.until) == "2027-03-31");
  CHECK(loaded.sources[0]->place(config.ignore[0].suppression.where.begin) == Place{7, 15});
}

TEST_CASE("a policy is an id, or a path from the config's directory") {
  const auto policy = [](std::string word) { return *load("{\"policy\": \"" + word + "\"}").config->policy; };
  CHECK(policy("rightscale") == "rightscale");
  CHECK(policy("mine.json") == "net/mine.json");
  CHECK(policy("../policies/mine.json") == "policies/mine.json");
  CHECK(policy("/etc/mine.json") == "/etc/mine.json");
}

TEST_CASE("the last entry that matches counts, whole") {
  const LoadedConfig loaded = load(R"({"files": [ { "match": "*.rules", "role": "cloud", "position": "gateway" }, { "match": "user/", "role": "user" } ]})");
  REQUIRE(loaded.config);
  CHECK(loaded.config->entry_for("a.rules")->site.role == "cloud");
  CHECK(loaded.config->entry_for("user/a.rules")->site.role == "user");
  CHECK_FALSE(loaded.config->entry_for("user/a.rules")->site.position);
  CHECK_FALSE(loaded.config->entry_for("pf.conf"));
}

TEST_CASE("an ignore without a match is for every file") {
  const LoadedConfig loaded = load(R"({"ignore": [ { "code": "WC302", "reason": "generated" } ]})");
  REQUIRE(loaded.config);
  CHECK(loaded.config->ignore.at(0).match.matches("a"));
  CHECK(loaded.config->ignore.at(0).match.matches("a/b/c"));
}

TEST_CASE("mistakes in a config are named with line, column and pointer") {
  struct Row {
    std::string_view text, expected;
  };
  const Row rows[] = {
      {"{\"polcy\": 1}", ".wallcheck.json:1:2: WC910 /polcy: unknown key \"polcy\"; did you mean \"policy\"?\n"},
      {"{\"policy\": \"\"}", ".wallcheck.json:1:12: WC910 /policy: an empty string\n"},
      {"{\n \"fail_on\": \"warn\"}", ".wallcheck.json:2:13: WC910 /fail_on: \"warn\" is none of note, warning, error, never\n"},
      {"{\"fail_on\": \"nevr\"}", ".wallcheck.json:1:13: WC910 /fail_on: \"nevr\" is none of note, warning, error, never; did you mean \"never\"?\n"},
      {"{\"roles\": {\"a b\": [\"10.0.0.0\", 7, \"x\"]}}",
       ".wallcheck.json:1:19: WC910 /roles/a b: \"a b\" is not a role id\n"
       ".wallcheck.json:1:32: WC910 /roles/a b/1: a number where a string is expected\n"
       ".wallcheck.json:1:35: WC910 /roles/a b/2: \"x\" is not an address or a network such as 10.0.0.0/8 or 2001:db8::/32\n"},
      {"{\"files\": {}}", ".wallcheck.json:1:11: WC910 /files: an object where an array is expected\n"},
      {"{\"files\": [{\"role\": \"cloud\"}, {\"match\": \"a[\", \"position\": \"router\"}]}",
       ".wallcheck.json:1:12: WC910 /files/0: an entry of \"files\" needs a \"match\"\n"
       ".wallcheck.json:1:41: WC910 /files/1/match: \"a[\" has a \"[\" without its \"]\"\n"
       ".wallcheck.json:1:59: WC910 /files/1/position: \"router\" is none of host, gateway\n"},
      {"{\"files\": [{\"match\": \"a\", \"input_format\": \"iptable\", \"inside\": [1]}]}",
       ".wallcheck.json:1:43: WC910 /files/0/input_format: \"iptable\" is none of iptables, ip6tables, pf, aws, nacl, cloudformation, terraform, "
       "openstack, azure, gcp; did you mean \"iptables\"?\n"
       ".wallcheck.json:1:65: WC910 /files/0/inside/0: a number where a string is expected\n"},
      {"{\"ignore\": [{}, {\"code\": \"301\", \"reason\": \" \", \"until\": \"2027-02-30\"}]}",
       ".wallcheck.json:1:13: WC910 /ignore/0: an entry of \"ignore\" needs a \"code\"\n"
       ".wallcheck.json:1:13: WC910 /ignore/0: an entry of \"ignore\" needs a \"reason\"\n"
       ".wallcheck.json:1:26: WC910 /ignore/1/code: \"301\" is not a finding's code such as WC301\n"
       ".wallcheck.json:1:43: WC910 /ignore/1/reason: a reason that says nothing\n"
       ".wallcheck.json:1:57: WC910 /ignore/1/until: \"2027-02-30\" is not a day such as 2027-03-31\n"},
      {"policy: x", ".wallcheck.json:1:1: WC910 not valid JSON: invalid literal\n"},
  };
  for (const Row& row : rows) {
    INFO(row.text);
    CHECK(complaints(std::string(row.text)) == row.expected);
  }
  const LoadedConfig missing = load_config("a/.wallcheck.json", disk({}).read);
  CHECK(shown(missing.sources, missing.diagnostics) == "a/.wallcheck.json:1:1: WC910 cannot open: No such file or directory\n");
}

TEST_CASE("roles that the policy does not have are named in the config") {
  const LoadedConfig loaded = load(std::string(example));
  REQUIRE(loaded.config);
  Pack pack;
  pack.id = "small";
  for (const char* id : {"cloud", "user"}) pack.roles.emplace_back().id = id;
  pack.roles[1].addresses.emplace();
  CHECK(shown(loaded.sources, apply(*loaded.config, pack)) ==
        "net/.wallcheck.json:3:39: WC910 unknown role \"rightscale\", policy small has cloud, user\n"
        "net/.wallcheck.json:5:49: WC910 unknown role \"clod\", policy small has cloud, user; did you mean \"cloud\"?\n");
  CHECK(to_string(pack.roles[0].addresses->front()) == "10.0.0.0/8");
  CHECK_FALSE(pack.roles[1].addresses);
}

TEST_CASE("files are named from the config's directory") {
  Config config;
  const auto relative = [&](std::string directory, std::string_view path) {
    config.directory = std::move(directory);
    return config.relative(path).value_or("outside");
  };
  CHECK(relative("/srv/net", "/srv/net/edge/pf.conf") == "edge/pf.conf");
  CHECK(relative("/srv/net", "/srv/net/edge/../web.rules") == "web.rules");
  CHECK(relative("/srv/net", "/srv/other/web.rules") == "outside");
  CHECK(relative("/srv/net", "/srv/network/web.rules") == "outside");
  CHECK(relative("/", "/web.rules") == "web.rules");
  CHECK(relative(".", "edge/pf.conf") == "edge/pf.conf");
  CHECK(relative(".", "./pf.conf") == "pf.conf");
  CHECK(relative("net", "net/pf.conf") == "pf.conf");
  CHECK(relative("net", "pf.conf") == "outside");
}

TEST_CASE("the nearest config counts: where it may be") {
  using Paths = std::vector<std::string>;
  CHECK(config_candidates("/srv/net/web.rules") == Paths{"/srv/net/.wallcheck.json", "/srv/.wallcheck.json", "/.wallcheck.json"});
  CHECK(config_candidates("net/web.rules") == Paths{"net/.wallcheck.json", ".wallcheck.json"});
  CHECK(config_candidates("web.rules") == Paths{".wallcheck.json"});
  CHECK(config_candidates("../net/web.rules") == Paths{"../net/.wallcheck.json", "../.wallcheck.json"});
}

TEST_CASE("the samples that the config schema is tested with are judged the same by the loader") {
  for (const auto& sample : nlohmann::json::parse(shipped("tests/unit/policy/samples.json"))) {
    if (sample["schema"] != "config") continue;
    const std::string name = sample["name"];
    INFO(name);
    const LoadedConfig loaded = load(sample["document"].dump());
    INFO(shown(loaded.sources, loaded.diagnostics));
    CHECK(loaded.config.has_value() == sample["loads"]);
  }
}
