// Packs that are wrong: whole messages, all of a file's at once. What is right is in shipped_packs_test and samples.json.

#include "policy/load_pack.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "samples.h"

using namespace wallcheck;
using namespace wallcheck::policy;

namespace {

std::string complaints(std::map<std::string, std::string> files, std::string_view word = "policies/p.json", std::vector<std::string> directories = {"policies"}) {
  const LoadedPack loaded = load_pack(word, disk(std::move(files), std::move(directories)));
  CHECK(loaded.pack.has_value() == loaded.diagnostics.empty());
  return shown(loaded.sources, loaded.diagnostics);
}

constexpr std::string_view small = R"({
  "id": "p",
  "roles": { "cloud": {}, "user": { "addresses": ["192.0.2.0/24"] } },
  "flows": [
    { "id": "web", "from": "user", "to": "cloud", "services": [ { "protocol": "tcp", "ports": "443" } ] }
  ]
}
)";

/// `small` with its line `number` (from 1) replaced.
std::string with_line(int number, std::string_view line) {
  const SourceFile file("", std::string(small));
  std::string text;
  for (std::uint32_t i = 1; i <= file.line_count(); ++i) text += std::string(i == static_cast<std::uint32_t>(number) ? line : file.line(i)) + "\n";
  return text;
}

}  // namespace

TEST_CASE("a small pack needs little, and the rest has sensible defaults") {
  const LoadedPack loaded = load_pack("p", disk({{"policies/p.json", std::string(small)}}));
  REQUIRE(loaded.pack);
  const Pack& pack = *loaded.pack;
  CHECK(loaded.sources.size() == 1);
  CHECK(pack.id == "p");
  CHECK_FALSE(pack.family);
  CHECK_FALSE(pack.role("cloud")->addresses);
  CHECK(to_string(pack.role("user")->addresses->front()) == "192.0.2.0/24");
  const Flow& flow = pack.flows.at(0);
  CHECK(flow.number == 1);
  CHECK(flow.traffic == "web");
  CHECK(flow.require == Require::all);
  CHECK(flow.environments.empty());
  const Service& service = flow.services.at(0);
  CHECK(service.name == "tcp/443");
  CHECK(service.protocol == 6);
  CHECK(service.ports == std::vector<ir::Range>{{443, 443}});
  CHECK(service.source_ports == std::vector<ir::Range>{{1024, 65535}});
  CHECK_FALSE(service.one_way);
}

TEST_CASE("services: no ports are all ports, protocols without ports have none, numbers will do") {
  const LoadedPack loaded = load_pack("p", disk({{"policies/p.json", with_line(5, R"({ "id": "w", "from": "user", "to": "cloud", "services": [
      { "protocol": "udp" }, { "protocol": "icmp" }, { "protocol": 47, "name": "tunnel" }, { "protocol": "6", "ports": 22, "source_ports": "0-65535", "one_way": true } ] })")}}));
  REQUIRE(loaded.pack);
  const auto& services = loaded.pack->flows.at(0).services;
  REQUIRE(services.size() == 4);
  CHECK(services[0].ports.empty());
  CHECK(services[0].source_ports.size() == 1);
  CHECK(services[1].protocol == 1);
  CHECK(services[1].source_ports.empty());
  CHECK(services[2].name == "tunnel");
  CHECK(services[2].protocol == 47);
  CHECK(services[2].protocol_name == "47");
  CHECK(services[3].protocol == 6);
  CHECK(services[3].ports_text == "22");
  CHECK(services[3].source_ports_text == "0-65535");
  CHECK(services[3].source_ports == std::vector<ir::Range>{{0, 65535}});
  CHECK(services[3].one_way);
}

TEST_CASE("mistakes in a pack are named with line, column and pointer") {
  struct Row {
    int line;
    std::string_view text;
    std::string_view expected;
  };
  const Row rows[] = {
      {2, R"(  "id": "p", "titel": "T",)", "policies/p.json:2:14: WC910 /titel: unknown key \"titel\"; did you mean \"title\"?\n"},
      {2, R"(  "id": "p", "id": "q",)", "policies/p.json:2:14: WC910 /id: the key \"id\" is repeated\n"},
      {2, R"(  "id": "a b",)", "policies/p.json:2:9: WC910 /id: \"a b\" is not an id: letters, digits, \"-\", \"_\" and \".\", at most 64\n"},
      {2, R"(  "id": 7,)", "policies/p.json:2:9: WC910 /id: a number where a string is expected\n"},
      {2, R"(  "title": "no id",)", "policies/p.json:1:1: WC910 a pack needs an \"id\"\n"},
      {2, R"(  "id": "p", "family": "ipv5",)",
       "policies/p.json:2:24: WC910 /family: \"ipv5\" is none of ipv4, ipv6, both; did you mean \"ipv4\"?\n"},
      {2, R"(  "id": "p", "family": "ipv6",)", "policies/p.json:3:50: WC910 /roles/user/addresses: 192.0.2.0/24 is not of the pack's family, ipv6\n"},
      {2, R"(  "id": "p", "closed": "yes",)", "policies/p.json:2:24: WC910 /closed: a string where true or false is expected\n"},
      {2, R"(  "id": "p", "notes": ["a", null],)", "policies/p.json:2:29: WC910 /notes/1: null where a string is expected\n"},
      {3, R"(  "roles": { "cloud": { "adresses": [] }, "user": {} },)",
       "policies/p.json:3:25: WC910 /roles/cloud/adresses: unknown key \"adresses\"; did you mean \"addresses\"?\n"},
      {3, R"(  "roles": { "cloud": { "addresses": [] }, "user": {} },)",
       "policies/p.json:3:38: WC910 /roles/cloud/addresses: no address at all: null says that the addresses are not specified\n"},
      {3, R"(  "roles": { "cloud": { "addresses": ["10.0.0.0/33"] }, "user": {} },)",
       "policies/p.json:3:39: WC910 /roles/cloud/addresses/0: \"10.0.0.0/33\" is not an address or a network such as 10.0.0.0/8 or 2001:db8::/32\n"},
      {3, R"(  "roles": { "cloud": {}, "user": {}, "a=b": {} },)",
       "policies/p.json:3:46: WC910 /roles/a=b: \"a=b\" is not a role id: letters, digits, \"-\", \"_\" and \".\", at most 64\n"},
      {3, R"(  "roles": { "cloud": {}, "cloud": {}, "user": {} },)", "policies/p.json:3:27: WC910 /roles/cloud: the key \"cloud\" is repeated\n"},
      {3, R"(  "roles": [],)",
       "policies/p.json:3:12: WC910 /roles: an array where an object is expected\n"
       "policies/p.json:5:28: WC910 /flows/0/from: unknown role \"user\", policy p has no roles\n"
       "policies/p.json:5:42: WC910 /flows/0/to: unknown role \"cloud\", policy p has no roles\n"},
      {5, R"({ "id": "web", "from": "user", "to": "clod", "services": [ { "protocol": "tcp", "ports": "443" } ] })",
       "policies/p.json:5:38: WC910 /flows/0/to: unknown role \"clod\", policy p has cloud, user; did you mean \"cloud\"?\n"},
      {5, R"({ "id": "web", "from": "user", "to": "user", "services": [ { "protocol": "tcp", "ports": "443" } ] })",
       "policies/p.json:5:38: WC910 /flows/0/to: from and to are both \"user\": a file could not tell which end it is; use two roles\n"},
      {5, R"({ "id": "web", "to": "cloud" })",
       "policies/p.json:5:1: WC910 /flows/0: the flow \"web\" has no \"from\"\n"
       "policies/p.json:5:1: WC910 /flows/0: the flow \"web\" has no \"services\"\n"},
      {5, R"({ "from": "user", "to": "cloud", "services": [ { "protocol": "tcp" } ] })", "policies/p.json:5:1: WC910 /flows/0: a flow needs an \"id\"\n"},
      {5, R"({ "id": "web", "from": "user", "to": "cloud", "services": [] })",
       "policies/p.json:5:59: WC910 /flows/0/services: a flow without a service says nothing\n"},
      {5, R"({ "id": "web", "from": "user", "to": "cloud", "require": "some", "services": [ { "protocol": "tcp" } ] })",
       "policies/p.json:5:58: WC910 /flows/0/require: \"some\" is none of all, any\n"},
      {5, R"({ "id": "web", "number": 0, "from": "user", "to": "cloud", "services": [ { "protocol": "tcp" } ] })",
       "policies/p.json:5:26: WC910 /flows/0/number: a whole number from 1 is expected\n"},
      {5, R"({ "id": "web", "environments": ["vspere"], "from": "user", "to": "cloud", "services": [ { "protocol": "tcp" } ] })",
       "policies/p.json:5:33: WC910 /flows/0/environments/0: unknown environment \"vspere\", there are aws, openstack, cloudstack, vsphere, azure, gcp; did "
       "you mean \"vsphere\"?\n"},
      {5, R"({ "id": "web", "from": "user", "to": "cloud", "services": [ { "protocol": "upd", "ports": "80-", "one_way": 1 }, { "ports": "1" } ] })",
       "policies/p.json:5:75: WC910 /flows/0/services/0/protocol: \"upd\" is no protocol name and no number from 1 to 255; did you mean \"udp\"?\n"
       "policies/p.json:5:91: WC910 /flows/0/services/0/ports: \"80-\" is not a port (0-65535) or a range of ports such as 8000-8099\n"
       "policies/p.json:5:109: WC910 /flows/0/services/0/one_way: a number where true or false is expected\n"
       "policies/p.json:5:114: WC910 /flows/0/services/1: a service needs a \"protocol\"\n"},
      {5, R"({ "id": "web", "from": "user", "to": "cloud", "services": [ { "protocol": "icmp", "ports": "8" } ] })",
       "policies/p.json:5:92: WC910 /flows/0/services/0/ports: icmp has no ports\n"},
      {5, R"({ "id": "web", "from": "user", "to": "cloud", "services": [ { "protocol": "tcp", "ports": [80] } ] })",
       "policies/p.json:5:91: WC910 /flows/0/services/0/ports: an array where a string is expected\n"},
      {5, R"({ "id": "web", "number": 1, "from": "user", "to": "cloud", "services": [ { "protocol": "tcp" } ] },
{ "id": "web", "from": "user", "to": "cloud", "services": [ { "protocol": "tcp" } ] },
{ "id": "other", "number": 1, "from": "user", "to": "cloud", "services": [ { "protocol": "tcp" } ] })",
       "policies/p.json:6:9: WC910 /flows/1/id: the flow \"web\" is there twice\n"
       "policies/p.json:7:28: WC910 /flows/2/number: number 1 is flow \"web\" already\n"},
      {5, "7, \"web\"",
       "policies/p.json:5:1: WC910 /flows/0: a number where an object is expected\n"
       "policies/p.json:5:4: WC910 /flows/1: a string where an object is expected\n"},
  };
  for (const Row& row : rows) {
    INFO(row.text);
    CHECK(complaints({{"policies/p.json", with_line(row.line, row.text)}}) == row.expected);
  }
}

TEST_CASE("a pack is an object with roles and flows") {
  CHECK(complaints({{"policies/p.json", "[]"}}) == "policies/p.json:1:1: WC910 an array where an object is expected\n");
  CHECK(complaints({{"policies/p.json", "{\"id\": \"p\"}"}}) ==
        "policies/p.json:1:1: WC910 a pack that extends no other needs \"flows\"\n"
        "policies/p.json:1:1: WC910 a pack that extends no other needs \"roles\"\n");
  CHECK(complaints({{"policies/p.json", "{\"id\": \"p\",}"}}) == "policies/p.json:1:11: WC910 not valid JSON: a comma with nothing after it before '}'\n");
}

TEST_CASE("packs are found by id in directories, in their order, or by path") {
  const std::string other = R"({"id": "p", "title": "other", "extends": "base"})";
  const std::map<std::string, std::string> files = {{"a/base.json", with_line(2, "\"id\": \"base\",")}, {"a/copy.json", std::string(small)}, {"a/q.schema.json", "{}"}, {"b/base.json", "{}"}, {"b/p.json", other}};
  const auto title = [&](std::string_view word, std::vector<std::string> directories) {
    const LoadedPack loaded = load_pack(word, disk(files, std::move(directories)));
    return loaded.pack ? loaded.pack->title : shown(loaded.sources, loaded.diagnostics);
  };
  CHECK(title("base", {"a", "b"}) == "");
  CHECK(title("base", {"b", "a"}).starts_with("b/base.json:1:1: WC910"));
  CHECK(title("a/base.json", {}) == "");
  CHECK(title("copy", {"a"}) == "a/copy.json:2:9: WC910 /id: the id is \"p\", but the file is copy.json\n");
  CHECK(title("a/copy.json", {}) == "");
  CHECK(title("bsae", {"a", "b"}) == "bsae:1:1: WC910 no policy pack \"bsae\" in a, b; did you mean \"base\"?\n");
  CHECK(title("q.schema", {"a"}) == "q.schema:1:1: WC910 no policy pack \"q.schema\" in a\n");
  CHECK(title("base", {"nowhere", "a"}) == "");
  CHECK(title("x", {"nowhere"}) == "x:1:1: WC910 no policy pack \"x\" in nowhere (cannot open: No such file or directory)\n");
  CHECK(title("x", {}) == "x:1:1: WC910 no policy pack \"x\": no directory to look in\n");
  CHECK(title("a/x.json", {}) == "a/x.json:1:1: WC910 cannot open: No such file or directory\n");
  CHECK_FALSE(is_pack_path("rightscale"));
  CHECK(is_pack_path("my.json"));
  CHECK(is_pack_path("./my"));
}

TEST_CASE("extends: keys replace the base's, roles and flows key by key") {
  const std::string child = R"({
  "extends": "p", "id": "child", "title": "Child", "family": "ipv4",
  "roles": { "cloud": { "addresses": ["10.0.0.0/8"] }, "admin": { "title": "Admins" } },
  "flows": [ { "id": "ssh", "from": "admin", "to": "cloud", "services": [ { "protocol": "tcp", "ports": "22" } ] },
             { "id": "web", "from": "admin" } ]
})";
  const LoadedPack loaded = load_pack("mine/child.json", disk({{"policies/p.json", std::string(small)}, {"mine/child.json", child}}));
  INFO(shown(loaded.sources, loaded.diagnostics));
  REQUIRE(loaded.pack);
  const Pack& pack = *loaded.pack;
  CHECK(pack.id == "child");
  CHECK(pack.family == Family::ipv4);
  CHECK(pack.roles.size() == 3);
  CHECK(to_string(pack.role("cloud")->addresses->front()) == "10.0.0.0/8");
  CHECK(to_string(pack.role("user")->addresses->front()) == "192.0.2.0/24");
  REQUIRE(pack.flows.size() == 2);
  CHECK(pack.flows[0].id == "web");
  CHECK(pack.flows[0].from == "admin");
  CHECK(pack.flows[0].to == "cloud");
  CHECK(pack.flows[0].services.size() == 1);
  CHECK(pack.flows[1].id == "ssh");
  CHECK(pack.flows[1].number == 2);
  REQUIRE(loaded.sources.size() == 2);
  CHECK(loaded.sources[0]->path() == "mine/child.json");
  CHECK(loaded.sources[1]->path() == "policies/p.json");
}

TEST_CASE("extends: what is wrong is said where it was written") {
  const std::string base(small);
  CHECK(complaints({{"policies/p.json", base}, {"policies/c.json", R"({"id": "c", "extends": "p", "flows": [{"id": "web", "to": "usr"}]})"}}, "c") ==
        "policies/c.json:1:59: WC910 /flows/0/to: unknown role \"usr\", policy c has cloud, user; did you mean \"user\"?\n");
  CHECK(complaints({{"policies/p.json", with_line(2, "\"id\": \"p\", \"x\": 1,")}, {"policies/c.json", R"({"id": "c", "extends": "p", "y": 2})"}}, "c") ==
        "policies/c.json:1:29: WC910 /y: unknown key \"y\"\n"
        "policies/p.json:2:12: WC910 /x: unknown key \"x\"\n");
  CHECK(complaints({{"policies/p.json", "{"}, {"policies/c.json", R"({"id": "c", "extends": "p"})"}}, "c") ==
        "policies/p.json:1:2: WC910 not valid JSON: unexpected end of input, expected string literal\n");
  CHECK(complaints({{"policies/c.json", R"({"id": "c", "extends": "rightscal"})"}, {"policies/rightscale.json", base}}, "c") ==
        "policies/c.json:1:24: WC910 /extends: no policy pack \"rightscal\" in policies; did you mean \"rightscale\"?\n");
  CHECK(complaints({{"policies/c.json", R"({"id": "c", "extends": "../x/p.json", "flows": [{"id": "f", "to": 1}]})"}}, "c") ==
        "policies/c.json:1:24: WC910 /extends: x/p.json: cannot open: No such file or directory\n"
        "policies/c.json:1:67: WC910 /flows/0/to: a number where a string is expected\n");
  CHECK(complaints({{"policies/c.json", R"({"id": "c", "extends": true})"}}, "c") == "policies/c.json:1:24: WC910 /extends: true or false where a string is expected\n");
}

TEST_CASE("extends: cycles and long chains end") {
  CHECK(complaints({{"policies/c.json", R"({"id": "c", "extends": "c"})"}}, "c") ==
        "policies/c.json:1:24: WC910 /extends: policies/c.json extends itself, directly or through others\n");
  CHECK(complaints({{"policies/c.json", R"({"id": "c", "extends": "./d.json"})"}, {"policies/d.json", R"({"id": "d", "extends": "../policies/c.json"})"}}, "c") ==
        "policies/d.json:1:24: WC910 /extends: policies/c.json extends itself, directly or through others\n");
  std::map<std::string, std::string> chain;
  for (int i = 0; i < 40; ++i) chain[fmt::format("policies/p{}.json", i)] = fmt::format("{{\"id\": \"p\", \"extends\": \"p{}\"}}", i + 1);
  CHECK(complaints(chain, "p0") == "policies/p15.json:1:24: WC910 /extends: more than 15 packs built on one another\n");
}

TEST_CASE("the list of mistakes of one file is bounded") {
  std::string text = "{\"id\": \"p\", \"roles\": {}, \"flows\": [";
  for (int i = 0; i < 5000; ++i) text += "1,\n";
  text += "1]}";
  const LoadedPack loaded = load_pack("p", disk({{"policies/p.json", text}}));
  REQUIRE(loaded.diagnostics.size() == 1001);
  CHECK(loaded.diagnostics.back().code == "WC910");
  CHECK(loaded.diagnostics.back().message == "more mistakes than are listed");
}

TEST_CASE("lists say which packs there are and which are broken") {
  std::vector<std::string> unreadable;
  const auto packs = list_packs(
      disk({{"a/p.json", std::string(small)}, {"b/p.json", "hidden"}, {"b/broken.json", "{"}, {"b/policy.schema.json", "{}"}, {"b/readme.md", ""}}, {"a", "b", "c"}), unreadable);
  REQUIRE(packs.size() == 2);
  CHECK(packs[0].path == "b/broken.json");
  CHECK_FALSE(packs[0].loaded.pack);
  CHECK(packs[1].path == "a/p.json");
  CHECK(packs[1].loaded.pack->id == "p");
  CHECK(unreadable == std::vector<std::string>{"c: cannot open: No such file or directory"});
}

TEST_CASE("the samples that the schema is tested with are judged the same by the loader") {
  for (const auto& sample : nlohmann::json::parse(shipped("tests/unit/policy/samples.json"))) {
    if (sample["schema"] != "policy") continue;
    const std::string name = sample["name"];
    INFO(name);
    const LoadedPack loaded = load_pack("s", disk({{"policies/s.json", sample["document"].dump()}, {"policies/base.json", std::string(small)}}));
    INFO(shown(loaded.sources, loaded.diagnostics));
    CHECK(loaded.pack.has_value() == sample["loads"]);
  }
}

TEST_CASE("no mutation of a pack crashes the loader or escapes it") {
  const std::string pack = shipped("policies/rightscale.json");
  std::uint32_t state = 1;
  const auto random = [&state](std::uint32_t below) { return state = state * 1664525u + 1013904223u, (state >> 8) % below; };
  for (int round = 0; round < 2000; ++round) {
    std::string text = pack;
    for (std::uint32_t edits = 1 + random(3); edits > 0; --edits) {
      const auto at = random(static_cast<std::uint32_t>(text.size()));
      switch (random(3)) {
        case 0: text[at] = static_cast<char>(random(256)); break;
        case 1: text.erase(at, 1 + random(20)); break;
        default: text.insert(at, 1, "{}[],:\"0\\\n"[random(10)]); break;
      }
    }
    const LoadedPack loaded = load_pack("./m.json", disk({{"./m.json", text}}));
    INFO("round " << round);
    CHECK(loaded.pack.has_value() == loaded.diagnostics.empty());
    for (const Diagnostic& diagnostic : loaded.diagnostics) {
      CHECK(diagnostic.where.begin <= diagnostic.where.end);
      CHECK(diagnostic.where.end <= text.size());
      CHECK_FALSE(diagnostic.message.empty());
    }
  }
}
